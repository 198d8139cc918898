import { describe, expect, test } from "vitest";
import { Axon } from "../axon/index.js";
import { InMemoryEngram } from "../engram/memory/index.js";
import { createDeferred, type Json } from "../foundation/index.js";
import type { Neuron } from "../neuron/index.js";
import { createIdSource } from "../signal/index.js";
import { Scene } from "../testing/index.js";
import { Connection } from "./connection.js";
import { createRootScope } from "./scope.js";
import { STOP_GRACE_MS } from "./work.js";

/** A Neuron that begins, and answers when it is told to. */
function createGate(): { axon: Axon; begun: Promise<void>; open: (answer: Json) => void } {
  const begun = createDeferred<void>();
  const gate = createDeferred<Json>();
  const neuron: Neuron = () => {
    begun.resolve();
    return gate.promise;
  };
  return { axon: new Axon({ neuronId: "gate", neuron }), begun: begun.promise, open: gate.resolve };
}

describe("drain", () => {
  test("waits for the work in hand and for what was asked, and refuses all that is new", async () => {
    await using scene = new Scene();
    const given = createGate();
    const middle = await scene.open("middle", [given.axon]);
    await scene.open("far", [new Axon({ neuronId: "far", neuron: () => "far" })]);
    const asker = await scene.open("asker");
    const inHand = asker.dispatchAndWait({ neuron: "gate" });
    const own = middle.dispatchAndWait({ neuron: "far" });
    await given.begun;
    let isDrained = false;

    const drained = [middle.drain(), middle.drain()].map((one) => one.then(() => (isDrained = true)));
    await scene.fence();
    expect((await own).output).toBe("far");
    expect(isDrained).toBe(false);
    expect(() => middle.dispatch({ neuron: "far" })).toThrow(/CLOSED/);
    expect(() => middle.observe()).toThrow(/CLOSED/);
    expect(() => middle.attachAxon(createGate().axon)).toThrow(/CLOSED/);
    await expect(asker.dispatchAndWait({ neuron: "gate" })).rejects.toMatchObject({ code: "UNROUTABLE" });
    given.open("done");

    expect((await inHand).output).toBe("done");
    await Promise.all(drained);
    expect(isDrained).toBe(true);
  });

  test("lets a Neuron in hand ask for what it needs, and sends the FINAL that is owed", async () => {
    await using scene = new Scene();
    const begun = createDeferred<void>();
    const gate = createDeferred<void>();
    const asks: Neuron = async (_input, _context, { imprint }) => {
      begun.resolve();
      await gate.promise;
      void imprint("ctx", { op: "add", entry: { a: 1 } });
      return "asked";
    };
    const engrams = [{ name: "ctx", directedId: "ctx" }];
    await scene.open("memory", [new InMemoryEngram({ engramId: "ctx", engramKind: "c", clock: scene.clock })]);
    const worker = await scene.open("worker", [new Axon({ neuronId: "asks", neuron: asks, engrams })]);
    const asker = await scene.open("asker");
    const watcher = await scene.peer("watcher");
    await watcher.observe();
    const answer = asker.dispatchAndWait({ neuron: "asks" });
    await begun.promise;

    const drained = worker.drain();
    gate.resolve();

    expect((await answer).output).toBe("asked");
    await drained;
    expect((await watcher.nextObserved("final")).signal.source).toBe("worker");
    expect((await asker.recall({ directedId: "ctx" })).hits).toHaveLength(1);
  });

  test("is over at the latest when the time of what is in hand has passed", async () => {
    await using scene = new Scene();
    const worker = await scene.open("worker", [createGate().axon]);
    const asker = await scene.open("asker");
    const answer = asker.dispatchAndWait({ neuron: "gate", timeoutMs: 100 });
    await scene.fence();

    const drained = worker.drain();
    await scene.fence();
    scene.clock.advance(100);
    await expect(answer).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
    scene.clock.advance(STOP_GRACE_MS);

    await drained;
  });

  test("is cut short by close", async () => {
    await using scene = new Scene();
    const worker = await scene.open("worker", [createGate().axon]);
    const asker = await scene.open("asker");
    const answer = asker.dispatchAndWait({ neuron: "gate" });
    await scene.fence();

    const drained = worker.drain();
    await scene.fence();
    await worker.close();

    await drained;
    await expect(answer).rejects.toMatchObject({ code: "WORKER_LOST" });
  });
});

test("a connection that is drained twice at once resolves both", async () => {
  await using scene = new Scene();
  const gate = createGate();
  const { clock, synapse } = scene;
  const axons = new Map([["gate", gate.axon]]);
  const connection = await Connection.open({
    synapse,
    clock,
    axons,
    namespace: "test",
    dendriteId: "worker",
    rights: [],
    ids: createIdSource(clock),
    engrams: new Map(),
    tracing: undefined,
    onError: () => undefined,
    onLost: () => undefined,
    abort: new AbortController().signal,
  });
  await connection.register(gate.axon.registration);
  const asker = await scene.open("asker");
  const answer = asker.dispatchAndWait({ neuron: "gate" });
  await gate.begun;

  const peer = await scene.peer("peer");
  await peer.registerNeuron("far");
  const scope = createRootScope(connection.bus.ids, "worker");
  const own = connection.calls.dispatch({ neuron: "far" }, scope);
  const work = await peer.nextWork();

  const drained = [connection.drain(), connection.drain()];
  gate.open("done");
  expect((await answer).output).toBe("done");
  await scene.fence();
  const { traceId, id: parentId } = work.signal;
  const body = { $case: "agentOutput", value: { output: undefined, part: 0, parts: 0 } } as const;
  await peer.send({ traceId, parentId, exchange: 4, source: "far", body }, 1);

  expect((await own).output).toBeNull();
  await Promise.all(drained);
});

describe("close", () => {
  test("fails with CLOSED what was asked, ends what is iterated, and stops what is in hand", async () => {
    await using scene = new Scene();
    const gate = createGate();
    await scene.open("worker", [gate.axon]);
    const asker = await scene.open("asker");
    const pathway = asker.dispatch({ neuron: "gate" });
    const recalled = asker.recall({ directedType: "none" }, {});
    await gate.begun;

    const answers = [pathway.outcome, asker.dispatchAndWait({ neuron: "gate" })];
    await asker.close();

    for (const answer of answers) await expect(answer).rejects.toMatchObject({ code: "CLOSED" });
    await expect(recalled).rejects.toThrow(/UNROUTABLE|CLOSED/);
    await expect(pathway.finish()).rejects.toMatchObject({ code: "SESSION_LOST" });
  });

  test("ends the Engrams that it hosts, but not those that were given back", async () => {
    await using scene = new Scene();
    const [kept, given] = ["kept", "given"].map(
      (engramId) => new InMemoryEngram({ engramId, engramKind: "c", clock: scene.clock }),
    );
    if (kept === undefined || given === undefined) return expect.fail("there are two");
    const worker = await scene.open("worker", [kept, given]);
    await worker.detachEngram("given");

    await worker.close();

    await expect(kept.open("test")).rejects.toMatchObject({ code: "CLOSED" });
    await expect(given.open("test")).resolves.toBeDefined();
  });

  test("while it starts leaves no session behind", async () => {
    await using scene = new Scene();
    const worker = scene.make("worker");
    await worker.attachAxon(createGate().axon);

    const started = worker.start();
    await worker.close();

    await expect(started).rejects.toThrow(/CLOSED|CANCELLED/);
    const asker = await scene.open("asker");
    expect(await asker.registry()).toEqual([]);
  });

  test("of one that never started, and again, does nothing", async () => {
    await using scene = new Scene();
    const idle = scene.make("idle");
    await idle.close();
    await idle.close();
    await idle.drain();

    await expect(idle.start()).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("comes by itself at the end of a block", async () => {
    await using scene = new Scene();
    const asker = await scene.open("asker");
    {
      await using worker = scene.make("worker");
      await worker.attachAxon(new Axon({ neuronId: "brief", neuron: () => null }));
      await worker.start();
      expect(await asker.registry()).toHaveLength(1);
    }
    expect(await asker.registry()).toEqual([]);
  });
});

describe("while it lives, a Dendrite", () => {
  test("starts once, however often it is told", async () => {
    await using scene = new Scene();
    const watcher = await scene.peer("watcher");
    await watcher.observe();
    const worker = scene.make("worker");
    await worker.attachAxon(createGate().axon);

    await Promise.all([worker.start(), worker.start()]);
    await worker.start();

    await watcher.fence();
    expect(watcher.inbox.filter(({ signal }) => signal.body?.$case === "register")).toHaveLength(1);
  });

  test("beats for what it hosts, so that nobody suspects it, and not at all if it hosts nothing", async () => {
    await using scene = new Scene();
    const gate = createGate();
    gate.open("alive");
    await scene.open("worker", [gate.axon]);
    const asker = await scene.open("asker");
    const watcher = await scene.peer("watcher");
    await watcher.observe();

    for (let beats = 0; beats < 5; beats += 1) {
      scene.clock.advance(5_000);
      await scene.fence();
    }

    expect((await asker.dispatchAndWait({ neuron: "gate" })).output).toBe("alive");
    const sources = watcher.inbox.flatMap(({ signal }) => (signal.body?.$case === "heartbeat" ? [signal.source] : []));
    expect(sources).toEqual(["worker", "worker", "worker", "worker", "worker"]);
  });

  test("takes no harm from a listener that throws", async () => {
    await using scene = new Scene();
    const asker = await scene.open("asker", [], {
      onError: () => {
        throw new RangeError("the listener's own");
      },
    });

    const options = { op: "add", entry: {}, awaitAck: false } as const;
    await asker.imprint({ directedId: "ghost" }, options).catch(() => undefined);
    await scene.fence();

    expect(await asker.registry()).toEqual([]);
  });
});

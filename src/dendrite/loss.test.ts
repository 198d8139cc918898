import { describe, expect, test } from "vitest";
import { Axon } from "../axon/index.js";
import { InMemoryEngram } from "../engram/memory/index.js";
import { createDeferred, type Json } from "../foundation/index.js";
import type { Neuron } from "../neuron/index.js";
import { Scene } from "../testing/index.js";

const engrams = [{ name: "log", directedId: "log" }];

function memory(scene: Scene): InMemoryEngram {
  return new InMemoryEngram({ engramId: "log", engramKind: "log", clock: scene.clock });
}

/** A Neuron that writes two lines and answers only in a later attempt than the first. */
function createWriter(): { neuron: Neuron; wrote: Promise<void>; replayed: (boolean | undefined)[] } {
  const wrote = createDeferred<void>();
  const replayed: (boolean | undefined)[] = [];
  const neuron: Neuron = async (_input, _context, { imprint, task }) => {
    for (const line of [1, 2]) {
      const { receipt } = await imprint("log", { op: "append", mergeKey: "lines", entry: { line } });
      replayed.push(receipt?.replayed);
    }
    wrote.resolve();
    return task.attempt === 1 ? new Promise<Json>(() => undefined) : task.attempt;
  };
  return { neuron, wrote: wrote.promise, replayed };
}

async function linesOf(scene: Scene): Promise<unknown[]> {
  const reader = await scene.open("reader");
  const { hits } = await reader.recall({ directedId: "log" }, { mode: "all", query: { mergeKey: "lines" } });
  return hits.map(({ content, seq }) => [content["line"], seq]).sort();
}

describe("a Dendrite that closes with work in hand", () => {
  test("leaves its task with WORKER_LOST, effect unknown, and stops the Neuron", async () => {
    await using scene = new Scene();
    const aborts: AbortSignal[] = [];
    const forever: Neuron = (_input, _context, { abort }) => {
      aborts.push(abort);
      return new Promise<never>(() => undefined);
    };
    const worker = await scene.open("worker", [new Axon({ neuronId: "forever", neuron: forever })]);
    const asker = await scene.open("asker");
    const answer = asker.dispatchAndWait({ neuron: "forever" });
    await scene.fence();

    await worker.close();

    await expect(answer).rejects.toMatchObject({ code: "WORKER_LOST", detail: { effect: 2 } });
    expect(aborts.map(({ aborted, reason }) => [aborted, String(reason).slice(0, 20)])).toEqual([
      [true, "CosmoError: [CLOSED]"],
    ]);
  });

  test("hands on a task that was not begun, with nothing lost", async () => {
    await using scene = new Scene();
    const forever: Neuron = () => new Promise<never>(() => undefined);
    const worker = await scene.open("worker", [new Axon({ neuronId: "one", neuron: forever, maxInFlight: 1 })]);
    const asker = await scene.open("asker");
    const begun = asker.dispatchAndWait({ neuron: "one" });
    const waiting = asker.dispatchAndWait({ neuron: "one" });
    await scene.fence();
    await scene.open("other", [new Axon({ neuronId: "one", neuron: () => "from the other" })]);

    await worker.close();

    expect((await waiting).output).toBe("from the other");
    await expect(begun).rejects.toMatchObject({ code: "WORKER_LOST" });
  });

  test.each([
    ["its Neuron is retrySafe", true, {}],
    ["the task asks for more attempts", false, { maxAttempts: 2 }],
  ])("has its task redelivered when %s, and nothing is doubled", async (_why, retrySafe, task) => {
    await using scene = new Scene();
    await scene.open("memory", [memory(scene)]);
    const writer = createWriter();
    const wrap = (): Axon => new Axon({ neuronId: "writer", neuron: writer.neuron, engrams, retrySafe });
    const first = await scene.open("first", [wrap()]);
    const asker = await scene.open("asker");
    const watcher = await scene.peer("watcher");
    await watcher.observe();
    const answer = asker.dispatchAndWait({ neuron: "writer", ...task });
    await writer.wrote;
    await scene.open("second", [wrap()]);

    await first.close();

    const { output, taskId } = await answer;
    expect(output).toBe(2);
    expect(writer.replayed).toEqual([false, false, true, true]);
    expect(await linesOf(scene)).toEqual([
      [1, 1],
      [2, 2],
    ]);
    await watcher.fence();
    const ids = watcher.inbox.flatMap(({ signal: { body } }) =>
      body?.$case === "imprint" ? [body.value.imprintId] : [],
    );
    expect(ids).toEqual([1, 2, 1, 2].map((ordinal) => `${taskId}-${ordinal}`));
  });

  test("has its task not redelivered otherwise, and its imprints have ids of their own", async () => {
    await using scene = new Scene();
    await scene.open("memory", [memory(scene)]);
    const writer = createWriter();
    const wrap = (): Axon => new Axon({ neuronId: "writer", neuron: writer.neuron, engrams });
    const first = await scene.open("first", [wrap()]);
    const asker = await scene.open("asker");
    const watcher = await scene.peer("watcher");
    await watcher.observe();
    const answer = asker.dispatchAndWait({ neuron: "writer" });
    await writer.wrote;
    await scene.open("second", [wrap()]);

    await first.close();

    await expect(answer).rejects.toMatchObject({ code: "WORKER_LOST" });
    const { signal } = await watcher.nextObserved("imprint");
    expect(signal.body).toMatchObject({ value: { imprintId: signal.id } });
  });

  test("counts an imprint that names its own id as well", async () => {
    await using scene = new Scene();
    await scene.open("memory", [memory(scene)]);
    const neuron: Neuron = async (_input, _context, { imprint }) => {
      const own = await imprint("log", { op: "add", entry: {}, imprintId: "my-own" });
      const derived = await imprint("log", { op: "add", entry: {} });
      return [own.imprintId, derived.imprintId];
    };
    await scene.open("worker", [new Axon({ neuronId: "writer", neuron, engrams, retrySafe: true })]);
    const asker = await scene.open("asker");

    const { output, taskId } = await asker.dispatchAndWait({ neuron: "writer" });

    expect(output).toEqual(["my-own", `${taskId}-2`]);
  });
});

test("a Synapse that drains lets what is in flight come to its outcome, and takes nothing new", async () => {
  await using scene = new Scene();
  const gate = createDeferred<Json>();
  await scene.open("worker", [new Axon({ neuronId: "gate", neuron: () => gate.promise })]);
  const asker = await scene.open("asker");
  const answer = asker.dispatchAndWait({ neuron: "gate" });
  await scene.fence();

  const drained = scene.synapse.drain();
  await expect(asker.dispatchAndWait({ neuron: "gate" })).rejects.toMatchObject({ code: "UNAVAILABLE" });
  gate.resolve("done");

  expect((await answer).output).toBe("done");
  await drained;
  expect(scene.errors.splice(0).map(({ code }) => code)).toEqual(["UNAVAILABLE", "UNAVAILABLE"]);
});

describe("a Synapse that closes", () => {
  test("ends all that was asked with OUTCOME_UNKNOWN, and every observation; nothing hangs", async () => {
    await using scene = new Scene();
    const forever: Neuron = () => new Promise<never>(() => undefined);
    await scene.open("worker", [new Axon({ neuronId: "forever", neuron: forever })]);
    const peer = await scene.peer("memory");
    await peer.registerEngram("log");
    const asker = await scene.open("asker");
    const pathway = asker.dispatch({ neuron: "forever" });
    const iterated = (async () => {
      for await (const part of asker.dispatch({ neuron: "forever" })) void part;
    })();
    const recalled = asker.recall({ directedId: "log" });
    const observed = (async () => {
      for await (const one of asker.observe()) void one;
    })();
    const watched = (async () => {
      for await (const one of pathway.signals()) void one;
    })();
    await scene.fence();

    await scene.synapse.close();

    const lost = { code: "OUTCOME_UNKNOWN", detail: { effect: 2 } };
    await expect(pathway.outcome).rejects.toMatchObject(lost);
    for (const one of [iterated, recalled, observed, watched]) await expect(one).rejects.toMatchObject(lost);
    expect(scene.errors.splice(0).map(({ code }) => code)).toEqual(["UNAVAILABLE", "UNAVAILABLE"]);
  });

  test("refuses what is asked afterwards, by every call, and a new start", async () => {
    await using scene = new Scene();
    const asker = await scene.open("asker");
    await scene.synapse.close();
    scene.errors.splice(0);

    const lost = /UNAVAILABLE|CLOSED/;
    await expect(asker.dispatchAndWait({ neuron: "a" })).rejects.toThrow(lost);
    await expect(asker.recall({ directedId: "a" })).rejects.toThrow(lost);
    await expect(asker.imprint({ directedId: "a" }, { op: "add", entry: {} })).rejects.toThrow(lost);
    await expect(asker.registry()).rejects.toThrow(lost);
    await expect(scene.make("late").start()).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("while a Dendrite starts leaves none that believes to be connected", async () => {
    await using scene = new Scene();
    const late = scene.make("late");
    const started = late.start();
    await scene.synapse.close();
    await started.catch(() => undefined);

    await expect(late.dispatchAndWait({ neuron: "a" })).rejects.toThrow(/UNAVAILABLE|CLOSED/);
    scene.errors.splice(0);
  });
});

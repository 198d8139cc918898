import { describe, expect, test } from "vitest";
import { Axon } from "../axon/index.js";
import { InMemoryEngram } from "../engram/memory/index.js";
import { createDeferred, type Json } from "../foundation/index.js";
import type { Neuron } from "../neuron/index.js";
import { Scene, type Peer } from "../testing/index.js";

function echo(neuronId = "echo"): Axon {
  return new Axon({ neuronId, neuron: (input) => input });
}

function memory(scene: Scene, engramId: string): InMemoryEngram {
  return new InMemoryEngram({ engramId, engramKind: "context", clock: scene.clock });
}

/** How often an id was registered, as an observer saw it. */
function countRegisters(watcher: Peer, id: string): number {
  return watcher.inbox.filter(({ signal: { body } }) => body?.$case === "register" && body.value.id === id).length;
}

describe("attaching", () => {
  test("while a start is under way registers once, and resolves when the Synapse knows", async () => {
    await using scene = new Scene();
    const watcher = await scene.peer("watcher");
    await watcher.observe();
    const worker = scene.make("worker");
    void worker.attachAxon(echo("before"));

    const started = worker.start();
    const attached = worker.attachAxon(echo("during"));
    await attached;
    await started;

    expect((await worker.registry()).map(({ id }) => id)).toEqual(["before", "during"]);
    await watcher.fence();
    expect([countRegisters(watcher, "before"), countRegisters(watcher, "during")]).toEqual([1, 1]);
  });

  test("what contradicts a live registration rejects with CONFLICT, and may be tried again under another id", async () => {
    await using scene = new Scene();
    const worker = await scene.open("worker", [memory(scene, "taken")]);
    const other = await scene.open("other");

    await expect(other.attachAxon(echo("taken"))).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(other.attachEngram(memory(scene, "taken"))).rejects.toMatchObject({ code: "CONFLICT" });

    await worker.detachEngram("taken");
    await other.attachAxon(echo("taken"));
    expect((await worker.dispatchAndWait({ neuron: "taken", input: 1 })).output).toBe(1);
  });

  test("before a start that fails keeps it for the next start", async () => {
    await using scene = new Scene();
    const holder = await scene.open("holder", [memory(scene, "taken")]);
    const worker = scene.make("worker");
    await worker.attachAxon(echo("free"));
    await worker.attachAxon(echo("taken"));

    await expect(worker.start()).rejects.toMatchObject({ code: "CONFLICT" });
    expect((await holder.registry()).map(({ id }) => id)).toEqual(["taken"]);
    await holder.detachEngram("taken");
    await worker.start();

    expect((await holder.registry()).map(({ id }) => id)).toEqual(["free", "taken"]);
  });

  test("an Engram shows whatever it already holds", async () => {
    await using scene = new Scene();
    const engram = memory(scene, "ctx");
    const first = await scene.open("first", [engram]);
    await first.imprint({ directedId: "ctx" }, { op: "add", entry: { a: 1 } });
    await first.detachEngram("ctx");
    await first.close();
    const second = await scene.open("second", [engram]);

    expect((await second.recall({ directedId: "ctx" })).hits[0]?.content).toEqual({ a: 1 });
  });
});

describe("detaching", () => {
  test("takes no new work, and what is in hand is still answered", async () => {
    await using scene = new Scene();
    const begun = createDeferred<void>();
    const gate = createDeferred<Json>();
    const slow: Neuron = () => {
      begun.resolve();
      return gate.promise;
    };
    const worker = await scene.open("worker", [new Axon({ neuronId: "slow", neuron: slow, maxInFlight: 1 })]);
    const asker = await scene.open("asker");
    const inHand = asker.dispatchAndWait({ neuron: "slow" });
    const queued = asker.dispatchAndWait({ neuron: "slow" });
    await begun.promise;

    await worker.detachAxon("slow");

    await expect(queued).rejects.toMatchObject({ code: "UNROUTABLE", detail: { effect: 1 } });
    await expect(asker.dispatchAndWait({ neuron: "slow" })).rejects.toMatchObject({ code: "UNROUTABLE" });
    gate.resolve("done");
    expect((await inHand).output).toBe("done");
  });

  test("what is not attached does nothing; an Axon is no Engram", async () => {
    await using scene = new Scene();
    const worker = await scene.open("worker", [echo()]);

    await worker.detachAxon("ghost");
    await worker.detachEngram("echo");

    expect((await worker.dispatchAndWait({ neuron: "echo", input: 1 })).output).toBe(1);
  });

  test("what was attached a moment ago keeps the order", async () => {
    await using scene = new Scene();
    const worker = await scene.open("worker");

    const attached = worker.attachEngram(memory(scene, "ctx"));
    const detached = worker.detachEngram("ctx");
    await attached;
    await detached;

    expect(await worker.registry()).toEqual([]);
    await worker.attachEngram(memory(scene, "ctx"));
    expect(await worker.registry()).toHaveLength(1);
  });

  test("what is just being refused does nothing", async () => {
    await using scene = new Scene();
    await scene.open("holder", [memory(scene, "taken")]);
    const worker = await scene.open("worker");

    const attached = worker.attachAxon(echo("taken"));
    const detached = worker.detachAxon("taken");

    await expect(attached).rejects.toMatchObject({ code: "CONFLICT" });
    await detached;
  });

  test("before the start leaves nothing to register", async () => {
    await using scene = new Scene();
    const worker = scene.make("worker");
    await worker.attachAxon(echo());
    await worker.detachAxon("echo");
    await worker.start();

    expect(await worker.registry()).toEqual([]);
  });
});

import { describe, expect, test } from "vitest";
import { Axon } from "../axon/index.js";
import { InMemoryEngram } from "../engram/memory/index.js";
import { CosmoError } from "../errors/index.js";
import { createDeferred } from "../foundation/index.js";
import type { Observation } from "../pathway/index.js";
import { MemorySynapse } from "../synapse/memory/index.js";
import { FakeClock } from "../testing/index.js";
import { Dendrite, type DendriteOptions } from "./index.js";

function openStage() {
  const clock = new FakeClock();
  const synapse = new MemorySynapse({ clock });
  const create = (dendriteId: string, parts: Partial<DendriteOptions> = {}): Dendrite =>
    new Dendrite({ synapse, namespace: "test", dendriteId, clock, ...parts });
  return { clock, synapse, create };
}

const echo = (neuronId = "echo") => new Axon({ neuronId, neuron: (input) => input });
const memory = (engramId: string) => new InMemoryEngram({ engramId, engramKind: "context" });

describe("a Dendrite", () => {
  test("is of use between start and end only", async () => {
    const { create } = openStage();
    const dendrite = create("one");
    expect(() => dendrite.dispatch({ neuron: "echo" })).toThrow(CosmoError);
    await expect(dendrite.dispatchAndWait({ neuron: "echo" })).rejects.toMatchObject({ code: "CLOSED" });

    await dendrite.start();
    await dendrite.start();
    await dendrite.drain();
    await dendrite.drain();
    await dendrite.close();

    await expect(dendrite.dispatchAndWait({ neuron: "echo" })).rejects.toMatchObject({ code: "CLOSED" });
    await expect(dendrite.start()).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("refuses names that no Synapse takes, and a second participant of one id", () => {
    const { create } = openStage();
    expect(() => create("a b")).toThrow(/INVALID_ARGUMENT/);
    expect(() => create("synapse")).toThrow(/INVALID_ARGUMENT/);
    const dendrite = create("one");
    void dendrite.attachAxon(echo());
    expect(() => void dendrite.attachAxon(echo())).toThrow(/detach it first/);
    expect(() => void create("watcher", { role: "observer" }).attachAxon(echo())).toThrow(/INVALID_ARGUMENT/);
  });

  test("serves what is attached before and after its start, until it is detached", async () => {
    const { create } = openStage();
    const [worker, asker] = [create("worker"), create("asker")];
    await worker.attachAxon(echo("early"));
    await worker.start();
    await asker.start();
    await worker.attachAxon(echo("late"));
    await worker.attachEngram(memory("ctx"));

    const ids = (await asker.registry()).map(({ id, role }) => `${role} ${id}`);
    expect(ids).toEqual(["engram ctx", "neuron early", "neuron late"]);
    expect((await asker.dispatchAndWait({ neuron: "late", input: 1 })).output).toBe(1);

    await worker.detachAxon("late");
    await worker.detachEngram("ctx");
    await expect(asker.dispatchAndWait({ neuron: "late" })).rejects.toMatchObject({ code: "UNROUTABLE" });
    expect((await asker.registry()).map(({ id }) => id)).toEqual(["early"]);
  });

  test("rejects an attachment that contradicts a live one", async () => {
    const { create } = openStage();
    const [one, two] = [create("one"), create("two")];
    await one.attachEngram(memory("ctx"));
    await one.start();
    await two.start();

    await expect(two.attachEngram(memory("ctx"))).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(two.attachAxon(echo("ctx-2"))).resolves.toBeUndefined();
  });

  test("drains: finishes what it was given, and takes nothing new", async () => {
    const { create } = openStage();
    const [worker, asker] = [create("worker"), create("asker")];
    const started = createDeferred<(answer: string) => void>();
    await worker.attachAxon(
      new Axon({ neuronId: "slow", neuron: () => new Promise<string>((resolve) => started.resolve(resolve)) }),
    );
    await worker.start();
    await asker.start();
    const pathway = asker.dispatch({ neuron: "slow" });
    const finish = await started.promise;

    const drained = worker.drain();
    while ((await asker.registry()).length > 0) await asker.registry();
    await expect(asker.dispatchAndWait({ neuron: "slow" })).rejects.toMatchObject({ code: "UNROUTABLE" });
    finish("finished");

    expect((await pathway).output).toBe("finished");
    await drained;
  });

  test("closes: work in hand is stopped, what it asked fails, and nothing is left behind", async () => {
    const { create, clock, synapse } = openStage();
    const [worker, asker] = [create("worker"), create("asker")];
    const aborts: AbortSignal[] = [];
    await worker.attachAxon(
      new Axon({
        neuronId: "stuck",
        neuron: (_input, _context, { abort }) => {
          aborts.push(abort);
          return new Promise<null>(() => undefined);
        },
      }),
    );
    await worker.start();
    await asker.start();
    const outcome = asker.dispatchAndWait({ neuron: "stuck" });
    await asker.registry();

    await asker.close();
    await worker.close();
    await synapse.close();

    await expect(outcome).rejects.toMatchObject({ code: "CLOSED" });
    expect(aborts.map(({ aborted }) => aborted)).toEqual([true]);
    expect(clock.pending).toBe(0);
  });

  test("learns that its session is lost, and leaves nobody hanging", async () => {
    const { create, synapse } = openStage();
    const errors: string[] = [];
    const asker = create("asker", { onError: ({ code }) => errors.push(code) });
    const worker = create("worker");
    await worker.attachAxon(new Axon({ neuronId: "stuck", neuron: () => new Promise<null>(() => undefined) }));
    await worker.start();
    await asker.start();
    const outcome = asker.dispatchAndWait({ neuron: "stuck" });
    await asker.registry();

    await synapse.close();

    await expect(outcome).rejects.toMatchObject({ detail: { effect: 2 } });
    expect(errors).toEqual(["UNAVAILABLE"]);
    await asker.close();
  });

  test("keeps its participants from being suspect by its heartbeats", async () => {
    const { create, clock } = openStage();
    const [worker, asker] = [create("worker"), create("asker")];
    await worker.attachAxon(echo());
    await worker.start();
    await asker.start();

    for (let beat = 0; beat < 10; beat += 1) {
      clock.advance(5_000);
      await asker.registry();
    }

    expect((await asker.dispatchAndWait({ neuron: "echo", input: 1, timeoutMs: 1 })).output).toBe(1);
  });
});

describe("observe", () => {
  test("shows late watchers who is there, then what happens, and ends with abort", async () => {
    const { create } = openStage();
    const [worker, asker, watcher] = [create("worker"), create("asker"), create("watcher", { role: "observer" })];
    await worker.attachAxon(echo());
    for (const dendrite of [worker, asker, watcher]) await dendrite.start();
    const controller = new AbortController();
    const seen: string[] = [];
    const watched = (async () => {
      for await (const one of watcher.observe({ abort: controller.signal })) seen.push(describeObservation(one));
    })();

    await asker.dispatchAndWait({ neuron: "echo" });
    await expect(watcher.dispatchAndWait({ neuron: "echo" })).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    while (!seen.includes("final")) await asker.registry();
    controller.abort();
    await watched;

    expect(seen.filter((one) => one !== "discover")).toEqual([
      "snapshot register",
      "live",
      "task",
      "agentOutput",
      "final",
    ]);
  });

  test("shows the whole of a Pathway's trace, its FINAL last", async () => {
    const { create } = openStage();
    const [worker, asker] = [create("worker"), create("asker")];
    await worker.attachAxon(echo());
    await worker.start();
    await asker.start();

    const pathway = asker.dispatch({ neuron: "echo", keepOpen: true });
    const signals = pathway.signals();
    await pathway;
    await pathway.finish();
    const seen: string[] = [];
    for await (const one of signals) if (one.kind === "signal") seen.push(describeObservation(one));

    expect(seen.at(-1)).toBe("final");
    expect(seen).toContain("agentOutput");
  });

  test("tells a slow consumer what it missed", async () => {
    const { create } = openStage();
    const [asker, watcher] = [create("asker"), create("watcher", { role: "observer" })];
    await asker.start();
    await watcher.start();
    const observations = watcher.observe({ types: ["ERROR"] });
    for (let count = 0; count < 5_000; count += 1)
      await asker.dispatchAndWait({ neuron: "ghost" }).catch(() => undefined);

    let shown = 0;
    let missed = 0;
    for await (const one of observations) {
      if (one.kind === "signal") shown += 1;
      if (one.kind === "gap") missed += Number(one.missed);
      if (shown + missed === 5_000) break;
    }
    expect(missed).toBeGreaterThan(0);
  });
});

function describeObservation(one: Observation): string {
  if (one.kind === "signal") return one.signal.body?.$case ?? "unknown";
  return one.kind === "snapshot" ? `snapshot ${one.signal.body?.$case ?? ""}` : one.kind;
}

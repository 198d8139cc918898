import { describe, expect, expectTypeOf, test } from "vitest";
import { Axon } from "../axon/index.js";
import { InMemoryEngram } from "../engram/memory/index.js";
import type { Neuron } from "../neuron/index.js";
import { MemorySynapse, type MemorySynapseOptions } from "../synapse/memory/index.js";
import { FakeClock } from "../testing/index.js";
import { Dendrite } from "./index.js";

function openStage(options: MemorySynapseOptions = {}) {
  const clock = new FakeClock();
  const synapse = new MemorySynapse({ clock, ...options });
  const join = async (dendriteId: string, ...axons: Axon<never, unknown>[]): Promise<Dendrite> => {
    const dendrite = new Dendrite({ synapse, namespace: "test", dendriteId, clock });
    for (const one of axons) await dendrite.attachAxon(one);
    return dendrite.start();
  };
  return { clock, synapse, join };
}

function axon(
  neuronId: string,
  neuron: Neuron<never, unknown>,
  parts: { capabilities?: string[]; maxInFlight?: number; retrySafe?: boolean } = {},
) {
  return new Axon<never, unknown>({ neuronId, neuron, ...parts });
}

const echo: Neuron<never, unknown> = (input) => input;

/** A Neuron that answers when it is told to. */
function createGate() {
  const waiting: ((answer: string) => void)[] = [];
  const neuron: Neuron<never, unknown> = () => new Promise<string>((resolve) => waiting.push(resolve));
  return { neuron, waiting };
}

describe("dispatchAndWait", () => {
  test("gives the answer and the Signal that carried it, typed", async () => {
    const { join } = openStage();
    await join("worker", axon("echo", echo));
    const asker = await join("asker");

    const reply = await asker.dispatchAndWait<{ a: number }>({ neuron: "echo", input: { a: 1 } });

    expectTypeOf(reply.output).toEqualTypeOf<{ a: number }>();
    expect(reply.output).toEqual({ a: 1 });
    expect(reply.neuronId).toBe("echo");
    expect(reply.signal.body?.$case).toBe("agentOutput");
    expect(reply.signal.parentId).toBe(reply.taskId);
  });

  test("hands the context to the Neuron, an empty object without one", async () => {
    const { join } = openStage();
    await join(
      "worker",
      axon("context", (_input, context) => context),
    );
    const asker = await join("asker");

    expect((await asker.dispatchAndWait({ neuron: "context", context: { user: "ada" } })).output).toEqual({
      user: "ada",
    });
    expect((await asker.dispatchAndWait({ neuron: "context" })).output).toEqual({});
  });

  test("rejects at once with those who are there when nobody serves the address", async () => {
    const { join } = openStage();
    await join("worker", axon("echo", echo));
    const asker = await join("asker");

    const outcome = asker.dispatchAndWait({ neuron: "ghost" });

    await expect(outcome).rejects.toMatchObject({ code: "UNROUTABLE", detail: { available: ["echo"] } });
  });

  test("reaches exactly one of those who are capable, and replicas share", async () => {
    const { join } = openStage();
    const calls: string[] = [];
    const count =
      (name: string): Neuron<never, unknown> =>
      () =>
        calls.push(name);
    await join("one", axon("a", count("one"), { capabilities: ["think"] }));
    await join("two", axon("a", count("two"), { capabilities: ["think"] }));
    const asker = await join("asker");

    for (let index = 0; index < 10; index += 1) await asker.dispatchAndWait({ capabilities: ["think"] });

    expect(calls.toSorted()).toEqual([...Array<string>(5).fill("one"), ...Array<string>(5).fill("two")]);
  });

  test("gives a Neuron no more at once than it takes, and ends what does not fit with OVERLOADED", async () => {
    const { join } = openStage({ limits: { addressQueue: 1 } });
    const gate = createGate();
    await join("worker", axon("slow", gate.neuron, { maxInFlight: 1 }));
    const asker = await join("asker");

    const first = asker.dispatch({ neuron: "slow" });
    const second = asker.dispatch({ neuron: "slow" });
    await expect(asker.dispatchAndWait({ neuron: "slow" })).rejects.toMatchObject({ code: "OVERLOADED" });
    expect(gate.waiting).toHaveLength(1);

    gate.waiting[0]?.("one");
    expect((await first).output).toBe("one");
    await asker.registry();
    gate.waiting[1]?.("two");
    expect((await second).output).toBe("two");
  });

  test("stops the task when its caller gives up, and the Neuron's abort fires", async () => {
    const { join } = openStage();
    const aborts: AbortSignal[] = [];
    const started = new Promise<void>((resolve) => {
      const neuron: Neuron<never, unknown> = (_input, _context, { abort }) => {
        aborts.push(abort);
        resolve();
        return new Promise(() => undefined);
      };
      void join("worker", axon("stuck", neuron)).then(async () => undefined);
    });
    const asker = await join("asker");
    await asker.registry();
    const controller = new AbortController();

    const outcome = asker.dispatchAndWait({ neuron: "stuck", abort: controller.signal, waitForRouteMs: 1_000 });
    await started;
    controller.abort();

    await expect(outcome).rejects.toMatchObject({ code: "CANCELLED" });
    await asker.registry();
    expect(aborts[0]?.aborted).toBe(true);
  });

  test("waits no longer than timeoutMs, also when the task has more time", async () => {
    const { join, clock } = openStage();
    await join("worker", axon("slow", createGate().neuron));
    const asker = await join("asker");

    const outcome = asker.dispatchAndWait({ neuron: "slow", timeoutMs: 500, deadlineMs: 60_000 });
    await asker.registry();
    clock.advance(500);

    await expect(outcome).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
  });

  test("refuses a call that names nobody, or no time", async () => {
    const { join } = openStage();
    const asker = await join("asker");

    await expect(asker.dispatchAndWait({})).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(asker.dispatchAndWait({ neuron: "a", deadlineMs: 0 })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });
});

describe("a lost worker", () => {
  test("ends its task with WORKER_LOST of unknown effect", async () => {
    const { join } = openStage();
    const worker = await join("worker", axon("slow", createGate().neuron));
    const asker = await join("asker");

    const outcome = asker.dispatchAndWait({ neuron: "slow" });
    await asker.registry();
    await worker.close();

    await expect(outcome).rejects.toMatchObject({ code: "WORKER_LOST", detail: { effect: 2 } });
  });

  test("loses nothing and doubles nothing when the Neuron is retrySafe: the second attempt repeats its imprints", async () => {
    const { join, synapse, clock } = openStage();
    const host = new Dendrite({ synapse, namespace: "test", dendriteId: "host", clock });
    await host.attachEngram(new InMemoryEngram({ engramId: "log", engramKind: "log" }));
    await host.start();
    const gate = createGate();
    const replayed: unknown[] = [];
    const attempts: number[] = [];
    const neuron: Neuron<never, unknown> = async (input, context, tools) => {
      const { receipt } = await tools.imprint("log", { op: "append", mergeKey: "k", entry: { line: 1 } });
      replayed.push(receipt?.replayed);
      attempts.push(tools.task.attempt);
      return tools.task.attempt === 1 ? gate.neuron(input, context, tools) : "done";
    };
    const wrap = () =>
      new Axon<never, unknown>({
        neuronId: "writer",
        neuron,
        retrySafe: true,
        engrams: [{ name: "log", directedId: "log" }],
      });
    const first = await join("first", wrap());
    const asker = await join("asker");

    const outcome = asker.dispatchAndWait({ neuron: "writer" });
    while (attempts.length === 0) await asker.registry();
    await join("second", wrap());
    await first.close();

    expect((await outcome).output).toBe("done");
    expect([attempts, replayed]).toEqual([
      [1, 2],
      [false, true],
    ]);
    expect((await asker.recall({ directedId: "log" }, { query: { mergeKey: "k" }, mode: "all" })).hits).toHaveLength(1);
  });
});

describe("a Neuron that answers in parts", () => {
  test("sends each yield as a part, then its return as the answer", async () => {
    const { join } = openStage();
    const neuron: Neuron<never, unknown> = async function* () {
      yield "one";
      yield "two";
      await Promise.resolve();
      return "three";
    };
    await join("worker", axon("parts", neuron));
    const asker = await join("asker");

    const pathway = asker.dispatch({ neuron: "parts" });
    const parts: unknown[] = [];
    for await (const { output } of pathway) parts.push(output);

    expect(parts).toEqual(["one", "two"]);
    const { output, signal } = await pathway;
    expect(output).toBe("three");
    expect(signal.body?.$case === "agentOutput" && signal.body.value.parts).toBe(2);
  });

  test("waits for a slow consumer at the end of its window, and for none that only awaits", async () => {
    const { join } = openStage({ limits: { partialWindow: 2 } });
    let sent = 0;
    const neuron: Neuron<never, unknown> = async (_input, _context, { emit }) => {
      for (let part = 1; part <= 6; part += 1) {
        await emit(part);
        sent = part;
      }
      return "done";
    };
    await join("worker", axon("parts", neuron));
    const asker = await join("asker");

    const pathway = asker.dispatch({ neuron: "parts" });
    for (let turn = 0; turn < 5; turn += 1) await asker.registry();
    expect(sent).toBe(2);
    const parts: unknown[] = [];
    for await (const { output } of pathway) parts.push(output);
    expect([parts, (await pathway).output]).toEqual([[1, 2, 3, 4, 5, 6], "done"]);

    expect((await asker.dispatchAndWait({ neuron: "parts" })).output).toBe("done");
  });

  test("dispatches below its own task, in the same trace", async () => {
    const { join } = openStage();
    await join("helper", axon("helper", echo));
    await join(
      "worker",
      axon(
        "boss",
        async (_input, _context, { dispatch }) => (await dispatch({ neuron: "helper", input: "sub" })).output,
      ),
    );
    const asker = await join("asker");
    const watcher = asker.observe({ types: ["TASK"] });

    const { taskId, signal, output } = await asker.dispatchAndWait({ neuron: "boss" });

    expect(output).toBe("sub");
    for await (const seen of watcher) {
      if (seen.kind !== "signal" || seen.signal.id === taskId) continue;
      expect([seen.signal.parentId, seen.signal.traceId, seen.signal.source]).toEqual([taskId, signal.traceId, "boss"]);
      break;
    }
  });
});

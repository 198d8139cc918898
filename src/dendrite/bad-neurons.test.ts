import { describe, expect, test } from "vitest";
import { Axon, type AxonOptions } from "../axon/index.js";
import { CosmoError } from "../errors/index.js";
import type { Json } from "../foundation/index.js";
import { MemorySynapse } from "../synapse/memory/index.js";
import { FakeClock } from "../testing/index.js";
import { Dendrite } from "./index.js";
import { STOP_GRACE_MS } from "./work.js";

type AnyNeuron = AxonOptions<Json, Json>["neuron"];

/** What a Neuron of untyped code may do: the compiler would refuse it. */
function untyped(neuron: () => unknown): AnyNeuron {
  // The point of these tests is what the types forbid.
  return neuron as AnyNeuron;
}

async function openStage(options: {
  neuron: AnyNeuron;
  maxInFlight?: number;
  clock?: FakeClock;
  signalBytes?: number;
}) {
  const { neuron, maxInFlight = 4, clock = new FakeClock(), signalBytes = 4_194_304 } = options;
  const synapse = new MemorySynapse({ clock, limits: { signalBytes } });
  const worker = new Dendrite({ synapse, namespace: "test", dendriteId: "worker", clock });
  await worker.attachAxon(new Axon({ neuronId: "odd", neuron, maxInFlight }));
  await worker.attachAxon(new Axon({ neuronId: "fine", neuron: (input: Json) => input }));
  const asker = new Dendrite({ synapse, namespace: "test", dendriteId: "asker", role: "orchestrator", clock });
  await worker.start();
  await asker.start();
  return { synapse, worker, asker, clock };
}

async function outcomeOf(neuron: AnyNeuron, signalBytes?: number): Promise<CosmoError> {
  const { asker, worker, synapse } = await openStage({ neuron, ...(signalBytes === undefined ? {} : { signalBytes }) });
  const outcome = await asker.dispatchAndWait({ neuron: "odd" }).catch((thrown: unknown) => thrown);
  const { output } = await asker.dispatchAndWait({ neuron: "fine", input: "still here" });
  expect(output).toBe("still here");
  await asker.close();
  await worker.close();
  await synapse.close();
  if (outcome instanceof CosmoError) return outcome;
  return expect.fail(`The outcome is no CosmoError: ${String(outcome)}`);
}

const circular: Record<string, unknown> = {};
circular["self"] = circular;

describe("a Neuron that fails", () => {
  test.each([
    [
      "an Error",
      () => {
        throw new TypeError("the reason");
      },
      "the reason",
    ],
    [
      "a string",
      () => {
        throw "the reason";
      },
      "the reason",
    ],
    [
      "undefined",
      () => {
        throw undefined;
      },
      "undefined",
    ],
    [
      "what cannot be shown",
      () => {
        throw {
          toString: () => {
            throw new TypeError("no");
          },
        };
      },
      "cannot be shown",
    ],
    ["in a promise", () => Promise.reject(new RangeError("the reason")), "the reason"],
  ])("answers NEURON_FAILED when it throws %s", async (_what, neuron, message) => {
    const { code, detail } = await outcomeOf(untyped(neuron));

    expect(code).toBe("NEURON_FAILED");
    expect(detail.message).toContain(message);
  });

  test("answers NEURON_FAILED when its generator throws between parts", async () => {
    const { code } = await outcomeOf(async function* () {
      yield "first";
      await Promise.reject(new RangeError("midway"));
      return "last";
    });

    expect(code).toBe("NEURON_FAILED");
  });

  test("answers with the code that it chose for its input", async () => {
    const { code } = await outcomeOf(() => {
      throw new CosmoError("INVALID_INPUT", "question is missing");
    });

    expect(code).toBe("INVALID_INPUT");
  });

  test("answers NEURON_FAILED, not UNROUTABLE, when it lets the error of its own request out", async () => {
    const { code, detail } = await outcomeOf(
      async (_input, _context, { dispatch }) => (await dispatch({ neuron: "ghost" })).output,
    );

    expect(code).toBe("NEURON_FAILED");
    expect(detail.message).toContain("UNROUTABLE");
    expect(detail.retryable).toBe(false);
  });
});

describe("a Neuron that answers with what is no JSON", () => {
  test.each([
    ["nothing", () => undefined, "undefined"],
    ["a function", () => () => 1, "function"],
    ["a number that is not finite", () => ({ a: [Number.NaN] }), "a[0]"],
    ["a bigint", () => 1n, "bigint"],
    ["a circle", () => circular, "a circle"],
    ["a lone surrogate", () => "\ud800", "surrogate"],
    ["undefined in a list", () => [undefined], "undefined"],
    [
      "an object whose getter throws",
      () => ({
        get a() {
          throw new TypeError("no");
        },
      }),
      "no",
    ],
  ])("answers INVALID_OUTPUT for %s", async (_what, neuron, message) => {
    const { code, detail } = await outcomeOf(untyped(neuron));

    expect(code).toBe("INVALID_OUTPUT");
    expect(detail.message).toContain(message);
  });

  test("answers INVALID_OUTPUT for more than a Signal holds", async () => {
    const { code, detail } = await outcomeOf(() => "x".repeat(20_000), 10_000);

    expect(code).toBe("INVALID_OUTPUT");
    expect(detail.message).toContain("TOO_LARGE");
  });
});

describe("a Neuron that never returns", () => {
  test("ends with DEADLINE_EXCEEDED, is told by its abort, and gives its slot back after a grace", async () => {
    const aborts: AbortSignal[] = [];
    const neuron: AnyNeuron = (_input, _context, { abort }) => {
      aborts.push(abort);
      return new Promise<Json>(() => undefined);
    };
    const { asker, worker, synapse, clock } = await openStage({ neuron, maxInFlight: 1 });

    const first = asker.dispatchAndWait({ neuron: "odd", timeoutMs: 1_000 });
    const second = asker.dispatch({ neuron: "odd", deadlineMs: 60_000 });
    await asker.dispatchAndWait({ neuron: "fine" });
    clock.advance(1_000);
    await expect(first).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
    await asker.dispatchAndWait({ neuron: "fine" });
    expect(aborts.map(({ aborted }) => aborted)).toEqual([true]);

    clock.advance(STOP_GRACE_MS);
    await asker.dispatchAndWait({ neuron: "fine" });
    expect(aborts.map(({ aborted }) => aborted)).toEqual([true, false]);

    await worker.close();
    await expect(second).rejects.toMatchObject({ code: "WORKER_LOST", detail: { effect: 2 } });
    await asker.close();
    await synapse.close();
    expect(clock.pending).toBe(0);
  });
});

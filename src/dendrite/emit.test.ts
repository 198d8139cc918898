import { describe, expect, test } from "vitest";
import { Axon } from "../axon/index.js";
import { createDeferred } from "../foundation/index.js";
import type { Neuron } from "../neuron/index.js";
import { Scene } from "../testing/index.js";

function axon(neuronId: string, neuron: Neuron): Axon {
  return new Axon({ neuronId, neuron });
}

describe("emit", () => {
  test("sends a part from a plain function", async () => {
    await using scene = new Scene();
    const neuron: Neuron = async (_input, _context, { emit }) => {
      await emit("half");
      return "whole";
    };
    await scene.open("worker", [axon("plain", neuron)]);
    const asker = await scene.open("asker");

    const pathway = asker.dispatch({ neuron: "plain" });
    const parts: unknown[] = [];
    for await (const { output } of pathway) parts.push(output);

    expect([parts, (await pathway).output]).toEqual([["half"], "whole"]);
  });

  test("that nobody awaits still comes before the answer, in order and counted", async () => {
    await using scene = new Scene({ partialWindow: 2 });
    const neuron: Neuron = (_input, _context, { emit }) => {
      for (let number = 1; number <= 5; number += 1) void emit(number);
      return "whole";
    };
    await scene.open("worker", [axon("plain", neuron)]);
    const asker = await scene.open("asker");

    const pathway = asker.dispatch({ neuron: "plain" });
    const parts: unknown[] = [];
    for await (const { output } of pathway) parts.push(output);

    expect(parts).toEqual([1, 2, 3, 4, 5]);
    expect((await pathway).signal.body).toMatchObject({ value: { parts: 5 } });
  });

  test("after the answer was made is refused, and changes neither order nor count", async () => {
    await using scene = new Scene({ partialWindow: 1 });
    const late: Promise<unknown>[] = [];
    let emitLate = (): void => undefined;
    const neuron: Neuron = (_input, _context, { emit }) => {
      void emit(1);
      void emit(2);
      emitLate = () => void late.push(emit(3).catch((thrown: unknown) => String(thrown).slice(0, 18)));
      return "whole";
    };
    await scene.open("worker", [axon("plain", neuron)]);
    const asker = await scene.open("asker");
    const pathway = asker.dispatch({ neuron: "plain" });
    await scene.fence();

    emitLate();
    const parts: unknown[] = [];
    for await (const { output } of pathway) parts.push(output);

    expect([parts, (await pathway).signal.body]).toMatchObject([[1, 2], { value: { parts: 2 } }]);
    expect(await Promise.all(late)).toEqual(["CosmoError: [LATE]"]);
  });

  test("after the task was stopped rejects with the reason, and sends nothing", async () => {
    await using scene = new Scene();
    const seen = createDeferred<string>();
    const neuron: Neuron = (_input, _context, { emit, abort }) =>
      new Promise<never>((_resolve, reject) => {
        abort.addEventListener("abort", () => {
          emit("too late").catch((thrown: unknown) => seen.resolve(String(thrown)));
          reject(abort.reason);
        });
      });
    await scene.open("worker", [axon("plain", neuron)]);
    const asker = await scene.open("asker");
    const pathway = asker.dispatch({ neuron: "plain" });
    await scene.fence();

    await pathway.stop("enough");

    expect(await seen.promise).toContain("[CANCELLED]");
  });

  test("of what is no JSON, or too large for a Signal, leaves no hole", async () => {
    await using scene = new Scene({ signalBytes: 10_000 });
    const neuron: Neuron = async (_input, _context, { emit }) => {
      await emit(1);
      const codes: string[] = [];
      for (const bad of [Number.NaN, "x".repeat(10_000)]) {
        await emit(bad).catch((thrown: unknown) => codes.push(String(thrown)));
      }
      await emit(2);
      return codes.map((code) => code.slice(0, 28));
    };
    await scene.open("worker", [axon("plain", neuron)]);
    const asker = await scene.open("asker");

    const pathway = asker.dispatch({ neuron: "plain" });
    const parts: unknown[] = [];
    for await (const { signal } of pathway) parts.push(signal.body);

    expect(parts).toMatchObject([{ value: { part: 1 } }, { value: { part: 2 } }]);
    const { output, signal } = await pathway;
    expect(output).toEqual(["CosmoError: [INVALID_OUTPUT]", "CosmoError: [INVALID_OUTPUT]"]);
    expect(signal.body).toMatchObject({ value: { parts: 2 } });
  });

  test("of a part that is too large is the outcome INVALID_OUTPUT when a generator yields it", async () => {
    await using scene = new Scene({ signalBytes: 10_000 });
    await scene.open("worker", [
      axon("large", async function* () {
        yield "x".repeat(10_000);
      }),
    ]);
    const asker = await scene.open("asker");

    await expect(asker.dispatchAndWait({ neuron: "large" })).rejects.toMatchObject({ code: "INVALID_OUTPUT" });
  });
});

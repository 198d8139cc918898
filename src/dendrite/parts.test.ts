import { describe, expect, test } from "vitest";
import { Axon } from "../axon/index.js";
import type { Neuron } from "../neuron/index.js";
import { Scene } from "../testing/index.js";

function axon(neuronId: string, neuron: Neuron, maxInFlight = 4): Axon {
  return new Axon({ neuronId, neuron, maxInFlight });
}

/** Yields so many numbers, and notes how far it came. */
function counter(count: number, reached: number[] = []): Neuron {
  return async function* () {
    for (let number = 1; number <= count; number += 1) {
      reached.push(number);
      yield number;
    }
    return "end";
  };
}

describe("an async generator", () => {
  test("sends each yield as a part, in order, and its return as the answer", async () => {
    await using scene = new Scene();
    await scene.open("worker", [axon("count", counter(3))]);
    const asker = await scene.open("asker");

    const pathway = asker.dispatch({ neuron: "count" });
    const parts: unknown[] = [];
    for await (const part of pathway) {
      expect(part).toMatchObject({ neuronId: "count", taskId: pathway.taskId });
      parts.push([part.output, part.signal.body?.$case === "agentOutput" ? part.signal.body.value.part : undefined]);
    }
    const { output, signal } = await pathway;

    expect(parts).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(output).toBe("end");
    expect(signal.body).toMatchObject({ value: { part: 0, parts: 3 } });
  });

  test("answers null if it returns nothing", async () => {
    await using scene = new Scene();
    await scene.open("worker", [
      axon("count", async function* () {
        yield 1;
      }),
    ]);
    const asker = await scene.open("asker");

    expect((await asker.dispatchAndWait({ neuron: "count" })).output).toBeNull();
  });

  test("that throws midway ends the iteration with its error, after its parts", async () => {
    await using scene = new Scene();
    await scene.open("worker", [
      axon("count", async function* () {
        yield 1;
        yield await Promise.reject(new RangeError("midway"));
      }),
    ]);
    const asker = await scene.open("asker");

    const parts: unknown[] = [];
    const iterate = async (): Promise<void> => {
      for await (const { output } of asker.dispatch({ neuron: "count" })) parts.push(output);
    };

    await expect(iterate()).rejects.toMatchObject({ code: "NEURON_FAILED", detail: { message: "midway" } });
    expect(parts).toEqual([1]);
  });

  test("that is stopped between two parts runs its finally", async () => {
    await using scene = new Scene({ partialWindow: 1 });
    let isCleaned = false;
    await scene.open("worker", [
      axon("count", async function* () {
        try {
          for (;;) yield "more";
        } finally {
          isCleaned = true;
        }
      }),
    ]);
    const asker = await scene.open("asker");
    const pathway = asker.dispatch({ neuron: "count" });
    await scene.fence();
    expect(isCleaned).toBe(false);

    await pathway.stop();
    await scene.fence();

    expect(isCleaned).toBe(true);
    await expect(pathway.outcome).rejects.toMatchObject({ code: "CANCELLED" });
  });
});

describe("the window", () => {
  test("holds the Neuron back from a consumer that is slow, and opens part by part", async () => {
    await using scene = new Scene({ partialWindow: 2 });
    const reached: number[] = [];
    await scene.open("worker", [axon("count", counter(5, reached))]);
    const asker = await scene.open("asker");

    const parts = asker.dispatch({ neuron: "count" })[Symbol.asyncIterator]();
    await scene.fence();
    expect(reached).toEqual([1, 2, 3]);

    expect((await parts.next()).value).toMatchObject({ output: 1 });
    await scene.fence();
    expect(reached).toEqual([1, 2, 3]);

    expect((await parts.next()).value).toMatchObject({ output: 2 });
    await scene.fence();
    expect(reached).toEqual([1, 2, 3, 4]);
    await parts.return?.(undefined);
  });

  test("gets credit at the latest when half of it is used", async () => {
    await using scene = new Scene({ partialWindow: 4 });
    const peer = await scene.peer("peer");
    await peer.registerNeuron("count");
    const asker = await scene.open("asker");
    const pathway = asker.dispatch({ neuron: "count" });
    const work = await peer.nextWork();
    const consumed = (async () => {
      for await (const part of pathway) void part;
    })();

    for (const number of [1, 2]) {
      const header = { traceId: work.signal.traceId, parentId: work.signal.id, exchange: 3, source: "count" } as const;
      const value = { output: undefined, part: number, parts: 0 };
      await peer.send({ ...header, body: { $case: "agentOutput", value } }, 1);
    }
    await scene.fence();
    const credit = peer.credits.reduce((sum, { partials }) => sum + partials, 0);

    expect(credit).toBe(2);
    await peer.close();
    await expect(consumed).rejects.toMatchObject({ code: "WORKER_LOST" });
  });

  test("is wide open when the answer alone is awaited", async () => {
    await using scene = new Scene({ partialWindow: 2 });
    await scene.open("worker", [axon("count", counter(100))]);
    const asker = await scene.open("asker");

    expect((await asker.dispatchAndWait({ neuron: "count" })).output).toBe("end");
  });

  test("opens for what is left once the iteration is broken off", async () => {
    await using scene = new Scene({ partialWindow: 2 });
    await scene.open("worker", [axon("count", counter(20))]);
    const asker = await scene.open("asker");

    const pathway = asker.dispatch({ neuron: "count" });
    for await (const { output } of pathway) if (output === 3) break;

    expect((await pathway).output).toBe("end");
  });

  test("of a task that is only dispatched stays closed until somebody looks", async () => {
    await using scene = new Scene({ partialWindow: 2 });
    const reached: number[] = [];
    await scene.open("worker", [axon("count", counter(9, reached))]);
    const asker = await scene.open("asker");
    const pathway = asker.dispatch({ neuron: "count" });
    await scene.fence();
    expect(reached).toHaveLength(3);

    expect((await pathway).output).toBe("end");
    expect(reached).toHaveLength(9);
  });

  test("lets a Neuron go that waits in it when the time has passed", async () => {
    await using scene = new Scene({ partialWindow: 1 });
    const ends: unknown[] = [];
    const neuron: Neuron = async (_input, _context, { emit }) => {
      await emit(1);
      await emit(2).catch((thrown: unknown) => ends.push(String(thrown).slice(0, 31)));
      return null;
    };
    await scene.open("worker", [axon("plain", neuron)]);
    const asker = await scene.open("asker");
    const pathway = asker.dispatch({ neuron: "plain", deadlineMs: 100 });
    await scene.fence();
    expect(ends).toEqual([]);

    scene.clock.advance(100);
    await scene.fence();

    expect(ends).toEqual(["CosmoError: [DEADLINE_EXCEEDED]"]);
    await expect(pathway.outcome).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
  });
});

test("a Pathway is iterated once, and before it is awaited", async () => {
  await using scene = new Scene();
  await scene.open("worker", [axon("count", counter(2))]);
  const asker = await scene.open("asker");
  const pathway = asker.dispatch({ neuron: "count" });
  await pathway;

  await expect(pathway[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
});

test("a Neuron iterates the parts of another, and hands them on", async () => {
  await using scene = new Scene({ partialWindow: 2 });
  const doubles: Neuron = async function* (_input, _context, { dispatch }) {
    const below = dispatch<number>({ neuron: "count" });
    for await (const { output } of below) yield output * 2;
    return (await below).output;
  };
  await scene.open("worker", [axon("doubles", doubles), axon("count", counter(6))]);
  const asker = await scene.open("asker");

  const pathway = asker.dispatch({ neuron: "doubles" });
  const parts: unknown[] = [];
  for await (const { output } of pathway) parts.push(output);

  expect([parts, (await pathway).output]).toEqual([[2, 4, 6, 8, 10, 12], "end"]);
});

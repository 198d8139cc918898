import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { Axon } from "../axon/index.js";
import { createDeferred } from "../foundation/index.js";
import type { Neuron } from "../neuron/index.js";
import { Scene } from "../testing/index.js";

const echo: Neuron = (input) => input;

function axon(neuronId: string, neuron: Neuron): Axon {
  return new Axon({ neuronId, neuron });
}

describe("giving up", () => {
  test.each(["abort", "stop"])(
    "by %s sends a STOP: the outcome is CANCELLED, and the Neuron hears of it",
    async (how) => {
      await using scene = new Scene();
      const aborted = createDeferred<unknown>();
      const listens: Neuron = (_input, _context, { abort }) => {
        abort.addEventListener("abort", () => aborted.resolve(abort.reason));
        return new Promise<never>(() => undefined);
      };
      await scene.open("worker", [axon("listens", listens)]);
      const asker = await scene.open("asker");
      const watcher = await scene.peer("watcher");
      await watcher.observe();
      const controller = new AbortController();

      const pathway = asker.dispatch({ neuron: "listens", abort: controller.signal });
      await scene.fence();
      if (how === "abort") controller.abort();
      else await pathway.stop("enough");

      await expect(pathway.outcome).rejects.toMatchObject({ code: "CANCELLED" });
      expect(await aborted.promise).toMatchObject({ code: "CANCELLED" });
      const stop = await watcher.nextObserved("stop");
      expect(stop.signal.body).toMatchObject({ value: { requestId: pathway.taskId } });
      scene.clock.advance(1_000);
      await scene.fence();
    },
  );

  test("before it is sent sends nothing", async () => {
    await using scene = new Scene();
    const asker = await scene.open("asker");
    const watcher = await scene.peer("watcher");
    await watcher.observe();

    const answer = asker.dispatchAndWait({ neuron: "echo", abort: AbortSignal.abort() });

    await expect(answer).rejects.toMatchObject({ code: "CANCELLED", detail: { effect: 1 } });
    await watcher.fence();
    expect(watcher.inbox.filter(({ signal }) => signal.traceId !== "")).toEqual([]);
  });

  test("after the answer changes nothing", async () => {
    await using scene = new Scene();
    await scene.open("worker", [axon("echo", echo)]);
    const asker = await scene.open("asker");
    const controller = new AbortController();
    const pathway = asker.dispatch({ neuron: "echo", input: 1, abort: controller.signal });
    await pathway;

    controller.abort();
    await pathway.stop();

    expect((await pathway).output).toBe(1);
  });

  test("listens once to an abort that many share, and no longer than it must", async () => {
    await using scene = new Scene();
    await scene.open("worker", [axon("echo", echo), axon("forever", () => new Promise<never>(() => undefined))]);
    const asker = await scene.open("asker");
    const controller = new AbortController();
    const { signal: abort } = controller;

    const answers = Array.from({ length: 20 }, () => asker.dispatchAndWait({ neuron: "echo", abort }));
    expect(getEventListeners(abort, "abort")).toHaveLength(1);
    await Promise.all(answers);
    expect(getEventListeners(abort, "abort")).toHaveLength(0);

    const given = [1, 2].map(() => asker.dispatchAndWait({ neuron: "forever", abort }));
    await scene.fence();
    controller.abort();
    for (const one of given) await expect(one).rejects.toMatchObject({ code: "CANCELLED" });
    expect(getEventListeners(abort, "abort")).toHaveLength(0);
    await scene.fence();
    scene.clock.advance(1_000);
  });

  test("resolves whatever the Synapse has decided meanwhile", async () => {
    await using scene = new Scene();
    const asker = await scene.open("asker");

    const pathway = asker.dispatch({ neuron: "ghost" });
    await pathway.stop();

    await expect(pathway.outcome).rejects.toMatchObject({ code: "UNROUTABLE" });
  });

  test("gives the slot back as soon as the Neuron settles, with a STOPPED", async () => {
    await using scene = new Scene();
    const obeys: Neuron = (_input, _context, { abort }) =>
      new Promise<never>((_resolve, reject) => {
        abort.addEventListener("abort", () => reject(abort.reason));
      });
    await scene.open("worker", [new Axon({ neuronId: "obeys", neuron: obeys, maxInFlight: 1 })]);
    const asker = await scene.open("asker");
    const watcher = await scene.peer("watcher");
    await watcher.observe();

    const first = asker.dispatch({ neuron: "obeys", keepOpen: true });
    await scene.fence();
    await first.stop();
    const stopped = await watcher.nextObserved("stopped");

    expect(stopped.signal).toMatchObject({ parentId: first.taskId, source: "obeys" });
    await watcher.fence();
    expect(watcher.inbox.filter(({ signal }) => signal.body?.$case === "agentOutput")).toEqual([]);
  });
});

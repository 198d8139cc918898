// What a Dendrite says to its Synapse beside the Signals, and what it makes of a Synapse that behaves oddly.
import { describe, expect, test } from "vitest";
import { Axon } from "../axon/index.js";
import { CosmoError, createErrorDetail } from "../errors/index.js";
import { decodeSignal, encodeSignal } from "../signal/index.js";
import type { Session, Synapse } from "../synapse/index.js";
import { Scene } from "../testing/index.js";
import { Dendrite } from "./index.js";

/** A Synapse whose sessions differ from those of another one. */
function altered(synapse: Synapse, alter: (session: Session) => Partial<Session>): Synapse {
  return {
    connect: () => synapse.connect(),
    drain: () => synapse.drain(),
    close: () => synapse.close(),
    [Symbol.asyncDispose]: () => synapse.close(),
    open: async (request, receiver) => {
      const session = await synapse.open(request, receiver);
      return {
        id: session.id,
        limits: session.limits,
        publish: (signal, options) => session.publish(signal, options),
        subscribe: (id, filter) => session.subscribe(id, filter),
        unsubscribe: (id) => session.unsubscribe(id),
        credit: (credit) => session.credit(credit),
        drain: () => session.drain(),
        close: () => session.close(),
        ...alter(session),
      };
    },
  };
}

describe("a Dendrite", () => {
  test("sends replies, parts and what it asks below its work with the attempt, and all else without", async () => {
    await using scene = new Scene();
    const seen: string[] = [];
    const synapse = altered(scene.synapse, (session) => ({
      publish: (bytes, options) => {
        seen.push(`${decodeSignal(bytes).body?.$case} ${options?.attempt ?? 0}`);
        return session.publish(bytes, options);
      },
    }));
    const { clock } = scene;
    const neuron = new Axon({
      neuronId: "asks",
      neuron: async (_input, _context, { emit, dispatch }) => {
        await emit("part");
        await dispatch({ neuron: "ghost" }).then(undefined, () => undefined);
        return "whole";
      },
    });
    await using worker = new Dendrite({ synapse, clock, namespace: "test", dendriteId: "worker" });
    await worker.attachAxon(neuron);
    await worker.start();
    const asker = await scene.open("asker");

    await asker.dispatchAndWait({ neuron: "asks" });
    await scene.fence();

    expect(seen).toEqual(["register 0", "agentOutput 1", "task 1", "agentOutput 1", "final 0"]);
  });

  test("decides alone when the verdict stays out for longer than budget and margin, and not before", async () => {
    await using scene = new Scene({ sessionGraceMs: 3_000 });
    const synapse = altered(scene.synapse, () => ({ publish: () => new Promise<never>(() => undefined) }));
    const { clock } = scene;
    await using asker = new Dendrite({ synapse, clock, namespace: "test", dendriteId: "asker" });
    await asker.start();
    let outcome: unknown;
    asker.dispatch({ neuron: "any", deadlineMs: 500 }).then(undefined, (thrown: unknown) => (outcome = thrown));

    clock.advance(3_499);
    await scene.fence();
    expect(outcome).toBeUndefined();
    clock.advance(1);
    await scene.fence();

    expect(outcome).toMatchObject({ code: "OUTCOME_UNKNOWN", detail: { effect: 2, requirement: "COS-TASK-006" } });
  });

  test.each([
    ["TRACE_CLOSED", true],
    ["PERMISSION_DENIED", true],
    ["OVERLOADED", false],
  ] as const)("takes a STOP that is refused with %s for one that came too late: %s", async (code, isLate) => {
    await using scene = new Scene();
    const synapse = altered(scene.synapse, (session) => ({
      publish: async (bytes, options) => {
        if (decodeSignal(bytes).body?.$case !== "stop") return session.publish(bytes, options);
        return {
          number: 0n,
          rejection: createErrorDetail(code, ""),
          asked: [],
          repeated: false,
          position: 0n,
          count: 0,
        };
      },
    }));
    await using asker = new Dendrite({ synapse, clock: scene.clock, namespace: "test", dendriteId: "asker" });
    await asker.start();
    const peer = await scene.peer("peer");
    await peer.registerNeuron("far");
    const pathway = asker.dispatch({ neuron: "far", deadlineMs: 100 });
    await peer.nextWork();

    if (isLate) await expect(pathway.stop()).resolves.toBeUndefined();
    else await expect(pathway.stop()).rejects.toMatchObject({ code });
    await asker.close();
    scene.clock.advance(100);
  });

  test("gives up opening a session when it is closed", async () => {
    await using scene = new Scene();
    const given = new CosmoError("CANCELLED", "Opening the session was given up");
    const synapse: Synapse = {
      ...altered(scene.synapse, () => ({})),
      open: ({ abort }) =>
        new Promise((_resolve, reject) => {
          if (abort?.aborted === true) reject(given);
          abort?.addEventListener("abort", () => reject(given));
        }),
    };
    const asker = new Dendrite({ synapse, clock: scene.clock, namespace: "test", dendriteId: "asker" });
    const started = asker.start();

    await asker.close();

    await expect(started).rejects.toBe(given);
  });

  test("learns of an end that comes while it opens", async () => {
    await using scene = new Scene();
    const synapse: Synapse = {
      ...altered(scene.synapse, () => ({})),
      open: async (request, receiver) => {
        const session = await scene.synapse.open(request, receiver);
        receiver.ended(new CosmoError("UNAVAILABLE", "gone at once"));
        return session;
      },
    };
    const errors: CosmoError[] = [];
    const onError = (error: CosmoError): void => void errors.push(error);
    const { clock } = scene;
    await using asker = new Dendrite({ synapse, clock, onError, namespace: "test", dendriteId: "asker" });
    await expect(asker.start()).rejects.toMatchObject({ code: "UNAVAILABLE" });

    expect(errors).toMatchObject([{ code: "UNAVAILABLE" }]);
    await scene.synapse.close();
    expect(clock.pending).toBe(0);
  });
});

test("the Signals of a Dendrite are what any other peer would read", async () => {
  await using scene = new Scene();
  const peer = await scene.peer("peer");
  await peer.registerNeuron("plain");
  const asker = await scene.open("asker");

  const pathway = asker.dispatch({
    neuron: "plain",
    input: { a: 1 },
    context: { b: 2 },
    meta: { model: "m" },
    maxAttempts: 3,
  });
  const { signal, bytes, note } = await peer.nextWork();

  expect(signal).toMatchObject({
    id: pathway.taskId,
    source: "asker",
    maxAttempts: 3,
    meta: { model: "m" },
    closeTrace: true,
  });
  expect(note).toMatchObject({ participant: "plain", attempt: 1, remaining: { seconds: 60n, nanos: 0 } });
  const text = new TextDecoder().decode(bytes);
  expect([text.includes('{"a":1}'), text.includes('{"b":2}')]).toEqual([true, true]);
  expect(encodeSignal(signal)).toEqual(bytes);
  await pathway.stop();
});

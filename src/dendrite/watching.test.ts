import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { Axon } from "../axon/index.js";
import { CosmoError } from "../errors/index.js";
import type { Neuron } from "../neuron/index.js";
import { systemClock } from "../foundation/index.js";
import { ObservationQueue, type Observation } from "../pathway/index.js";
import { createIdSource, createSignal, signalTypeName } from "../signal/index.js";
import { Scene } from "../testing/index.js";
import { takeSnapshot } from "./participant.js";

const echo = new Axon({ neuronId: "echo", neuron: (input) => input });

/** What happens until the end, in short: types of Signals, kinds of all else. */
async function kindsOf(observations: AsyncIterable<Observation>): Promise<string[]> {
  const kinds: string[] = [];
  for await (const one of observations) kinds.push(one.kind === "signal" ? signalTypeName(one.type) : one.kind);
  return kinds;
}

describe("the signals of a Pathway", () => {
  test("are the whole trace when they are asked for right after the dispatch, FINAL last", async () => {
    await using scene = new Scene();
    const parts: Neuron = async function* () {
      yield 1;
      return 2;
    };
    await scene.open("worker", [new Axon({ neuronId: "parts", neuron: parts })]);
    const asker = await scene.open("asker");
    await asker.dispatchAndWait({ neuron: "parts" });

    const pathway = asker.dispatch({ neuron: "parts" });
    const signals = pathway.signals();
    await pathway;

    expect(await kindsOf(signals)).toEqual(["snapshot", "live", "TASK", "AGENT_OUTPUT", "AGENT_OUTPUT", "FINAL"]);
  });

  test("are whole also when nobody serves the address", async () => {
    await using scene = new Scene();
    const asker = await scene.open("asker");

    const pathway = asker.dispatch({ neuron: "ghost" });

    expect(await kindsOf(pathway.signals())).toEqual(["live", "TASK", "ERROR", "FINAL"]);
  });

  test("end at once when FINAL has come, or the task was refused", async () => {
    await using scene = new Scene({ signalBytes: 10_000 });
    await scene.open("worker", [echo]);
    const asker = await scene.open("asker");
    const answered = asker.dispatch({ neuron: "echo" });
    await answered;
    await scene.fence();
    const refused = asker.dispatch({ neuron: "echo", input: "x".repeat(10_000) });
    await expect(refused.outcome).rejects.toMatchObject({ code: "TOO_LARGE" });

    expect(await kindsOf(answered.signals())).toEqual([]);
    expect(await kindsOf(refused.signals())).toEqual([]);
  });

  test("end with FINAL for whoever comes late, between the answer and FINAL", async () => {
    await using scene = new Scene();
    await scene.open("worker", [echo]);
    const asker = await scene.open("asker");

    const pathway = asker.dispatch({ neuron: "echo" });
    await pathway;

    expect((await kindsOf(pathway.signals())).filter((kind) => kind !== "FINAL")).toEqual(["snapshot", "live"]);
  });

  test("end with their abort, and leave no subscription", async () => {
    await using scene = new Scene({ subscriptions: 1 });
    const asker = await scene.open("asker");
    const controller = new AbortController();
    const pathway = asker.dispatch({ neuron: "ghost", keepOpen: true });
    const signals = pathway.signals({ abort: controller.signal });
    await pathway.outcome.catch(() => undefined);

    controller.abort();

    expect(await kindsOf(signals)).toEqual(["live", "TASK", "ERROR"]);
    expect(await asker.registry()).toEqual([]);
  });
});

describe("a trace that is kept open", () => {
  test("stays open after the answer, until it is finished", async () => {
    await using scene = new Scene();
    await scene.open("worker", [echo]);
    const asker = await scene.open("asker");
    const pathway = asker.dispatch({ neuron: "echo", input: 1, keepOpen: true });
    const signals = kindsOf(pathway.signals());
    expect((await pathway).output).toBe(1);
    await scene.fence();

    await pathway.finish();

    expect((await signals).slice(2)).toEqual(["TASK", "AGENT_OUTPUT", "FINAL"]);
    await expect(pathway.finish()).rejects.toMatchObject({ code: "TRACE_CLOSED" });
  });

  test("ends as failed with a reason, and what is pending in it with TRACE_CLOSED", async () => {
    await using scene = new Scene();
    const forever: Neuron = () => new Promise<never>(() => undefined);
    await scene.open("worker", [new Axon({ neuronId: "forever", neuron: forever })]);
    const asker = await scene.open("asker");
    const peer = await scene.peer("peer");
    await peer.observe();
    const pathway = asker.dispatch({ neuron: "forever", keepOpen: true });
    await scene.fence();

    await pathway.finish(new CosmoError("NEURON_FAILED", "no use"));

    await expect(pathway.outcome).rejects.toMatchObject({ code: "TRACE_CLOSED" });
    const { signal } = await peer.nextObserved("final");
    expect(signal.body).toMatchObject({ value: { status: 2, detail: { message: "no use" } } });
    scene.clock.advance(1_000);
  });
});

describe("observe", () => {
  test("shows who is there, then what is accepted with its notes, filtered", async () => {
    await using scene = new Scene();
    await scene.open("worker", [echo]);
    const asker = await scene.open("asker");
    const watcher = await scene.open("watcher", [], { role: "observer" });
    const controller = new AbortController();
    const observations = watcher.observe({ types: ["TASK", 18], participants: ["echo"], abort: controller.signal });

    const { taskId } = await asker.dispatchAndWait({ neuron: "echo" });
    await asker.dispatchAndWait({ neuron: "ghost" }).catch(() => undefined);
    await scene.fence();
    controller.abort();

    const seen: Observation[] = [];
    for await (const one of observations) seen.push(one);
    expect(seen).toMatchObject([
      { kind: "snapshot", signal: { body: { value: { id: "echo" } } } },
      { kind: "live", position: 2n },
      { kind: "signal", position: 2n, type: 17, asked: ["echo"], signal: { id: taskId } },
      { kind: "signal", position: 3n, type: 18, attempt: 1, signal: { parentId: taskId } },
    ]);
  });

  test("shows a reply that came too late as refused", async () => {
    await using scene = new Scene();
    const peer = await scene.peer("peer");
    await peer.registerNeuron("slow");
    const asker = await scene.open("asker");
    const controller = new AbortController();
    const observations = asker.observe({ types: ["AGENT_OUTPUT"], abort: controller.signal });
    const answer = asker.dispatchAndWait({ neuron: "slow", timeoutMs: 100 });
    const { signal } = await peer.nextWork();
    scene.clock.advance(100);
    await expect(answer).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });

    const header = { traceId: signal.traceId, parentId: signal.id, source: "slow", exchange: 4 } as const;
    const body = { $case: "agentOutput", value: { output: undefined, part: 0, parts: 0 } } as const;
    await peer.refused({ ...header, body }, "LATE", 1);
    await scene.fence();
    controller.abort();

    expect((await kindsOf(observations)).at(-1)).toBe("refused");
  });

  test.each(["break", "abort", "abort before it begins", "close"])("ends with %s, and leaves nothing", async (how) => {
    await using scene = new Scene({ subscriptions: 1 });
    const asker = await scene.open("asker");
    const controller = new AbortController();
    if (how === "abort before it begins") controller.abort();
    const observations = asker.observe({ abort: controller.signal });

    if (how === "break") for await (const one of observations) if (one.kind === "live") break;
    if (how === "abort") controller.abort();
    if (how === "close") await asker.close();

    const kinds = how === "break" ? [] : await kindsOf(observations);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    expect(kinds).toEqual(how === "close" ? ["live"] : []);
    if (how !== "close") expect(await asker.registry()).toEqual([]);
  });

  test("ends with the reason when the Synapse refuses it", async () => {
    await using scene = new Scene({ subscriptions: 1 });
    const asker = await scene.open("asker");
    const controller = new AbortController();
    asker.observe({ abort: controller.signal });

    await expect(kindsOf(asker.observe())).rejects.toMatchObject({ code: "OVERLOADED" });
    controller.abort();
  });
});

describe("registry", () => {
  test("lists by id who is there, replicas once, also for an observer", async () => {
    await using scene = new Scene();
    const capable = new Axon({
      neuronId: "capable",
      neuron: () => null,
      capabilities: ["read"],
      kind: "reader",
      version: "1.2",
      description: "It reads.",
    });
    await scene.open("one", [echo, capable]);
    await scene.open("two", [echo]);
    const watcher = await scene.open("watcher", [], { role: "observer" });

    const participants = await watcher.registry();

    expect(participants.map(({ id, role }) => [id, role])).toEqual([
      ["capable", "neuron"],
      ["echo", "neuron"],
    ]);
    expect(participants[0]).toMatchObject({
      kind: "reader",
      capabilities: ["read"],
      version: "1.2",
      description: "It reads.",
    });
  });

  test("is no list at all if it ends before it is complete", async () => {
    const queue = new ObservationQueue({ boundMax: 10, onEnd: () => undefined });
    const signal = createSignal({ source: "a", body: { $case: "discover", value: {} } }, createIdSource(), systemClock);
    queue.push({ kind: "snapshot", signal });
    queue.end();

    expect(await takeSnapshot(queue)).toBeUndefined();
  });
});

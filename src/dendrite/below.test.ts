import { describe, expect, test } from "vitest";
import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { Axon, type AxonOptions } from "../axon/index.js";
import { InMemoryEngram } from "../engram/memory/index.js";
import { CosmoError } from "../errors/index.js";
import { createDeferred, type Json } from "../foundation/index.js";
import type { Neuron } from "../neuron/index.js";
import type { Observation } from "../pathway/index.js";
import { Scene } from "../testing/index.js";

const echo: Neuron = (input) => input;

function axon(neuronId: string, neuron: Neuron, options: Partial<AxonOptions<Json, Json>> = {}): Axon {
  return new Axon({ neuronId, neuron, engrams: [{ name: "ctx", directedId: "ctx" }], ...options });
}

function memory(scene: Scene, engramId = "ctx"): InMemoryEngram {
  return new InMemoryEngram({ engramId, engramKind: "context", clock: scene.clock });
}

/** The Signals of a trace, until its FINAL. */
async function signalsOf(observations: AsyncIterable<Observation>): Promise<Signal[]> {
  const signals: Signal[] = [];
  for await (const one of observations) if (one.kind === "signal") signals.push(one.signal);
  return signals;
}

function ofKind(signals: readonly Signal[], kind: string): Signal[] {
  return signals.filter(({ body }) => body?.$case === kind);
}

describe("what a Neuron asks", () => {
  test("carries the trace of its TASK, and has it as parent, whatever it is", async () => {
    await using scene = new Scene();
    const asks: Neuron = async (_input, _context, { recall, imprint, dispatch }) => {
      await imprint("ctx", { op: "add", entry: { a: 1 } });
      await recall("ctx");
      return (await dispatch({ neuron: "echo", input: "deep" })).output;
    };
    await scene.open("worker", [memory(scene), axon("asks", asks), axon("echo", echo)]);
    const asker = await scene.open("asker");

    const pathway = asker.dispatch({ neuron: "asks" });
    const signals = await signalsOf(pathway.signals());

    expect((await pathway).output).toBe("deep");
    expect(new Set(signals.map(({ traceId }) => traceId))).toEqual(new Set([pathway.traceId]));
    const [root, sub] = ofKind(signals, "task");
    expect([root?.parentId, root?.closeTrace]).toEqual(["", true]);
    expect(root?.id).toBe(pathway.taskId);
    for (const below of [sub, ...ofKind(signals, "recall"), ...ofKind(signals, "imprint")]) {
      expect(below).toMatchObject({ parentId: pathway.taskId, source: "asks", closeTrace: false });
    }
    expect(signals.at(-1)?.body?.$case).toBe("final");
  });

  test("copies traceparent and tracestate", async () => {
    await using scene = new Scene();
    const asks: Neuron = async (_input, _context, { imprint, dispatch }) => {
      await imprint("ctx", { op: "add", entry: {} });
      return (await dispatch({ neuron: "echo" })).output;
    };
    await scene.open("worker", [memory(scene), axon("asks", asks), axon("echo", echo)]);
    const peer = await scene.peer("peer");
    await peer.observe();
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    const task = {
      traceId: peer.ids.traceId(),
      directed: { id: "asks", type: "", capabilities: [], fanout: 1 as const },
    };
    const body = { $case: "task", value: { input: undefined, context: undefined } } as const;
    await peer.send({ ...task, traceparent, tracestate: "vendor=1", body });
    const imprint = await peer.nextObserved("imprint");
    const sub = await peer.next(({ signal }) => signal.body?.$case === "task" && signal.parentId !== "");

    expect(imprint.signal).toMatchObject({ traceparent, tracestate: "vendor=1" });
    expect(sub.signal).toMatchObject({ traceparent, tracestate: "vendor=1" });
    await peer.nextReply("agentOutput");
  });

  test("has at most the time that the task has left", async () => {
    await using scene = new Scene();
    const asks: Neuron = async (_input, _context, { dispatch }) =>
      (await dispatch({ neuron: "left", deadlineMs: 50_000 })).output;
    const left: Neuron = (_input, _context, { task }) => task.remainingMs();
    await scene.open("worker", [axon("asks", asks), axon("left", left)]);
    const asker = await scene.open("asker");

    const watcher = await scene.peer("watcher");
    await watcher.observe();

    expect((await asker.dispatchAndWait({ neuron: "asks", timeoutMs: 700 })).output).toBe(700);
    const sub = await watcher.next(({ signal }) => signal.body?.$case === "task" && signal.parentId !== "");
    expect(sub.signal.timeout).toMatchObject({ seconds: 0n, nanos: 700_000_000 });
  });

  test("ends with CANCELLED when the task is stopped", async () => {
    await using scene = new Scene();
    const seen = createDeferred<unknown>();
    const asks: Neuron = async (_input, _context, { dispatch }) => {
      try {
        return (await dispatch({ neuron: "slow" })).output;
      } catch (thrown) {
        seen.resolve(thrown);
        throw thrown;
      }
    };
    const aborted = createDeferred<void>();
    const slow: Neuron = (_input, _context, { abort }) =>
      new Promise<never>((_resolve, reject) => {
        abort.addEventListener("abort", () => {
          aborted.resolve();
          reject(abort.reason);
        });
      });
    await scene.open("worker", [axon("asks", asks), axon("slow", slow)]);
    const asker = await scene.open("asker");

    const pathway = asker.dispatch({ neuron: "asks" });
    await scene.fence();
    await pathway.stop();

    await expect(pathway.outcome).rejects.toMatchObject({ code: "CANCELLED" });
    expect(await seen.promise).toMatchObject({ code: "CANCELLED" });
    await aborted.promise;
  });

  test("may be the whole Dendrite's own: it serves what its Neurons ask", async () => {
    await using scene = new Scene();
    const chain: Neuron = async (input, _context, { dispatch }) => {
      if (input === 0) return "bottom";
      return (await dispatch({ neuron: "chain", input: Number(input) - 1 })).output;
    };
    const worker = await scene.open("worker", [axon("chain", chain)]);

    expect((await worker.dispatchAndWait({ neuron: "chain", input: 10 })).output).toBe("bottom");
  });
});

describe("FINAL", () => {
  test("comes only after what the Neuron did not await has ended", async () => {
    await using scene = new Scene();
    const asks: Neuron = (_input, _context, { imprint }) => {
      void imprint("ctx", { op: "append", mergeKey: "log", entry: { n: 1 } });
      void imprint("ctx", { op: "append", mergeKey: "log", entry: { n: 2 } });
      return "done";
    };
    await scene.open("worker", [memory(scene), axon("asks", asks)]);
    const asker = await scene.open("asker");

    const pathway = asker.dispatch({ neuron: "asks" });
    const signals = await signalsOf(pathway.signals());

    expect(ofKind(signals, "imprinted")).toHaveLength(2);
    const kinds = signals.map(({ body }) => body?.$case);
    expect(kinds.indexOf("agentOutput")).toBeLessThan(kinds.indexOf("imprinted"));
    expect(kinds.at(-1)).toBe("final");
    expect((await asker.recall({ directedId: "ctx" }, { mode: "all" })).hits).toHaveLength(2);
  });

  test("is sent by the Synapse when the task failed, and what was not awaited ends with CANCELLED", async () => {
    await using scene = new Scene();
    const sub = createDeferred<unknown>();
    const fails: Neuron = async (_input, _context, { dispatch }) => {
      dispatch({ neuron: "slow" }).then(undefined, (thrown: unknown) => sub.resolve(thrown));
      throw new CosmoError("INTERNAL", "on purpose");
    };
    await scene.open("worker", [axon("fails", fails), axon("slow", () => new Promise<never>(() => undefined))]);
    const asker = await scene.open("asker");

    const pathway = asker.dispatch({ neuron: "fails" });
    const signals = await signalsOf(pathway.signals());

    await expect(pathway.outcome).rejects.toMatchObject({ code: "NEURON_FAILED" });
    expect(await sub.promise).toMatchObject({ code: "CANCELLED" });
    expect(signals.at(-1)).toMatchObject({ source: "synapse", body: { $case: "final", value: { status: 2 } } });
  });

  test("of a request to all that one Dendrite hosts itself waits for every outcome", async () => {
    await using scene = new Scene();
    const slow = memory(scene, "two");
    const recallAtOnce = slow.recall.bind(slow);
    slow.recall = async (body, call) => {
      await scene.fence();
      return recallAtOnce(body, call);
    };
    const worker = await scene.open("worker", [memory(scene, "one"), slow]);
    await worker.imprint({ directedId: "one" }, { op: "add", entry: { a: 1 } });
    await worker.imprint({ directedId: "two" }, { op: "add", entry: { a: 2 } });

    const found = await worker.recall({ directedType: "context" }, { mode: "all" });

    expect(found).toMatchObject({ partial: false, errors: [], missing: [] });
    expect(found.hits.map(({ engramId }) => engramId).sort()).toEqual(["one", "two"]);
  });
});

describe("what a Neuron does not look at", () => {
  test("harms nothing: refused imprints, failed tasks, unknown bindings, parts that come too late", async () => {
    await using scene = new Scene();
    let later: (() => void) | undefined;
    const careless: Neuron = (_input, _context, { recall, imprint, dispatch, emit }) => {
      void imprint("ctx", { op: "delete", mergeKey: "" });
      void imprint("nowhere", { op: "add", entry: {} });
      void recall("ctx", { mode: "first", query: { topK: -1 } });
      dispatch({ neuron: "ghost" });
      later = () => void emit("too late");
      return "fine";
    };
    await scene.open("worker", [memory(scene), axon("careless", careless)]);
    const asker = await scene.open("asker");

    expect((await asker.dispatchAndWait({ neuron: "careless" })).output).toBe("fine");
    later?.();
    await scene.fence();
    expect((await asker.dispatchAndWait({ neuron: "careless" })).output).toBe("fine");
  });
});

describe("a binding", () => {
  test("that the Axon does not declare is UNKNOWN_BINDING, with those that there are", async () => {
    await using scene = new Scene();
    const asks: Neuron = async (input, _context, { recall }) => {
      if (input !== "caught") return (await recall("nowhere")).hits.length;
      return recall("nowhere").then(
        () => "found",
        (thrown: unknown) => (thrown instanceof CosmoError ? [thrown.code, ...thrown.detail.available] : "other"),
      );
    };
    const engrams = ["ctx", "log"].map((name) => ({ name, directedId: name }));
    await scene.open("worker", [axon("asks", asks, { engrams })]);
    const asker = await scene.open("asker");

    const { output } = await asker.dispatchAndWait({ neuron: "asks", input: "caught" });
    expect(output).toEqual(["UNKNOWN_BINDING", "ctx", "log"]);
    await expect(asker.dispatchAndWait({ neuron: "asks" })).rejects.toMatchObject({
      code: "UNKNOWN_BINDING",
      detail: { available: ["ctx", "log"], requirement: "COS-TASK-025" },
    });
  });

  test("gives its mode and deadline to calls that state none", async () => {
    await using scene = new Scene();
    const peer = await scene.peer("memory");
    await peer.registerEngram("ctx");
    const engrams = [{ name: "ctx", directedId: "ctx", defaultRecallMode: "all", defaultDeadlineMs: 77 } as const];
    const asks: Neuron = async (input, _context, { recall, imprint }) => {
      if (input === "default") void recall("ctx");
      else if (input === "stated") void recall("ctx", { mode: "merge", deadlineMs: 88 });
      else void imprint("ctx", { op: "add", entry: {} });
      return null;
    };
    await scene.open("worker", [axon("asks", asks, { engrams })]);
    const asker = await scene.open("asker");

    const sent: unknown[] = [];
    for (const input of ["default", "stated", "imprint"]) {
      await asker.dispatchAndWait({ neuron: "asks", input });
      const { signal } = await peer.nextWork();
      const mode = signal.body?.$case === "recall" ? signal.body.value.mode : undefined;
      sent.push([mode, signal.timeout?.nanos]);
      scene.clock.advance(100);
    }
    expect(sent).toEqual([
      [3, 77_000_000],
      [2, 88_000_000],
      [undefined, 77_000_000],
    ]);
  });
});

// What OpenTelemetry sees of a Dendrite's work, with its real SDK.
import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from "@opentelemetry/sdk-trace-base";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Axon } from "../axon/index.js";
import { InMemoryEngram } from "../engram/memory/index.js";
import { Scene } from "../testing/index.js";
import { Dendrite } from "./index.js";

const exporter = new InMemorySpanExporter();
const tracer = trace.getTracer("a user");
const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const emptyTask = { $case: "task", value: { input: undefined, context: undefined } } as const;

function record(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
}

function forget(): void {
  trace.disable();
  context.disable();
}

afterEach(() => exporter.reset());

const spanNamed = (name: string): ReadableSpan | undefined =>
  exporter.getFinishedSpans().find((span) => span.name === name);
const above = (name: string): string | undefined => {
  const parent = spanNamed(name)?.parentSpanContext?.spanId;
  return exporter.getFinishedSpans().find((span) => span.spanContext().spanId === parent)?.name;
};

async function open() {
  const scene = new Scene();
  const [worker, asker] = [scene.make("worker"), scene.make("asker")];
  await worker.attachEngram(new InMemoryEngram({ engramId: "store", engramKind: "context" }));
  await worker.attachAxon(
    new Axon({
      neuronId: "researcher",
      engrams: [{ name: "ctx", directedId: "store" }],
      neuron: async (input, _context, { recall, imprint, dispatch }) => {
        if (input === "fail") throw new Error("out of ideas");
        await tracer.startActiveSpan("think", async (span) => {
          await recall("ctx", {});
          span.end();
        });
        await imprint("ctx", { op: "add", entry: { a: 1 } });
        if (input === "deep") await dispatch({ neuron: "researcher", input: "flat" });
        return "done";
      },
    }),
  );
  await worker.start();
  await asker.start();
  return { scene, worker, asker };
}

// Before there is one: a tracer keeps the provider that it found.
test("without a provider, what came with a request goes on with what is asked below it (COS-ENV-033)", async () => {
  const { scene } = await open();
  const [peer, watcher] = [await scene.peer("foreign"), await scene.peer("watcher")];
  await watcher.observe({ types: [17, 20, 22] });
  // Longer than the API of OpenTelemetry reads.
  const tracestate = `vendor=${"1".repeat(250)},other=${"2".repeat(250)},third=${"3".repeat(50)}`;
  const input = { mediaType: "", data: new TextEncoder().encode('"deep"'), schema: "" };
  await peer.send({
    traceId: peer.ids.traceId(),
    traceparent,
    tracestate,
    body: { $case: "task", value: { input, context: undefined } },
  });
  await peer.nextReply("agentOutput");
  await watcher.fence();
  await scene[Symbol.asyncDispose]();
  const seen = watcher.inbox
    .filter(({ note }) => note.position > 0n)
    .map(({ signal }) => [signal.body?.$case, signal.traceparent, signal.tracestate]);
  const kinds = ["task", "recall", "imprint", "task", "recall", "imprint"];
  expect(seen).toEqual(kinds.map((kind) => [kind, traceparent, tracestate]));
});

describe("with a provider of OpenTelemetry", () => {
  beforeAll(record);
  afterAll(forget);

  test("one trace leads from the caller's span through dispatch and handle to recall and imprint", async () => {
    const { scene, asker } = await open();
    await tracer.startActiveSpan("serve", async (span) => {
      await asker.dispatchAndWait({ neuron: "researcher" });
      span.end();
    });
    await scene[Symbol.asyncDispose]();

    const spans = exporter.getFinishedSpans();
    expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1);
    expect(["dispatch researcher", "handle researcher", "think", "recall store", "imprint store"].map(above)).toEqual([
      "serve",
      "dispatch researcher",
      "handle researcher",
      "think",
      "handle researcher",
    ]);
    expect([spanNamed("dispatch researcher")?.kind, spanNamed("handle researcher")?.kind]).toEqual([
      SpanKind.PRODUCER,
      SpanKind.CONSUMER,
    ]);
    expect(spanNamed("handle researcher")?.attributes).toMatchObject({
      "messaging.system": "cosmonapse",
      "cosmonapse.attempt": 1,
    });
  });

  test("a failure is the status of each span that it passes", async () => {
    const { scene, asker } = await open();
    await asker.dispatchAndWait({ neuron: "researcher", input: "fail" }).catch(() => undefined);
    await asker.dispatchAndWait({ neuron: "nobody" }).catch(() => undefined);
    await scene[Symbol.asyncDispose]();
    const failures = exporter
      .getFinishedSpans()
      .map(({ name, status, attributes }) => [name, status.code, attributes["error.type"]]);
    expect(failures).toEqual([
      ["handle researcher", SpanStatusCode.ERROR, "NEURON_FAILED"],
      ["dispatch researcher", SpanStatusCode.ERROR, "NEURON_FAILED"],
      ["dispatch nobody", SpanStatusCode.ERROR, "UNROUTABLE"],
    ]);
  });

  test("a request of somebody else is joined by its traceparent", async () => {
    const { scene } = await open();
    const peer = await scene.peer("foreign");
    await peer.send({
      traceId: peer.ids.traceId(),
      traceparent,
      tracestate: "vendor=1",
      body: emptyTask,
    });
    await peer.nextReply("agentOutput");
    await scene[Symbol.asyncDispose]();
    const handled = spanNamed("handle researcher");
    expect([handled?.spanContext().traceId, handled?.parentSpanContext?.spanId]).toEqual([
      "4bf92f3577b34da6a3ce929d0e0e4736",
      "00f067aa0ba902b7",
    ]);
    expect(handled?.spanContext().traceState?.serialize()).toBe("vendor=1");
  });

  test("work that came without a traceparent is in no trace of somebody else", async () => {
    const scene = new Scene();
    const peer = await scene.peer("foreign");
    await tracer.startActiveSpan("start up", async (span) => {
      await scene.open("worker", [new Axon({ neuronId: "echo", neuron: (input) => input })]);
      await peer.send({ traceId: peer.ids.traceId(), body: emptyTask });
      await peer.nextReply("agentOutput");
      span.end();
    });
    await scene[Symbol.asyncDispose]();
    expect(spanNamed("handle echo")).toMatchObject({ parentSpanContext: undefined });
    expect(spanNamed("handle echo")?.spanContext().traceId).not.toBe(spanNamed("start up")?.spanContext().traceId);
  });

  test("a recall of several has failed only if each of them did", async () => {
    class Broken extends InMemoryEngram {
      override recall(): Promise<never> {
        return Promise.reject(new Error("broken"));
      }
    }
    const scene = new Scene();
    const asker = await scene.open("asker", [
      new InMemoryEngram({ engramId: "good", engramKind: "mixed" }),
      new Broken({ engramId: "bad", engramKind: "mixed" }),
      new Broken({ engramId: "broken-1", engramKind: "broken" }),
      new Broken({ engramId: "broken-2", engramKind: "broken" }),
    ]);
    for (const directedType of ["mixed", "broken"]) await asker.recall({ directedType }, { mode: "all" });
    await scene[Symbol.asyncDispose]();
    expect(spanNamed("recall mixed")?.status.code).toBe(SpanStatusCode.UNSET);
    expect(spanNamed("recall broken")).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { "error.type": "ENGRAM_FAILED" },
    });
  });

  test("the span of stopped work ends with its Neuron, or with the grace if that never ends", async () => {
    const scene = new Scene();
    const patient = new Axon({
      neuronId: "patient",
      neuron: (_input, _context, { abort }) =>
        new Promise((resolve) => {
          abort.addEventListener("abort", () => resolve("late"));
        }),
    });
    await scene.open("worker", [patient, new Axon({ neuronId: "stuck", neuron: () => new Promise(() => undefined) })]);
    const asker = await scene.open("asker");
    const abort = new AbortController();
    const tasks = ["patient", "stuck"].map((neuron) => asker.dispatch({ neuron, abort: abort.signal }));
    await scene.fence();
    abort.abort();
    await Promise.allSettled(tasks.map(({ outcome }) => outcome));
    await scene.fence();
    expect([spanNamed("handle patient")?.attributes["error.type"], spanNamed("handle stuck")]).toEqual([
      "CANCELLED",
      undefined,
    ]);
    scene.clock.advance(1_000);
    await scene[Symbol.asyncDispose]();
    expect(spanNamed("handle stuck")?.attributes["error.type"]).toBe("CANCELLED");
  });

  test("nothing is traced if that is not wanted", async () => {
    const scene = new Scene();
    const { synapse, clock } = scene;
    await using asker = new Dendrite({ synapse, clock, namespace: "test", tracing: false });
    await asker.start();
    await asker.dispatchAndWait({ neuron: "nobody" }).catch(() => undefined);
    await scene[Symbol.asyncDispose]();
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});

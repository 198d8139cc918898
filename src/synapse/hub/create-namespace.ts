import type { Limits } from "../../../gen/cosmonapse/v1/limits.js";
import type { Clock } from "../../foundation/index.js";
import type { IdSource } from "../../signal/index.js";
import { closeAfter, closeTrace } from "./close-trace.js";
import { Counters } from "./counters.js";
import { DedupWindow } from "./dedup-window.js";
import type { Namespace } from "./namespace.js";
import { Observers } from "./observers.js";
import { Registry } from "./registry.js";
import { RequestBook } from "./request-book.js";
import { Router } from "./router.js";
import { SynapseSignals } from "./synapse-signals.js";
import { TraceBook } from "./trace-book.js";

/** What a namespace is made with. */
export interface NamespaceOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly limits: Limits;
}

/** Makes an empty namespace. */
export function createNamespace({ name, clock, ids, limits }: NamespaceOptions): Namespace {
  const counters = new Counters();
  const registry = new Registry();
  const router = new Router({
    registry,
    clock,
    addressQueueMax: limits.addressQueue,
    suspectMs: limits.suspectMs,
    counters,
  });
  const observers = new Observers({ signalsMax: limits.observerSignals, bytesMax: limits.observerBytes, counters });
  const signals = new SynapseSignals(ids, clock);
  const traces = new TraceBook({
    clock,
    tracesMax: limits.traces,
    barredMax: limits.sessionPending,
    tombstoneMs: limits.timeoutMs + limits.sessionGraceMs,
    idleMs: limits.traceIdleMs,
    onIdle: (trace) => closeTrace(namespace, trace, { kind: "abandoned" }),
  });
  const requests = new RequestBook({
    registry,
    router,
    observers,
    traces,
    signals,
    clock,
    limits,
    counters,
    onFinished: (request) => {
      closeAfter(namespace, request);
      namespace.onRequestEnded();
    },
  });
  const namespace: Namespace = {
    name,
    clock,
    limits,
    sessions: new Map(),
    registry,
    router,
    observers,
    traces,
    requests,
    dedup: new DedupWindow({ windowMs: limits.dedupMs, idsMax: limits.dedupIds }),
    signals,
    counters,
    isDraining: false,
    onRequestEnded: () => undefined,
  };
  return namespace;
}

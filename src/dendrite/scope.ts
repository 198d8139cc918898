import type { IdSource } from "../signal/index.js";

/** Where requests belong: in a trace of their own, or below a TASK that a Neuron works on. */
export interface Scope {
  /** The trace. */
  readonly traceId: string;
  /** The request above; empty in a trace of its own. */
  readonly parentId: string;
  /** The attempt of the request above; 0: none. */
  readonly attempt: number;
  /** Who asks. */
  readonly source: string;
  /** W3C Trace Context of the request above (COS-ENV-033). */
  readonly traceparent: string;
  /** W3C Trace Context of the request above (COS-ENV-033). */
  readonly tracestate: string;
  /** What is left of the time above, milliseconds. */
  remainingMs(): number;
  /** Counts an imprint; the id that it has if it names none; undefined: the id of its Signal. */
  nextImprintId(): string | undefined;
  /** Notes a request below, until it ended. */
  track(ended: Promise<unknown>): void;
}

/** A scope with a new trace; its first request is the root. */
export function createRootScope(ids: IdSource, source: string): Scope {
  return {
    traceId: ids.traceId(),
    parentId: "",
    attempt: 0,
    source,
    traceparent: "",
    tracestate: "",
    remainingMs: () => Infinity,
    nextImprintId: () => undefined,
    track: () => undefined,
  };
}

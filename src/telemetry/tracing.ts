/** W3C Trace Context, as it stands in the header of a Signal (COS-ENV-033). */
export interface TraceHeader {
  readonly traceparent: string;
  readonly tracestate: string;
}

/** One piece of work as OpenTelemetry sees it. */
export interface TracingSpan {
  /** What stands in the header of what is sent in it; undefined: it has no place in a trace. */
  readonly header: TraceHeader | undefined;
  /** Runs something within it: spans that are begun there are its children. */
  run<Result>(work: () => Result): Result;
  /** It is over; with the code and the message of an error if it failed. A second call does nothing. */
  end(failure?: { readonly code: string; readonly message: string }): void;
}

/** How a span begins. */
export interface SpanStart {
  /** `handle` works on a request, the others make one and wait. */
  readonly operation: "dispatch" | "recall" | "imprint" | "handle";
  /** Who is asked, or works: an id, a type, or capabilities. */
  readonly target: string;
  /** The id of the request. */
  readonly requestId: string;
  /** The trace of the request, as the protocol counts. */
  readonly traceId: string;
  readonly namespace: string;
  /** The attempt that works, or below which the request is made; 0: none. */
  readonly attempt: number;
  /** What stands above it, unless a request is made within a span of this process. */
  readonly above: TraceHeader;
}

/** Where spans are begun. */
export interface Tracing {
  /** Begins a span; undefined if nobody records. */
  start(span: SpanStart): TracingSpan | undefined;
}

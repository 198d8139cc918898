/** W3C Trace Context, as it stands in the header of a Signal (COS-ENV-033). */
export interface TraceHeader {
  readonly traceparent: string;
  readonly tracestate: string;
}

/** What a span says of itself, in the words of OpenTelemetry. */
export type SpanAttributes = Readonly<Record<string, string | number>>;

/** One piece of work as OpenTelemetry sees it. */
export interface TracingSpan {
  /** What stands in the header of what is sent in it; undefined: nobody records, and nothing came from above. */
  readonly header: TraceHeader | undefined;
  /** Runs something within it: spans that are begun there are its children. */
  run<Result>(work: () => Result): Result;
  /** It is over; with the code and the message of an error if it failed. A second call does nothing. */
  end(failure?: { readonly code: string; readonly message: string }): void;
}

/** How a span begins. */
export interface SpanStart {
  /** `ask` sends a request and waits, `handle` works on one. */
  readonly kind: "ask" | "handle";
  readonly name: string;
  readonly attributes: SpanAttributes;
  /** What stands above it, unless a span of this process does. */
  readonly above: TraceHeader;
}

/** Where spans are begun. */
export interface Tracing {
  start(span: SpanStart): TracingSpan;
}

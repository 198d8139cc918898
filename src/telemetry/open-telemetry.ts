import type * as OpenTelemetry from "@opentelemetry/api";
import type { SpanStart, TraceHeader, Tracing, TracingSpan } from "./tracing.js";

type Api = typeof OpenTelemetry;

const traceparentForm = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

let loading: Promise<Tracing | undefined> | undefined;

/**
 * Tracing by OpenTelemetry, with the provider that the program registers; undefined if its API is not installed, and
 * never rejects. It is looked for once in a process, and not being there is remembered.
 */
export function loadTracing(): Promise<Tracing | undefined> {
  loading ??= load();
  return loading;
}

// A bundler takes an import within a `try` for what it is: one that may fail.
async function load(): Promise<Tracing | undefined> {
  try {
    return createTracing(await import("@opentelemetry/api"));
  } catch {
    return undefined;
  }
}

function createTracing(api: Api): Tracing {
  return {
    start(begun) {
      const tracer = findTracer(api);
      if (tracer === undefined) return undefined;
      const { operation, target } = begun;
      const kind = operation === "handle" ? api.SpanKind.CONSUMER : api.SpanKind.PRODUCER;
      const base = beginsIn(api, begun);
      const span = tracer.startSpan(`${operation} ${target}`, { kind, attributes: describe(begun) }, base);
      return toTracingSpan(api, span, api.trace.setSpan(base, span));
    },
  };
}

/** The tracer of the provider that is registered now; undefined: none is, and nobody pays for spans. */
function findTracer({ trace, ProxyTracerProvider }: Api): OpenTelemetry.Tracer | undefined {
  const provider = trace.getTracerProvider();
  if (provider instanceof ProxyTracerProvider) return provider.getDelegateTracer("cosmonapse");
  return provider.getTracer("cosmonapse");
}

/** In the words of OpenTelemetry's conventions for messaging. */
function describe({ operation, target, requestId, traceId, namespace, attempt }: SpanStart): OpenTelemetry.Attributes {
  return {
    "messaging.system": "cosmonapse",
    "messaging.operation.name": operation,
    "messaging.operation.type": operation === "handle" ? "process" : "send",
    "messaging.destination.name": target,
    "messaging.message.id": requestId,
    "messaging.message.conversation_id": traceId,
    "cosmonapse.namespace": namespace,
    ...(attempt === 0 ? {} : { "cosmonapse.attempt": attempt }),
  };
}

/** Where a span begins: a request in the span around it, if there is one, and work below the request that it answers. */
function beginsIn(api: Api, { operation, above }: SpanStart): OpenTelemetry.Context {
  // Work is delivered in whatever context the bus was in, which is somebody else's.
  if (operation === "handle") return withRemote(api, api.ROOT_CONTEXT, above);
  const active = api.context.active();
  const around = api.trace.getSpanContext(active);
  return around !== undefined && api.isSpanContextValid(around) ? active : withRemote(api, active, above);
}

function withRemote(
  api: Api,
  base: OpenTelemetry.Context,
  { traceparent, tracestate }: TraceHeader,
): OpenTelemetry.Context {
  const [, traceId, spanId, flags] = traceparentForm.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return base;
  return api.trace.setSpanContext(base, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
    ...(tracestate === "" ? {} : { traceState: api.createTraceState(tracestate) }),
  });
}

function toTracingSpan(api: Api, span: OpenTelemetry.Span, own: OpenTelemetry.Context): TracingSpan {
  let isOver = false;
  return {
    header: headerOf(api, span.spanContext()),
    run: (work) => api.context.with(own, work),
    end(failure) {
      if (isOver) return;
      isOver = true;
      if (failure !== undefined) {
        span.setAttribute("error.type", failure.code);
        span.setStatus({ code: api.SpanStatusCode.ERROR, message: failure.message });
      }
      span.end();
    },
  };
}

function headerOf(api: Api, context: OpenTelemetry.SpanContext): TraceHeader | undefined {
  if (!api.isSpanContextValid(context)) return undefined;
  const { traceId, spanId, traceFlags, traceState } = context;
  const flags = traceFlags.toString(16).padStart(2, "0");
  return { traceparent: `00-${traceId}-${spanId}-${flags}`, tracestate: traceState?.serialize() ?? "" };
}

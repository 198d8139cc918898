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
  const tracer = api.trace.getTracer("cosmonapse");
  return {
    start({ kind, name, attributes, above }) {
      const base = beginsIn(api, kind, above);
      const options = {
        kind: kind === "ask" ? api.SpanKind.PRODUCER : api.SpanKind.CONSUMER,
        attributes: { ...attributes },
      };
      const span = tracer.startSpan(name, options, base);
      return toTracingSpan(api, span, { own: api.trace.setSpan(base, span), header: headerOf(api, span, above) });
    },
  };
}

/** Where a span begins: a request in the span around it, if there is one, and work below the request that it answers. */
function beginsIn(api: Api, kind: SpanStart["kind"], above: TraceHeader): OpenTelemetry.Context {
  // Work is delivered in whatever context the bus was in, which is somebody else's.
  if (kind === "handle") return withRemote(api, api.ROOT_CONTEXT, above);
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

function toTracingSpan(
  api: Api,
  span: OpenTelemetry.Span,
  { own, header }: { own: OpenTelemetry.Context; header: TraceHeader | undefined },
): TracingSpan {
  let isOver = false;
  return {
    header,
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

function headerOf(api: Api, span: OpenTelemetry.Span, above: TraceHeader): TraceHeader | undefined {
  const context = span.spanContext();
  if (!api.isSpanContextValid(context)) return undefined;
  const { traceId, spanId, traceFlags, traceState } = context;
  // Nobody made a span: what came goes on as it came, also what the API could not read of it.
  if (above.traceparent.includes(`-${traceId}-${spanId}-`)) return above;
  const flags = traceFlags.toString(16).padStart(2, "0");
  return { traceparent: `00-${traceId}-${spanId}-${flags}`, tracestate: traceState?.serialize() ?? "" };
}

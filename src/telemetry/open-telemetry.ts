import type * as OpenTelemetry from "@opentelemetry/api";
import type { TraceHeader, Tracing, TracingSpan } from "./tracing.js";

type Api = typeof OpenTelemetry;

const traceparentForm = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

let loading: Promise<Tracing | undefined> | undefined;

/** Tracing by OpenTelemetry, if its API is installed; it is looked for once in a process. */
export function loadTracing(): Promise<Tracing | undefined> {
  loading ??= import("@opentelemetry/api").then(createTracing, () => undefined);
  return loading;
}

/** Tracing by an API of OpenTelemetry: with whatever provider is registered there, when a span begins. */
function createTracing(api: Api): Tracing {
  const tracer = api.trace.getTracer("cosmonapse");
  return {
    start({ kind, name, attributes, above }) {
      const active = api.context.active();
      // A request belongs to the span around it, work to the request that it answers.
      const isOwn = kind === "ask" && api.trace.getSpan(active) !== undefined;
      const base = isOwn ? active : withRemote(api, active, above);
      const options = {
        kind: kind === "ask" ? api.SpanKind.PRODUCER : api.SpanKind.CONSUMER,
        attributes: { ...attributes },
      };
      const span = tracer.startSpan(name, options, base);
      return toTracingSpan(api, span, api.trace.setSpan(base, span));
    },
  };
}

function withRemote(
  api: Api,
  active: OpenTelemetry.Context,
  { traceparent, tracestate }: TraceHeader,
): OpenTelemetry.Context {
  const [, traceId, spanId, flags] = traceparentForm.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return active;
  return api.trace.setSpanContext(active, {
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

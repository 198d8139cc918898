export { loadTracing } from "./open-telemetry.js";
export type { SpanAttributes, SpanStart, TraceHeader, Tracing, TracingSpan } from "./tracing.js";

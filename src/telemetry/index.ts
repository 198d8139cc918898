export { loadTracing } from "./open-telemetry.js";
export type { SpanStart, TraceHeader, Tracing, TracingSpan } from "./tracing.js";

import type { ErrorDetail } from "../../../gen/cosmonapse/v1/error.js";
import { DeliveryReason } from "../../../gen/cosmonapse/v1/frames.js";
import { SignalType } from "../../../gen/cosmonapse/v1/signal.js";
import { FinalStatus } from "../../../gen/cosmonapse/v1/task.js";
import { createErrorDetail } from "../../errors/index.js";
import { decodeSignal, SYNAPSE_SOURCE } from "../../signal/index.js";
import { wasStopped } from "./legs.js";
import type { Outcome, PendingRequest, Trace } from "./model.js";
import type { Namespace } from "./namespace.js";
import { createNote } from "./notes.js";

/** Why a trace closes, and who says so. */
export type Closing =
  /** A participant's FINAL: its bytes are forwarded. */
  | { readonly kind: "final"; readonly signal: Uint8Array; readonly source: string }
  /** The root's outcome was good, and whoever owed the FINAL is gone. */
  | { readonly kind: "completed" }
  /** The root's outcome was an error. */
  | { readonly kind: "failed"; readonly detail: ErrorDetail }
  /** The whole trace was stopped. */
  | { readonly kind: "stopped"; readonly reason: string }
  /** Nobody could go on with it. */
  | { readonly kind: "abandoned" };

/**
 * Closes a trace: ends what is pending in it, then shows and delivers the FINAL, then refuses whatever comes later.
 * Returns the number of the FINAL.
 */
export function closeTrace(namespace: Namespace, trace: Trace, closing: Closing): number {
  namespace.traces.close(trace);
  const ending =
    closing.kind === "stopped"
      ? createErrorDetail("CANCELLED", `The trace was stopped${closing.reason === "" ? "" : `: ${closing.reason}`}`, {
          requirement: "COS-STOP-003",
        })
      : createErrorDetail("TRACE_CLOSED", "The trace was closed before an outcome came", {
          requirement: "COS-TRACE-006",
        });
  for (const request of trace.pending) namespace.requests.failRequest(request, ending);
  const { signal, source } = finalOf(namespace, trace, closing);
  const type = SignalType.FINAL;
  const position = namespace.observers.record({ bytes: signal, type, traceId: trace.id, source, directedId: "" });
  if (trace.opener.state !== "ended") {
    const note = createNote(DeliveryReason.REPLY, { position, type });
    trace.opener.outbox.push({ kind: "deliver", signal, note });
  }
  return position;
}

function finalOf(namespace: Namespace, trace: Trace, closing: Closing): { signal: Uint8Array; source: string } {
  if (closing.kind === "final") return closing;
  const make = (status: FinalStatus, detail?: ErrorDetail): { signal: Uint8Array; source: string } => ({
    signal: namespace.signals.final(trace.id, status, detail),
    source: SYNAPSE_SOURCE,
  });
  switch (closing.kind) {
    case "completed":
      return make(FinalStatus.COMPLETED);
    case "failed":
      return make(FinalStatus.FAILED, closing.detail);
    case "stopped":
      return make(FinalStatus.STOPPED, createErrorDetail("CANCELLED", closing.reason || "The trace was stopped"));
    case "abandoned":
      return make(FinalStatus.ABANDONED, createErrorDetail("TRACE_CLOSED", "Nobody was left to go on with the trace"));
  }
}

/** Why a request failed: as the Synapse decided, or as the ERROR of the one who was asked says. */
function detailOf({ detail, signal }: Outcome): ErrorDetail {
  return detail ?? readDetail(signal) ?? createErrorDetail("INTERNAL", "The outcome is an ERROR that does not say why");
}

function readDetail(signal: Uint8Array): ErrorDetail | undefined {
  try {
    const { body } = decodeSignal(signal);
    return body?.$case === "error" ? body.value.detail : undefined;
  } catch {
    // A body that is no protobuf is no reason to refuse a Signal (COS-ENV-031).
    return undefined;
  }
}

/** After a request has all its outcomes: closes the trace that hangs on it, or names who owes the FINAL. */
export function closeAfter(namespace: Namespace, { trace, header, legs, failure }: PendingRequest): void {
  if (namespace.traces.find(trace.id) !== trace) return;
  if (trace.rootId !== header.id || !header.closeTrace) {
    namespace.traces.watchIdle(trace);
    return;
  }
  const closer = legs.length === 1 ? legs[0]?.registration?.session : undefined;
  if (failure !== undefined) {
    closeTrace(
      namespace,
      trace,
      wasStopped(failure)
        ? { kind: "stopped", reason: failure.detail?.message ?? "" }
        : { kind: "failed", detail: detailOf(failure) },
    );
  } else if (closer === undefined) {
    closeTrace(namespace, trace, { kind: "completed" });
  } else {
    trace.closer = closer;
    closer.closing.add(trace);
    namespace.traces.watchIdle(trace);
  }
}

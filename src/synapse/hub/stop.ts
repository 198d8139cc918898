import type { StopBody } from "../../../gen/cosmonapse/v1/control.js";
import { Right, type Receipt } from "../../../gen/cosmonapse/v1/frames.js";
import { createErrorDetail } from "../../errors/index.js";
import { recordPlain, type Arrival } from "./arrival.js";
import { closeTrace } from "./close-trace.js";
import type { HubSession, PendingRequest, Trace } from "./model.js";
import type { Namespace } from "./namespace.js";
import { acceptedReceipt } from "./notes.js";
import { refuse } from "./refusals.js";

/**
 * Ends a trace, or one request and all below it: each gets CANCELLED, those who hold them are told, and what arrives
 * below them later is refused (COS-STOP).
 */
export function acceptStop(namespace: Namespace, { session, header }: Arrival, body: StopBody): Receipt {
  const trace = namespace.traces.find(header.traceId);
  if (trace === undefined) return refuse("TRACE_CLOSED", `${header.traceId} is not open`, "COS-TRACE-007");
  const target = body.requestId === "" ? undefined : namespace.requests.find(body.requestId);
  if (!mayStop(session, trace, target)) {
    refuse("PERMISSION_DENIED", "Only the opener, a holder above, or an operator stops work", "COS-STOP-005");
  }
  const position = recordPlain(namespace, header);
  const told = { signal: header.bytes, type: header.type, position };
  const why = body.reason === "" ? "" : `: ${body.reason}`;
  const detail = createErrorDetail("CANCELLED", `Stopped by '${header.source}'${why}`, { requirement: "COS-STOP-003" });
  if (body.requestId === "") {
    for (const request of trace.pending) namespace.requests.failRequest(request, detail, told);
    if (namespace.traces.find(trace.id) === trace)
      closeTrace(namespace, trace, { kind: "stopped", reason: body.reason });
    return acceptedReceipt(position);
  }
  namespace.traces.bar(trace, body.requestId, "CANCELLED");
  if (target !== undefined && target.trace === trace) namespace.requests.failRequest(target, detail, told);
  // Below one that has its outcome others may go on.
  for (const request of trace.pending)
    if (isBelow(request, body.requestId)) namespace.requests.failRequest(request, detail, told);
  return acceptedReceipt(position);
}

function isBelow({ parent }: PendingRequest, id: string): boolean {
  for (let leg = parent; leg !== undefined; leg = leg.request.parent) if (leg.request.header.id === id) return true;
  return false;
}

function mayStop(session: HubSession, trace: Trace, target: PendingRequest | undefined): boolean {
  if (trace.opener === session || session.rights.has(Right.OPERATE)) return true;
  for (let request = target; request !== undefined; request = request.parent?.request) {
    if (request.trace !== trace) return false;
    if (request.legs.some(({ state, registration }) => state === "held" && registration?.session === session))
      return true;
    if (request.asker === session) return true;
  }
  return false;
}

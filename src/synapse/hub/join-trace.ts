import type { SignalHeader } from "../../signal/index.js";
import type { HubSession, Leg, Trace } from "./model.js";
import type { Namespace } from "./namespace.js";
import { refuse } from "./refusals.js";
import type { RequestPlace } from "./request-book.js";

/** The leg of a pending request that a session holds under an attempt; 0: whichever it is. */
export function findHeldLeg(
  namespace: Namespace,
  session: HubSession,
  { requestId, source, attempt }: { requestId: string; source: string; attempt: number },
): Leg | undefined {
  const legs = namespace.requests.find(requestId)?.legs ?? [];
  const own = legs.filter(({ state, registration }) => state === "held" && registration?.session === session);
  const leg = own.find(({ participant }) => participant === source) ?? own[0];
  return leg !== undefined && (attempt === 0 || attempt === leg.attempt) ? leg : undefined;
}

/**
 * Where a request joins: a new trace of its own, below a request that the session holds, or beside others in a trace
 * that the session opened. Everything else is refused, and opens nothing.
 */
export function joinTrace(
  namespace: Namespace,
  session: HubSession,
  joining: { header: SignalHeader; attempt: number },
): RequestPlace {
  const { header, attempt } = joining;
  const trace = namespace.traces.find(header.traceId);
  if (trace === undefined) return { trace: openTrace(namespace, session, header), parent: undefined };
  const place = { requestId: header.parentId, source: header.source, attempt };
  const parent = findHeldLeg(namespace, session, place);
  if (parent !== undefined && parent.request.trace === trace) return { trace, parent };
  const barred = trace.barred.get(header.parentId);
  if (barred === "CANCELLED")
    refuse(barred, `${header.parentId} was stopped; nothing may follow below it`, "COS-STOP-004");
  if (barred === "LATE") refuse(barred, `${header.parentId} has ended; nothing may follow below it`, "COS-TRACE-004");
  refuseSuperseded(namespace, session, joining);
  if (trace.opener === session) return { trace, parent: undefined };
  if (header.parentId !== "" && namespace.requests.find(header.parentId) === undefined) {
    refuse("LATE", `${header.parentId} has ended; nothing may follow below it`, "COS-TRACE-004");
  }
  return refuse(
    "PERMISSION_DENIED",
    "Only the opener of a trace, or who holds a request in it, may join it",
    "COS-TRACE-002",
  );
}

/** Opens a trace for a Signal that names no parent. */
export function openTrace(namespace: Namespace, session: HubSession, header: SignalHeader): Trace {
  const { traces } = namespace;
  if (traces.wasClosed(header.traceId))
    refuse("TRACE_CLOSED", `${header.traceId} is closed; open a new trace`, "COS-TRACE-007");
  if (header.parentId !== "") {
    refuse("TRACE_CLOSED", `${header.traceId} is not open; a Signal that opens it names no parent`, "COS-TRACE-001");
  }
  if (traces.isFull) refuse("OVERLOADED", `The namespace has ${traces.size} open traces; close some`, "COS-LIM-004");
  return traces.open(header.traceId, session);
}

/** Refuses what is sent under an attempt that another one replaced. */
function refuseSuperseded(
  namespace: Namespace,
  session: HubSession,
  { header, attempt }: { header: SignalHeader; attempt: number },
): void {
  if (attempt === 0) return;
  const legs = namespace.requests.find(header.parentId)?.legs ?? [];
  const other = legs.find(
    ({ participant, registration }) => participant === header.source || registration?.session === session,
  );
  if (other !== undefined && other.attempt !== attempt) {
    refuse(
      "SUPERSEDED",
      `Attempt ${attempt} of ${header.parentId} was replaced by attempt ${other.attempt}`,
      "COS-RED-004",
    );
  }
}

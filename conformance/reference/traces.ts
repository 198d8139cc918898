import type { Header } from "./header.js";
import { isEnded, type Ask, type Leg, type Trace } from "./model.js";
import { wrong } from "./wrong.js";
import { Refused } from "./refused.js";
import type { Session } from "./session.js";
import type { Space } from "./space.js";

/** A request of whatever trace. */
export function findAsk({ traces }: Space, id: string): Ask | undefined {
  for (const { asks } of traces.values()) {
    const found = asks.get(id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The trace of a request or an EVENT, opened by it if it is new. (COS-TRACE-001, COS-TRACE-007) */
export function joinTrace(
  { traces, limits }: Space,
  opener: Session,
  { traceId: id, parentId }: Header,
): { readonly trace: Trace; readonly isNew: boolean } {
  const known = traces.get(id);
  if (known?.isClosed === true && !wrong("closed-traces-go-on")) throw new Refused("TRACE_CLOSED", "COS-TRACE-007");
  if (known !== undefined) return { trace: known, isNew: false };
  if (parentId !== "" && !wrong("orphans-open")) throw new Refused("TRACE_CLOSED", "COS-TRACE-001");
  const closed = [...traces.values()].filter(({ isClosed }) => isClosed);
  const most = limits.of("traces");
  if (traces.size - closed.length >= most) throw new Refused("OVERLOADED", "COS-LIM-004");
  const [oldest] = closed;
  if (traces.size >= most && oldest !== undefined) traces.delete(oldest.id);
  const trace: Trace = { id, opener, asks: new Map(), isClosed: false, owedBy: undefined, idle: undefined };
  traces.set(id, trace);
  return { trace, isNew: true };
}

/** The trace of a STOP or a FINAL. (COS-TRACE-007) */
export function openTrace({ traces }: Space, { traceId }: Header): Trace {
  const trace = traces.get(traceId);
  if (trace === undefined || (trace.isClosed && !wrong("closed-traces-go-on"))) {
    throw new Refused("TRACE_CLOSED", "COS-TRACE-007");
  }
  return trace;
}

/**
 * The leg below which a request is sent, if it is. Throws Refused. (COS-TRACE-002 to COS-TRACE-004, COS-RED-004,
 * COS-STOP-004)
 */
export function legAbove(
  space: Space,
  session: Session,
  sent: { readonly trace: Trace; readonly parentId: string; readonly attempt: number },
): Leg | undefined {
  const { trace, parentId, attempt } = sent;
  const isOpener = trace.opener === session;
  if (parentId === "") {
    if (!isOpener && !wrong("strangers-join")) throw new Refused("PERMISSION_DENIED", "COS-TRACE-002");
    return undefined;
  }
  const ask = trace.asks.get(parentId);
  if (ask === undefined) {
    if (isOpener) return undefined;
    if (findAsk(space, parentId) !== undefined) throw new Refused("PERMISSION_DENIED", "COS-TRACE-003");
    throw new Refused("LATE", "COS-TRACE-004");
  }
  if (ask.isStopped && !wrong("below-the-stopped")) throw new Refused("CANCELLED", "COS-STOP-004");
  const held = ask.legs.find((leg) => session.held.has(leg) && leg.holder?.session === session);
  const leg = held ?? (isOpener ? ask.legs[0] : undefined);
  const isOver = isEnded(ask) || leg?.outcome !== undefined;
  if (isOver && (!isOpener || ask.legs.some(({ outcome }) => outcome === "error")) && !wrong("below-the-ended")) {
    throw new Refused("LATE", "COS-TRACE-004");
  }
  if (leg === undefined && !wrong("strangers-join")) throw new Refused("PERMISSION_DENIED", "COS-TRACE-003");
  if (attempt > 0 && attempt !== leg?.attempt && !wrong("below-old-attempts")) {
    throw new Refused("SUPERSEDED", "COS-RED-004");
  }
  return leg;
}

/** True if a session may stop a request, or without one its trace. (COS-STOP-005) */
export function mayStop(session: Session, trace: Trace, ask: Ask | undefined): boolean {
  if (trace.opener === session || session.rights.has("OPERATE") || wrong("anybody-stops")) return true;
  for (let one = ask; one !== undefined; one = one.above?.ask) {
    if (one.asker === session || one.legs.some(({ holder }) => holder?.session === session)) return true;
  }
  return false;
}

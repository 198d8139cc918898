import { Right, type Receipt } from "../../../gen/cosmonapse/v1/frames.js";
import { Exchange } from "../../../gen/cosmonapse/v1/options.js";
import { SignalType } from "../../../gen/cosmonapse/v1/signal.js";
import { toCosmoError, type CosmoError } from "../../errors/index.js";
import { scanSignal, signalTraits, signalTypeName, SYNAPSE_SOURCE, type SignalHeader } from "../../signal/index.js";
import { recordPlain, type Arrival } from "./arrival.js";
import { acceptControl } from "./control.js";
import { Counters } from "./counters.js";
import { fingerprint } from "./fingerprint.js";
import { joinTrace, openTrace } from "./join-trace.js";
import type { HubSession, Leg } from "./model.js";
import type { Namespace } from "./namespace.js";
import { acceptedReceipt, rejectedReceipt } from "./notes.js";
import { sightingOf } from "./observers.js";
import { refuse } from "./refusals.js";

/**
 * Decides about one published Signal. Never throws: what is refused changes nothing, and the receipt says why
 * (COS-ENV, COS-DUP).
 */
export function acceptSignal(
  namespace: Namespace,
  session: HubSession,
  publication: { bytes: Uint8Array; attempt: number },
): Receipt {
  let header: SignalHeader | undefined;
  try {
    if (session.state === "ended") refuse("SESSION_LOST", "The session has ended", "COS-SES-006");
    header = scanSignal(publication.bytes, namespace.limits);
    const key = { principal: session.principal, id: header.id, print: fingerprint(publication.bytes) };
    const nowMs = namespace.clock.monotonicMs();
    const verdict = namespace.dedup.find(key, nowMs);
    if (verdict.kind === "repeat") return { ...verdict.receipt, repeated: true };
    if (verdict.kind === "reused") refuse("ID_REUSED", `${header.id} was used for other bytes`, "COS-DUP-003");
    const receipt = dispatchArrival(namespace, { session, header, attempt: publication.attempt });
    namespace.dedup.remember(key, receipt, nowMs);
    const { counters } = namespace;
    counters.accepted[header.type] = (counters.accepted[header.type] ?? 0) + 1;
    counters.acceptedBytes += publication.bytes.length;
    return receipt;
  } catch (thrown) {
    const error = toCosmoError(thrown, "INTERNAL");
    if (header !== undefined && (error.code === "LATE" || error.code === "SUPERSEDED"))
      showRefused(namespace, header, error);
    Counters.add(namespace.counters.refused, error.detail.code);
    return rejectedReceipt(error.detail);
  }
}

function dispatchArrival(namespace: Namespace, arrival: Arrival): Receipt {
  const { session, header } = arrival;
  checkRight(session, header);
  checkSource(arrival);
  switch (header.exchange) {
    case Exchange.CONTROL:
      return acceptControl(namespace, arrival);
    case Exchange.REQUEST:
      return acceptRequest(namespace, arrival);
    case Exchange.PARTIAL:
    case Exchange.REPLY:
      return acceptReply(namespace, arrival);
    case Exchange.EVENT:
      return acceptEvent(namespace, arrival);
    default:
      return refuse("MALFORMED", "The exchange is missing", "COS-ENV-006");
  }
}

function checkRight({ rights }: HubSession, header: SignalHeader): void {
  if (rights.has(Right.PARTICIPATE)) return;
  if (rights.has(Right.OPERATE) && header.type === SignalType.STOP) return;
  refuse("PERMISSION_DENIED", `This session may not publish ${signalTypeName(header.type)}`, "COS-SEC-006");
}

function checkSource({ session, header }: Arrival): void {
  const { source } = header;
  if (source === session.dendriteId || session.registrations.has(source)) return;
  if (source !== SYNAPSE_SOURCE) {
    if (header.type === SignalType.REGISTER) return;
    for (const { participant } of session.held) if (participant === source) return;
  }
  refuse("PERMISSION_DENIED", `'${source}' is neither registered on this session nor its dendrite id`, "COS-ENV-010");
}

function acceptRequest(namespace: Namespace, arrival: Arrival): Receipt {
  const { session, header } = arrival;
  if (namespace.isDraining) refuse("UNAVAILABLE", "The Synapse drains and takes no new requests", "COS-SES-009");
  const place = joinTrace(namespace, session, arrival);
  const { position, asked } = namespace.requests.begin(session, header, place);
  return acceptedReceipt(position, asked);
}

function acceptReply(namespace: Namespace, arrival: Arrival): Receipt {
  const { session, header, attempt } = arrival;
  const request = namespace.requests.find(header.parentId);
  const leg = request?.legs.find(({ participant }) => participant === header.source);
  if (request === undefined || leg?.state === "ended") {
    releaseHeld(namespace, session, header);
    return refuse("LATE", `${header.parentId} has its outcome`, "COS-TASK-003");
  }
  if (leg !== undefined && attempt !== 0 && attempt !== leg.attempt) {
    refuse(
      "SUPERSEDED",
      `Attempt ${attempt} of ${header.parentId} was replaced by attempt ${leg.attempt}`,
      "COS-RED-003",
    );
  }
  if (leg === undefined || leg.state !== "held" || leg.registration?.session !== session) {
    return refuse(
      "PERMISSION_DENIED",
      `${header.parentId} was not given to '${header.source}' of this session`,
      "COS-TASK-004",
    );
  }
  checkReply(leg, header);
  if (header.exchange === Exchange.PARTIAL && leg.unconsumed >= namespace.limits.partialWindow) {
    refuse("OVERLOADED", `The asker has ${leg.unconsumed} PARTIALs to consume; wait for credit`, "COS-TASK-009");
  }
  return acceptedReceipt(namespace.requests.answer(leg, header));
}

function checkReply({ request }: Leg, header: SignalHeader): void {
  if (header.traceId !== request.header.traceId) {
    refuse("MALFORMED", `The trace of a reply is that of its request, ${request.header.traceId}`, "COS-ENV-005");
  }
  const answers = signalTraits(request.header.type)?.answeredBy;
  if (answers === undefined || header.type === SignalType.ERROR || answers.some((type) => type === header.type)) return;
  const [asked, given] = [request.header.type, header.type].map(signalTypeName);
  refuse("MALFORMED", `${given} does not answer ${asked}`, "COS-TYPE-004");
}

function acceptEvent(namespace: Namespace, { session, header }: Arrival): Receipt {
  const isHolder = holdsRequest(session, header.parentId);
  if (header.type === SignalType.STOPPED) releaseHeld(namespace, session, header);
  if (header.traceId !== "") {
    const trace = namespace.traces.find(header.traceId) ?? openTrace(namespace, session, header);
    if (trace.opener !== session && !isHolder) {
      refuse(
        "PERMISSION_DENIED",
        "Only the opener of a trace, or who holds a request in it, may join it",
        "COS-TRACE-002",
      );
    }
  }
  return acceptedReceipt(recordPlain(namespace, header));
}

function holdsRequest({ held }: HubSession, requestId: string): boolean {
  for (const { request } of held) if (request.header.id === requestId) return true;
  return false;
}

function showRefused(namespace: Namespace, header: SignalHeader, error: CosmoError): void {
  if (header.exchange !== Exchange.REPLY && header.exchange !== Exchange.PARTIAL) return;
  namespace.observers.showRefused(sightingOf(header), error.detail);
}

/** Frees the slot of ended work that its holder now says is over. */
function releaseHeld(namespace: Namespace, session: HubSession, header: SignalHeader): void {
  if (header.exchange === Exchange.PARTIAL) return;
  for (const leg of session.held) {
    const isIt = leg.request.header.id === header.parentId && leg.participant === header.source;
    if (isIt && leg.state === "ended" && leg.registration !== undefined)
      namespace.router.release(leg.registration, leg);
  }
}

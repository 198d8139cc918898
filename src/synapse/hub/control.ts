import type { Receipt } from "../../../gen/cosmonapse/v1/frames.js";
import type { Limits } from "../../../gen/cosmonapse/v1/limits.js";
import { ParticipantRole } from "../../../gen/cosmonapse/v1/options.js";
import type { RegisterBody } from "../../../gen/cosmonapse/v1/participant.js";
import type { Signal } from "../../../gen/cosmonapse/v1/signal.js";
import { CosmoError } from "../../errors/index.js";
import { decodeSignal, signalTypeName, validateBody } from "../../signal/index.js";
import { recordPlain, type Arrival } from "./arrival.js";
import { closeTrace } from "./close-trace.js";
import type { HubSession, Leg, Registration } from "./model.js";
import type { Namespace } from "./namespace.js";
import { acceptedReceipt, deliverSnapshot } from "./notes.js";
import { serves } from "./registry.js";
import { refuse } from "./refusals.js";
import { withdrawRegistration } from "./sessions.js";
import { acceptStop } from "./stop.js";

/** Acts on a Signal that speaks to the Synapse itself: the only bodies by which the hub decides. */
export function acceptControl(namespace: Namespace, arrival: Arrival): Receipt {
  const body = readBody(arrival, namespace.limits);
  switch (body.$case) {
    case "register":
      return acceptRegister(namespace, arrival, body.value);
    case "deregister":
      return acceptDeregister(namespace, arrival, body.value.id);
    case "heartbeat":
      return acceptHeartbeat(namespace, arrival, body.value.ids);
    case "discover":
      return acceptDiscover(namespace, arrival);
    case "stop":
      return acceptStop(namespace, arrival, body.value);
    case "final":
      return acceptFinal(namespace, arrival);
    default:
      return refuse(
        "UNIMPLEMENTED",
        `${signalTypeName(arrival.header.type)} is no CONTROL type of this version`,
        "COS-TYPE-006",
      );
  }
}

function readBody({ header }: Arrival, limits: Limits): NonNullable<Signal["body"]> {
  const signal = decodeSignal(header.bytes);
  const [finding] = validateBody(signal, limits);
  if (finding !== undefined) {
    throw new CosmoError(finding.code, finding.message, { requirement: finding.requirement, field: finding.field });
  }
  if (signal.body === undefined) {
    return refuse("UNIMPLEMENTED", `${signalTypeName(header.type)} is no CONTROL type of this version`, "COS-TYPE-006");
  }
  return signal.body;
}

function acceptRegister(namespace: Namespace, { session, header }: Arrival, body: RegisterBody): Receipt {
  const { limits, registry } = namespace;
  if (session.state !== "live") refuse("UNAVAILABLE", "The session drains and takes no new work", "COS-REG-010");
  if (header.source !== session.dendriteId && header.source !== body.id) {
    refuse("PERMISSION_DENIED", `The source of a REGISTER is the dendrite id or '${body.id}'`, "COS-ENV-010");
  }
  if (session.ids !== "all" && !session.ids.has(body.id)) {
    refuse("PERMISSION_DENIED", `The credential does not grant the id '${body.id}'`, "COS-SEC-009");
  }
  const replaced = session.registrations.get(body.id);
  if (replaced === undefined && session.registrations.size >= limits.registrations) {
    refuse("OVERLOADED", `The session has ${limits.registrations} registrations; deregister some`, "COS-LIM-004");
  }
  registry.check(session, body);
  const registration: Registration = {
    session,
    body,
    signal: header.bytes,
    maxInFlight: body.maxInFlight || limits.maxInFlight,
    inFlight: replaced?.inFlight ?? new Set<Leg>(),
    given: replaced?.given ?? 0,
    lastSeenMs: namespace.clock.monotonicMs(),
  };
  for (const leg of registration.inFlight) leg.registration = registration;
  if (replaced !== undefined) registry.remove(replaced);
  registry.add(registration);
  const position = recordPlain(namespace, header);
  namespace.requests.welcome(registration);
  namespace.requests.failStranded();
  return acceptedReceipt(position);
}

function acceptDeregister(namespace: Namespace, { session, header }: Arrival, id: string): Receipt {
  const registration = session.registrations.get(id);
  if (registration === undefined) {
    return refuse("PERMISSION_DENIED", `'${id}' is not registered on this session`, "COS-REG-009");
  }
  const position = recordPlain(namespace, header);
  withdrawRegistration(namespace, registration);
  return acceptedReceipt(position);
}

function acceptHeartbeat(namespace: Namespace, { session, header }: Arrival, ids: readonly string[]): Receipt {
  const alive = registrationsOf(session, ids);
  const position = recordPlain(namespace, header);
  for (const registration of alive) {
    registration.lastSeenMs = namespace.clock.monotonicMs();
    namespace.router.refill(registration);
  }
  return acceptedReceipt(position);
}

function registrationsOf(session: HubSession, ids: readonly string[]): Registration[] {
  if (ids.length === 0) return [...session.registrations.values()];
  return ids.map((id) => {
    const registration = session.registrations.get(id);
    return registration ?? refuse("PERMISSION_DENIED", `'${id}' is not registered on this session`, "COS-REG-009");
  });
}

function acceptDiscover(namespace: Namespace, { session, header }: Arrival): Receipt {
  const position = recordPlain(namespace, header);
  namespace.observers.flushGaps(session);
  const wanted = { address: header.directed, role: ParticipantRole.UNSPECIFIED };
  const found = [...namespace.registry.all()].filter(({ body }) => serves(body, wanted));
  deliverSnapshot(session, found, { subscriptionId: header.id, position: BigInt(position + 1) });
  const ids = new Set(found.map(({ body }) => body.id));
  return acceptedReceipt(position, [...ids].sort());
}

function acceptFinal(namespace: Namespace, { session, header }: Arrival): Receipt {
  const trace = namespace.traces.find(header.traceId);
  if (trace === undefined) return refuse("TRACE_CLOSED", `${header.traceId} is not open`, "COS-TRACE-007");
  if (trace.opener !== session && trace.closer !== session) {
    refuse("PERMISSION_DENIED", "Only the opener of a trace, or who answered its root, ends it", "COS-TRACE-005");
  }
  const closing = { kind: "final", signal: header.bytes, source: header.source } as const;
  return acceptedReceipt(closeTrace(namespace, trace, closing));
}

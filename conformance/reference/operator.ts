import type { Value, ValueObject } from "../wire/value.js";
import { textOf } from "../synapse/read-value.js";
import { decodeMessage } from "../wire/decode.js";
import type { Hub } from "./decide.js";
import { checkNamespace, type Grant } from "./grant.js";
import { isEnded, type Ask } from "./model.js";
import { Refused } from "./refused.js";
import { isMatch } from "./space.js";
import { wrong } from "./wrong.js";

const listedMost = 1_000;
const signalName = "cosmonapse.v1.Signal";

/** The answer to an operator's call by its name. Throws Refused. (COS-GRPC-021) */
export function answerCall(
  { method, request }: { readonly method: string; readonly request: ValueObject },
  grant: Grant,
  hubs: ReadonlyMap<string, Hub>,
): ValueObject {
  const mayOperate = grant.rights.includes("OPERATE") || wrong("anybody-operates");
  if (!mayOperate) throw new Refused("PERMISSION_DENIED", "COS-GRPC-021");
  if (method === "ListNamespaces") return { namespaces: [...hubs.keys()].map((namespace) => ({ namespace })) };
  const namespace = textOf(request["namespace"]);
  checkNamespace(grant, namespace);
  const hub = hubs.get(namespace);
  if (hub === undefined) return {};
  if (method === "ListParticipants") return listParticipants(hub);
  return method === "ListRequests" ? listRequests(hub) : stopNamespace(hub, request);
}

function pendingOf({ space }: Hub): readonly Ask[] {
  const all = [...space.traces.values()].flatMap(({ asks }) => [...asks.values()]).filter((ask) => !isEnded(ask));
  return all.sort((one, two) => one.position - two.position);
}

function listParticipants({ space }: Hub): ValueObject {
  const all = [...space.registrations()].filter((one) => isMatch(one, undefined));
  const participants = all.map(({ bytes, session, slots, isSuspect }) => ({
    register: decodeMessage(space.book.schema, signalName, bytes),
    dendrite_id: session.dendrite,
    in_flight: slots.size,
    suspect: isSuspect,
  }));
  return { participants };
}

/** (COS-GRPC-023) */
function listRequests(hub: Hub): ValueObject {
  const pending = pendingOf(hub);
  const inOrder = wrong("newest-requests-first") ? [...pending].reverse() : pending;
  const requests: readonly Value[] = inOrder.slice(0, listedMost).map(({ header, trace, legs }) => ({
    id: header.id,
    trace_id: trace.id,
    type: header.type,
    waiting_for: legs.flatMap(({ outcome, id, holder }) => (outcome === undefined ? [holder?.id ?? id] : [])),
    attempt: Math.max(...legs.map(({ attempt }) => attempt)),
  }));
  return { requests, total: pending.length };
}

/** (COS-GRPC-022) */
function stopNamespace(hub: Hub, { end_sessions: ends }: ValueObject): ValueObject {
  const open = [...hub.space.traces.values()].filter(({ isClosed }) => !isClosed);
  const requests = pendingOf(hub).length;
  if (!wrong("stops-no-namespace")) for (const trace of open) hub.stopTrace(trace);
  const sessions = ends === true ? [...hub.space.sessions] : [];
  for (const session of sessions) hub.leave(session);
  return { traces: open.length, requests, sessions: sessions.length };
}

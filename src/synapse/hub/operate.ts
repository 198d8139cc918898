import type {
  ListRequestsResponse,
  ParticipantSummary,
  StopNamespaceResponse,
} from "../../../gen/cosmonapse/v1/synapse_service.js";
import { ParticipantRole } from "../../../gen/cosmonapse/v1/options.js";
import type { Address } from "../../../gen/cosmonapse/v1/signal.js";
import { decodeSignal } from "../../signal/index.js";
import { closeTrace } from "./close-trace.js";
import type { PendingRequest } from "./model.js";
import type { Namespace } from "./namespace.js";
import { serves } from "./registry.js";

/** Requests in one answer (COS-GRPC-023). */
const requestsMax = 1_000;

/** The live registrations that match an address, by id. */
export function listParticipants(namespace: Namespace, address: Address | undefined): ParticipantSummary[] {
  const wanted = { address, role: ParticipantRole.UNSPECIFIED };
  return [...namespace.registry.all()]
    .filter(({ body }) => serves(body, wanted))
    .map((registration) => ({
      register: decodeSignal(registration.signal),
      dendriteId: registration.session.dendriteId,
      inFlight: registration.inFlight.size,
      suspect: namespace.router.isSuspect(registration),
    }))
    .sort((one, other) => (idOf(one) < idOf(other) ? -1 : 1));
}

/** The requests without an outcome, oldest first, and how many there are (COS-GRPC-023). */
export function listRequests({ requests, clock }: Namespace): ListRequestsResponse {
  const nowMs = clock.monotonicMs();
  const oldest = requests.all().slice(0, requestsMax);
  return {
    total: requests.size,
    requests: oldest.map((request) => ({
      id: request.header.id,
      traceId: request.header.traceId,
      type: request.header.type,
      waitingFor: waitingFor(request),
      attempt: Math.max(...request.legs.map(({ attempt }) => attempt)),
      ageMs: BigInt(Math.max(0, Math.round(nowMs - request.acceptedMs))),
      remainingMs: BigInt(Math.max(0, Math.round(request.deadlineMs - nowMs))),
    })),
  };
}

/** Closes every open trace as a STOP does (COS-GRPC-022); its sessions are the caller's to end. */
export function stopTraces(namespace: Namespace, reason: string): Pick<StopNamespaceResponse, "traces" | "requests"> {
  const requests = namespace.requests.size;
  const traces = namespace.traces.all();
  for (const trace of traces) closeTrace(namespace, trace, { kind: "stopped", reason });
  return { traces: traces.length, requests };
}

function idOf({ register }: ParticipantSummary): string {
  return register?.body?.$case === "register" ? register.body.value.id : "";
}

function waitingFor({ legs, header }: PendingRequest): string[] {
  return legs
    .filter(({ state }) => state !== "ended")
    .map(({ participant }) => participant || (header.directed?.id ?? ""))
    .filter((id) => id !== "");
}

import { ParticipantRole } from "../../../gen/cosmonapse/v1/options.js";
import type {
  ListRequestsResponse,
  NamespaceSummary,
  ParticipantSummary,
  RequestSummary,
} from "../../../gen/cosmonapse/v1/synapse_service.js";
import { signalTypeName } from "../../signal/index.js";
import type { Call } from "../core/call.js";
import type { Colors } from "../core/output.js";
import { drawTable } from "../core/table.js";
import { openOperator, type OperatorFlags } from "./operator.js";

/** `cosmo synapse view`. */
export async function run({ options, output, terminal, abort }: Call<OperatorFlags>): Promise<undefined> {
  using operator = openOperator(options, terminal);
  const { namespace } = options;
  const all = (await operator.namespaces({ abort })).map(toFigures);
  if (namespace === undefined) {
    await output.result({ url: operator.url, namespaces: all }, () => drawNamespaces(all, output.colors));
    return undefined;
  }
  const own = all.filter((one) => one.namespace === namespace);
  const participants = (await operator.participants(namespace, { abort })).map(toParticipant);
  const { requests, total } = await operator.requests(namespace, { abort });
  await output.result(
    { url: operator.url, namespaces: own, participants, requests: requests.map(toRow), requests_total: total },
    () =>
      [
        drawNamespaces(own, output.colors),
        drawParticipants(participants, output.colors),
        drawRequests({ requests, total }, output.colors),
      ].join("\n\n"),
  );
  return undefined;
}

/** A namespace as JSON and the table show it. */
interface NamespaceFigures {
  readonly namespace: string;
  readonly sessions: number;
  readonly participants: number;
  readonly requests: number;
  readonly traces: number;
  /** The number of its latest Signal. */
  readonly position: bigint;
}

function toFigures({
  namespace,
  sessions,
  participants,
  requests,
  traces,
  position,
}: NamespaceSummary): NamespaceFigures {
  return { namespace, sessions, participants, requests, traces, position };
}

function drawNamespaces(namespaces: readonly NamespaceFigures[], colors: Colors): string {
  if (namespaces.length === 0) return "Nobody is here.";
  const heads = ["NAMESPACE", "SESSIONS", "PARTICIPANTS", "IN FLIGHT", "TRACES", "SIGNALS"];
  const rows = namespaces.map(({ namespace, sessions, participants, requests, traces, position }) => [
    colors.cyan(namespace),
    ...[sessions, participants, requests, traces, position].map(String),
  ]);
  return drawTable(heads, rows, colors);
}

/** A participant as JSON and the table show it. */
interface ParticipantFacts {
  readonly id: string;
  readonly role: string;
  readonly kind: string;
  readonly dendrite_id: string;
  readonly in_flight: number;
  readonly max_in_flight: number;
  readonly suspect: boolean;
}

function toParticipant({ register, dendriteId, inFlight, suspect }: ParticipantSummary): ParticipantFacts {
  const value = register?.body?.$case === "register" ? register.body.value : undefined;
  return {
    id: value?.id ?? "",
    role: value?.role === ParticipantRole.ENGRAM ? "engram" : "neuron",
    kind: value?.kind ?? "",
    dendrite_id: dendriteId,
    in_flight: inFlight,
    max_in_flight: value?.maxInFlight ?? 0,
    suspect,
  };
}

function drawParticipants(participants: readonly ParticipantFacts[], colors: Colors): string {
  if (participants.length === 0) return "No participants.";
  const heads = ["ID", "ROLE", "KIND", "HOST", "IN FLIGHT", "STATE"];
  const rows = participants.map((one) => [
    (one.role === "engram" ? colors.magenta : colors.cyan)(one.id),
    one.role,
    one.kind,
    one.dendrite_id,
    one.max_in_flight === 0 ? String(one.in_flight) : `${one.in_flight} of ${one.max_in_flight}`,
    one.suspect ? colors.yellow("no heartbeat") : "live",
  ]);
  return drawTable(heads, rows, colors);
}

function toRow({ type, ...request }: RequestSummary): object {
  return {
    id: request.id,
    trace_id: request.traceId,
    type: signalTypeName(type),
    waiting_for: request.waitingFor,
    attempt: request.attempt,
    age_ms: Number(request.ageMs),
    remaining_ms: Number(request.remainingMs),
  };
}

function drawRequests({ requests, total }: ListRequestsResponse, colors: Colors): string {
  if (total === 0) return "No requests in flight.";
  const heads = ["REQUEST", "TYPE", "WAITS FOR", "ATTEMPT", "AGE", "ENDS IN"];
  const rows = requests.map(({ id, type, waitingFor, attempt, ageMs, remainingMs }) => [
    colors.cyan(id),
    signalTypeName(type),
    waitingFor.join(" ") || colors.yellow("a route"),
    String(attempt),
    toSeconds(ageMs),
    toSeconds(remainingMs),
  ]);
  const more = total > requests.length ? `\n… and ${total - requests.length} more` : "";
  return drawTable(heads, rows, colors) + more;
}

function toSeconds(ms: bigint): string {
  return `${(Number(ms) / 1_000).toFixed(1)} s`;
}

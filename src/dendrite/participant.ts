import { ParticipantRole } from "../../gen/cosmonapse/v1/options.js";
import type { RegisterBody } from "../../gen/cosmonapse/v1/participant.js";
import type { Observation } from "../pathway/index.js";

/** A participant that is there. */
export interface Participant {
  /** Its id. */
  readonly id: string;
  /** What it serves. */
  readonly role: "neuron" | "engram";
  /** Its kind; empty: none. */
  readonly kind: string;
  /** What it can do. */
  readonly capabilities: readonly string[];
  /** The version of its code; empty: not stated. */
  readonly version: string;
  /** One sentence; empty: none. */
  readonly description: string;
  /** The whole registration. */
  readonly registration: RegisterBody;
}

/** The participants of a snapshot, by id, each once; undefined if the observation ends before it is complete. */
export async function takeSnapshot(observations: AsyncIterable<Observation>): Promise<Participant[] | undefined> {
  const found = new Map<string, Participant>();
  for await (const observation of observations) {
    if (observation.kind === "live") return [...found.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
    if (observation.kind !== "snapshot" || observation.signal.body?.$case !== "register") continue;
    found.set(observation.signal.body.value.id, toParticipant(observation.signal.body.value));
  }
  return undefined;
}

function toParticipant(registration: RegisterBody): Participant {
  const { id, kind, capabilities, version, description } = registration;
  const role = registration.role === ParticipantRole.ENGRAM ? "engram" : "neuron";
  return { id, role, kind, capabilities, version, description, registration };
}

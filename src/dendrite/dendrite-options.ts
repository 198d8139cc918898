import { Right } from "../../gen/cosmonapse/v1/frames.js";
import { checkOptions, CosmoError } from "../errors/index.js";
import type { Clock } from "../foundation/index.js";
import { isName, SYNAPSE_SOURCE, type IdSource } from "../signal/index.js";
import type { Synapse } from "../synapse/index.js";

/** What a Dendrite is for: a `worker` hosts and asks, an `orchestrator` asks and observes, an `observer` only observes. */
export type DendriteRole = "worker" | "orchestrator" | "observer";

/** How a Dendrite is made. */
export interface DendriteOptions {
  /** The bus. It stays the caller's: closing a Dendrite does not close it. */
  readonly synapse: Synapse;
  /** The namespace: `[A-Za-z0-9_-]{1,64}`. */
  readonly namespace: string;
  /** The id: `[A-Za-z0-9_-]{1,64}`. Default: `dendrite-` and a ULID. */
  readonly dendriteId?: string;
  /** What it is for: it decides the rights that are asked for. Default: `worker`. */
  readonly role?: DendriteRole;
  /** Takes errors that nobody waits for: of imprints with `awaitAck: false`, of heartbeats, of a lost session. */
  readonly onError?: (error: CosmoError) => void;
  /**
   * False: no spans. Default: true, where `@opentelemetry/api` is installed, with the tracer provider registered there;
   * each request is a span (`dispatch`, `recall`, `imprint`), and so is the work of a Neuron (`handle`).
   */
  readonly tracing?: boolean;
  /** Time. Default: the machine's. */
  readonly clock?: Clock;
  /** Where ids come from. Default: random ULIDs. */
  readonly ids?: IdSource;
}

/** The rights that each role asks for. */
export const RIGHTS_OF: Readonly<Record<DendriteRole, readonly Right[]>> = {
  worker: [Right.PARTICIPATE, Right.OBSERVE],
  orchestrator: [Right.PARTICIPATE, Right.OBSERVE],
  observer: [Right.OBSERVE],
};

const parts: ReadonlySet<string> = new Set([
  "synapse",
  "namespace",
  "dendriteId",
  "role",
  "onError",
  "tracing",
  "clock",
  "ids",
] satisfies (keyof DendriteOptions)[]);

/** Throws INVALID_ARGUMENT for an option that is unknown or wrong. */
export function checkDendriteOptions(options: DendriteOptions): void {
  checkOptions("The Dendrite", options, parts);
  const { synapse, namespace, dendriteId, role = "worker", tracing = true } = options;
  checkName("namespace", namespace);
  if (dendriteId !== undefined) checkName("dendriteId", dendriteId);
  if (dendriteId === SYNAPSE_SOURCE) throw misuse("dendriteId", "'synapse' is the Synapse itself; choose another id");
  if (!Object.hasOwn(RIGHTS_OF, role))
    throw misuse("role", `'${role}' is none of ${Object.keys(RIGHTS_OF).join(", ")}`);
  if (typeof tracing !== "boolean")
    throw misuse("tracing", "give true or false; the tracer provider is the registered one");
  if (typeof synapse?.open !== "function") throw misuse("synapse", "give a Synapse, for example new MemorySynapse()");
}

function checkName(field: string, name: string): void {
  if (typeof name !== "string" || !isName(name)) throw misuse(field, `'${name}' is no name: [A-Za-z0-9_-]{1,64}`);
}

function misuse(field: string, message: string): CosmoError {
  return new CosmoError("INVALID_ARGUMENT", `${field}: ${message}`, { field });
}

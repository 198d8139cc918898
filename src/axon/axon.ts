import { ParticipantRole } from "../../gen/cosmonapse/v1/options.js";
import type { RegisterBody } from "../../gen/cosmonapse/v1/participant.js";
import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { checkOptions, checkWhole, CosmoError } from "../errors/index.js";
import type { Json } from "../foundation/index.js";
import type { Neuron } from "../neuron/index.js";
import { isName, STANDARD_LIMITS, SYNAPSE_SOURCE } from "../signal/index.js";
import { indexBindings, type EngramBinding } from "./binding.js";
import { runNeuron, type AxonHost, type ReplyDraft } from "./run-neuron.js";

/** How an Axon is made. */
export interface AxonOptions<Input, Output> {
  /** The id under which the Neuron is found: `[A-Za-z0-9_-]{1,64}`. */
  readonly neuronId: string;
  /** The Neuron. */
  readonly neuron: Neuron<Input, Output>;
  /** What it can do. Default: nothing in particular. */
  readonly capabilities?: readonly string[];
  /** The memories that it may use. Default: none. */
  readonly engrams?: readonly EngramBinding[];
  /** What kind it is, for addresses by type. Default: none. */
  readonly kind?: string;
  /** The version of the Neuron's own code. Default: not stated. */
  readonly version?: string;
  /** How many tasks it takes at once, from 1. Default: the limit of the Synapse, 16 unless configured. */
  readonly maxInFlight?: number;
  /** True if a task may be given to another replica when this one is lost with it. Default: false. */
  readonly retrySafe?: boolean;
  /** One sentence for people. Default: none. */
  readonly description?: string;
}

/**
 * Wraps one Neuron: a TASK comes in, AGENT_OUTPUTs or an ERROR go out. It never touches a Synapse; what the Neuron
 * needs from outside comes through its host. Throws INVALID_ARGUMENT for options that no Synapse would accept.
 */
export class Axon<Input = Json, Output = Json> {
  /** The id under which the Neuron is found. */
  readonly neuronId: string;
  /** What its Dendrite registers. */
  readonly registration: RegisterBody;
  readonly #neuron: Neuron<Input, Output>;
  readonly #bindings: ReadonlyMap<string, EngramBinding>;

  constructor(options: AxonOptions<Input, Output>) {
    checkAxonOptions(options);
    const { neuronId, capabilities = [] } = options;
    this.neuronId = neuronId;
    this.#neuron = options.neuron;
    this.#bindings = indexBindings(options.engrams ?? []);
    this.registration = {
      id: neuronId,
      role: ParticipantRole.NEURON,
      kind: options.kind ?? "",
      capabilities: [...new Set(capabilities)],
      version: options.version ?? "",
      maxInFlight: options.maxInFlight ?? 0,
      retrySafe: options.retrySafe ?? false,
      storeId: "",
      description: options.description ?? "",
    };
  }

  /**
   * Answers one request. Resolves with the reply that is its outcome; parts go to the host before. Never rejects: what
   * goes wrong is an ERROR. A request that is no TASK is answered UNIMPLEMENTED (COS-TYPE-005).
   */
  handle(request: Signal, host: AxonHost): Promise<ReplyDraft> {
    return runNeuron({ neuron: this.#neuron, neuronId: this.neuronId, bindings: this.#bindings }, request, host);
  }
}

const parts: ReadonlySet<string> = new Set([
  "neuronId",
  "neuron",
  "capabilities",
  "engrams",
  "kind",
  "version",
  "maxInFlight",
  "retrySafe",
  "description",
] satisfies (keyof AxonOptions<Json, Json>)[]);

const maxInFlightMax = 65_536;
const versionBytes = 64;

function checkAxonOptions<Input, Output>(options: AxonOptions<Input, Output>): void {
  checkOptions("The Axon", options, parts);
  const { neuronId, neuron, capabilities = [], kind, version = "", maxInFlight } = options;
  checkName("neuronId", neuronId);
  if (neuronId === SYNAPSE_SOURCE) throw misuse("neuronId", "'synapse' is the Synapse itself; choose another id");
  for (const capability of capabilities) checkName("capabilities", capability);
  if (kind !== undefined) checkName("kind", kind);
  if (typeof neuron !== "function") throw misuse("neuron", "it is a function: async (input, context, tools) => output");
  if (new Set(capabilities).size > STANDARD_LIMITS.capabilities) {
    throw misuse("capabilities", `there are at most ${STANDARD_LIMITS.capabilities} of them`);
  }
  checkWhole("maxInFlight", maxInFlight, { min: 1, max: maxInFlightMax });
  if (new TextEncoder().encode(version).length > versionBytes) {
    throw misuse("version", `it is at most ${versionBytes} bytes long (COS-REG-022)`);
  }
}

function checkName(field: string, name: string): void {
  if (typeof name !== "string" || !isName(name)) throw misuse(field, `'${name}' is no name: [A-Za-z0-9_-]{1,64}`);
}

function misuse(field: string, message: string): CosmoError {
  return new CosmoError("INVALID_ARGUMENT", `${field}: ${message}`, { field });
}

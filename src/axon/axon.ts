import { ParticipantRole } from "../../gen/cosmonapse/v1/options.js";
import type { RegisterBody } from "../../gen/cosmonapse/v1/participant.js";
import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { CosmoError } from "../errors/index.js";
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
  /** How many tasks it takes at once. Default: the limit of the Synapse, 16 unless configured. */
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
    const { neuronId, capabilities = [], maxInFlight = 0, kind = "" } = options;
    checkName("neuronId", neuronId);
    for (const capability of capabilities) checkName("capabilities", capability);
    if (kind !== "") checkName("kind", kind);
    if (!Number.isInteger(maxInFlight) || maxInFlight < 0) {
      throw new CosmoError("INVALID_ARGUMENT", `maxInFlight is a whole number from 1, not ${maxInFlight}`);
    }
    if (typeof options.neuron !== "function") {
      throw new CosmoError("INVALID_ARGUMENT", "neuron is a function: async (input, context, tools) => output");
    }
    this.neuronId = neuronId;
    this.#neuron = options.neuron;
    this.#bindings = indexBindings(options.engrams ?? []);
    this.registration = {
      id: neuronId,
      role: ParticipantRole.NEURON,
      kind,
      capabilities: [...new Set(capabilities)],
      version: options.version ?? "",
      maxInFlight,
      retrySafe: options.retrySafe ?? false,
      storeId: "",
      description: options.description ?? "",
    };
    if (this.registration.capabilities.length > STANDARD_LIMITS.capabilities) {
      throw new CosmoError("INVALID_ARGUMENT", `At most ${STANDARD_LIMITS.capabilities} capabilities`);
    }
  }

  /**
   * Answers one request. Resolves with the reply that is its outcome; parts go to the host before. Never rejects: what
   * goes wrong is an ERROR. A request that is no TASK is answered UNIMPLEMENTED.
   */
  handle(request: Signal, host: AxonHost): Promise<ReplyDraft> {
    return runNeuron({ neuron: this.#neuron, neuronId: this.neuronId, bindings: this.#bindings }, request, host);
  }
}

function checkName(field: string, name: string): void {
  if (isName(name) && name !== SYNAPSE_SOURCE) return;
  throw new CosmoError("INVALID_ARGUMENT", `${field}: '${name}' is no name: [A-Za-z0-9_-]{1,64}, not 'synapse'`);
}

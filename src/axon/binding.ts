import { CosmoError } from "../errors/index.js";
import type { RecallMode } from "../neuron/index.js";

/** Gives an Engram, or all Engrams of a kind, a name that the Neuron knows it by. */
export interface EngramBinding {
  /** What the Neuron calls it. */
  readonly name: string;
  /** The id of the Engram. Give this or `directedType`. */
  readonly directedId?: string;
  /** The kind of the Engrams: a recall asks all of them. Give this or `directedId`. */
  readonly directedType?: string;
  /** How answers become one unless a recall says otherwise. Default: `first`. */
  readonly defaultRecallMode?: RecallMode;
  /** How long the Engrams have unless a call says otherwise, milliseconds. Default: 2,000. */
  readonly defaultDeadlineMs?: number;
}

/** The bindings of an Axon, by name. Throws INVALID_ARGUMENT for one without an address, with two, or named twice. */
export function indexBindings(bindings: readonly EngramBinding[]): ReadonlyMap<string, EngramBinding> {
  const byName = new Map<string, EngramBinding>();
  for (const binding of bindings) {
    if ((binding.directedId === undefined) === (binding.directedType === undefined)) {
      throw new CosmoError("INVALID_ARGUMENT", `Binding '${binding.name}' needs either directedId or directedType`);
    }
    if (byName.has(binding.name)) {
      throw new CosmoError("INVALID_ARGUMENT", `There are two bindings named '${binding.name}'; rename one`);
    }
    byName.set(binding.name, binding);
  }
  return byName;
}

/** The binding of that name. Throws UNKNOWN_BINDING with those that there are. */
export function findBinding(bindings: ReadonlyMap<string, EngramBinding>, name: string): EngramBinding {
  const binding = bindings.get(name);
  if (binding !== undefined) return binding;
  const available = [...bindings.keys()];
  const there = available.length === 0 ? "The Axon binds no Engram" : `The Axon binds ${available.join(", ")}`;
  throw new CosmoError("UNKNOWN_BINDING", `There is no binding '${name}'. ${there}`, { available });
}

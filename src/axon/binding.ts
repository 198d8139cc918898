import { checkOptions, checkWhole, CosmoError } from "../errors/index.js";
import type { RecallMode } from "../neuron/index.js";
import { isName, STANDARD_LIMITS } from "../signal/index.js";

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

const parts: ReadonlySet<string> = new Set([
  "name",
  "directedId",
  "directedType",
  "defaultRecallMode",
  "defaultDeadlineMs",
] satisfies (keyof EngramBinding)[]);

const modes: readonly (RecallMode | undefined)[] = [undefined, "first", "merge", "all"];

/** The bindings of an Axon, by name. Throws INVALID_ARGUMENT for one without an address, with two, or named twice. */
export function indexBindings(bindings: readonly EngramBinding[]): ReadonlyMap<string, EngramBinding> {
  const byName = new Map<string, EngramBinding>();
  for (const binding of bindings) {
    checkBinding(binding);
    if (byName.has(binding.name)) throw misuse(`There are two bindings named '${binding.name}'; rename one`);
    byName.set(binding.name, binding);
  }
  return byName;
}

function checkBinding(binding: EngramBinding): void {
  const { name, directedId, directedType, defaultRecallMode, defaultDeadlineMs } = binding;
  checkOptions(`The binding '${name}'`, binding, parts);
  if (typeof name !== "string" || name === "") throw misuse("A binding needs a name, the one that the Neuron uses");
  if ((directedId === undefined) === (directedType === undefined)) {
    throw misuse(`The binding '${name}' needs either directedId, for one Engram, or directedType, for all of a kind`);
  }
  const address = directedId ?? directedType ?? "";
  if (typeof address !== "string" || !isName(address))
    throw misuse(`The binding '${name}' leads to '${address}', which is not [A-Za-z0-9_-]{1,64}`);
  if (!modes.includes(defaultRecallMode)) {
    throw misuse(`defaultRecallMode is first, merge or all, not ${String(defaultRecallMode)}`);
  }
  checkWhole("defaultDeadlineMs", defaultDeadlineMs, { min: 1, max: STANDARD_LIMITS.timeoutMs });
}

/** The binding of that name. Throws UNKNOWN_BINDING with those that there are (COS-TASK-025). */
export function findBinding(bindings: ReadonlyMap<string, EngramBinding>, name: string): EngramBinding {
  const binding = bindings.get(name);
  if (binding !== undefined) return binding;
  const available = [...bindings.keys()];
  const there = available.length === 0 ? "The Axon binds no Engram" : `The Axon binds ${available.join(", ")}`;
  const options = { available, requirement: "COS-TASK-025" };
  throw new CosmoError("UNKNOWN_BINDING", `There is no binding '${name}'. ${there}`, options);
}

function misuse(message: string): CosmoError {
  return new CosmoError("INVALID_ARGUMENT", message, { field: "engrams" });
}

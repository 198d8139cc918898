import { Fanout, type Address } from "../../gen/cosmonapse/v1/signal.js";
import { checkOptions, checkWhole, CosmoError } from "../errors/index.js";
import type { SubTask } from "../neuron/index.js";
import { isName, STANDARD_LIMITS } from "../signal/index.js";

/** A task, and what becomes of its trace. */
export interface Dispatch extends SubTask {
  /** True: the trace stays open after the answer, until `finish`. Default: it closes with the answer. */
  readonly keepOpen?: boolean;
}

/** The names of the options of a task. */
export const DISPATCH_PARTS: ReadonlySet<string> = new Set([
  "neuron",
  "capabilities",
  "input",
  "context",
  "deadlineMs",
  "maxAttempts",
  "waitForRouteMs",
  "meta",
  "abort",
  "keepOpen",
] satisfies (keyof Dispatch)[]);

/** Throws INVALID_ARGUMENT for what is wrong with a task, before anything is sent. */
export function checkTask(task: Dispatch): void {
  checkOptions("The task", task, DISPATCH_PARTS);
  const { neuron, capabilities = [], context = {}, maxAttempts, waitForRouteMs, meta = {} } = task;
  if (neuron === undefined && capabilities.length === 0) {
    throw misuse("neuron", "a task names its neuron, or the capabilities that it needs");
  }
  for (const name of neuron === undefined ? capabilities : [neuron, ...capabilities]) {
    if (typeof name !== "string" || !isName(name))
      throw misuse("neuron", `'${name}' is no id and no capability: [A-Za-z0-9_-]{1,64}`);
  }
  if (typeof context !== "object" || context === null || Array.isArray(context)) {
    throw misuse("context", "it is an object; put anything else into input");
  }
  for (const [key, value] of Object.entries(meta)) {
    if (typeof value !== "string") throw misuse("meta", `the value of '${key}' is no string`);
  }
  checkWhole("maxAttempts", maxAttempts, { min: 1, max: STANDARD_LIMITS.maxAttempts });
  checkWhole("waitForRouteMs", waitForRouteMs, { min: 0, max: STANDARD_LIMITS.timeoutMs });
}

/** Throws INVALID_ARGUMENT unless it is a number of milliseconds that a request may have. */
export function checkTimeMs(name: string, timeMs: number | undefined): void {
  checkWhole(name, timeMs, { min: 1, max: STANDARD_LIMITS.timeoutMs });
}

/** The address of exactly one Neuron. */
export function neuronAddress({ neuron = "", capabilities = [] }: SubTask): Address {
  return { id: neuron, type: "", capabilities: [...capabilities], fanout: Fanout.ONE };
}

/** Which Engrams a call is for: give one of the two. */
export interface EngramAddress {
  /** The id of the Engram. */
  readonly directedId?: string | undefined;
  /** The kind of the Engrams. */
  readonly directedType?: string | undefined;
}

/** The address of one Engram, or of all that match. Throws INVALID_ARGUMENT for none, two, or one that is no name. */
export function engramAddress({ directedId, directedType }: EngramAddress, isForAll: boolean): Address {
  if ((directedId === undefined) === (directedType === undefined)) {
    throw misuse("directedId", "an Engram is addressed by either directedId or directedType");
  }
  const name = directedId ?? directedType ?? "";
  if (typeof name !== "string" || !isName(name))
    throw misuse("directedId", `'${name}' is no id and no kind: [A-Za-z0-9_-]{1,64}`);
  const fanout = isForAll ? Fanout.ALL : Fanout.ONE;
  return { id: directedId ?? "", type: directedType ?? "", capabilities: [], fanout };
}

function misuse(field: string, message: string): CosmoError {
  return new CosmoError("INVALID_ARGUMENT", `${field}: ${message}`, { field });
}

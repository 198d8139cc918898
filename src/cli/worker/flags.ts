import type { EngramBinding } from "../../axon/index.js";
import type { BusFlags } from "../core/bus-flags.js";
import { CliError } from "../core/cli-error.js";

/** The flags of `cosmo worker run`. */
export interface WorkerFlags extends BusFlags {
  readonly watch?: boolean;
  readonly engram?: readonly string[];
  readonly concurrency?: number;
  readonly id?: string;
  readonly readyFile?: string;
  readonly quiet?: boolean;
  /** True in the process that another `cosmo worker run --watch` started. */
  readonly supervised?: boolean;
}

/** The bindings that `--engram` gives. Throws INVALID_ARGUMENT for one without a name or address. */
export function readBindings(given: readonly string[] = []): EngramBinding[] {
  return given.map((text) => {
    const at = text.indexOf("=");
    const name = at === -1 ? text : text.slice(0, at);
    const address = at === -1 ? text : text.slice(at + 1);
    const isKind = address.startsWith("type:");
    const target = isKind ? address.slice("type:".length) : address;
    if (name === "" || target === "") {
      throw new CliError("INVALID_ARGUMENT", `--engram: '${text}' names no memory`, {
        field: "engram",
        hint: "Give ctx, ctx=the-id or ctx=type:the-kind.",
      });
    }
    return isKind ? { name, directedType: target } : { name, directedId: target };
  });
}

import type { SignalHeader } from "../../signal/index.js";
import type { HubSession } from "./model.js";
import type { Namespace } from "./namespace.js";
import type { Sighting } from "./observers.js";

/** One published Signal, read as far as routing needs. */
export interface Arrival {
  readonly session: HubSession;
  readonly header: SignalHeader;
  /** The attempt under which it was sent; 0: not stated. */
  readonly attempt: number;
}

/** A published Signal as observers judge it. */
export function sightingOf({ bytes, type, traceId, source, directed }: SignalHeader): Sighting {
  return { bytes, type, traceId, source, directedId: directed?.id ?? "" };
}

/** Shows a Signal that nobody in particular gets; returns its number. */
export function recordPlain(namespace: Namespace, header: SignalHeader): number {
  return namespace.observers.record(sightingOf(header));
}

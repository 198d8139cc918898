import type { SignalHeader } from "../../signal/index.js";
import type { HubSession } from "./model.js";
import type { Namespace } from "./namespace.js";
import { sightingOf } from "./observers.js";

/** One published Signal, read as far as routing needs. */
export interface Arrival {
  readonly session: HubSession;
  readonly header: SignalHeader;
  /** The attempt under which it was sent; 0: not stated. */
  readonly attempt: number;
}

/** Shows a Signal that nobody in particular gets; returns its number. */
export function recordPlain(namespace: Namespace, header: SignalHeader): number {
  return namespace.observers.record(sightingOf(header));
}

import type { ErrorDetail } from "../../gen/cosmonapse/v1/error.js";
import type { Signal } from "../../gen/cosmonapse/v1/signal.js";

/** A Signal that a tap saw. */
export interface SignalRecord {
  readonly kind: "signal";
  /** The number that the tap gave it: from 1, without holes. */
  readonly number: number;
  /** When the tap saw it: milliseconds since 1970, the tap's clock. */
  readonly at: number;
  readonly namespace: string;
  readonly signal: Signal;
  /** The type: the number of its body, also of one that this version does not know. */
  readonly type: number;
  /** The Signal as it was published. */
  readonly bytes: Uint8Array;
  /** Its number in the namespace; 0 on a snapshot and on a refused reply (COS-OBS-005). */
  readonly position: bigint;
  /** True for a registration from before the tap began (COS-OBS-004). */
  readonly isSnapshot: boolean;
  /** Of a request: the ids of those who were asked (COS-OBS-010). */
  readonly asked: readonly string[];
  /** Which attempt it belongs to; 0: not said. */
  readonly attempt: number;
  /** Why the Synapse refused it to its sender (COS-OBS-009). */
  readonly refused?: ErrorDetail;
}

/** Signals that a tap did not see. */
export interface GapRecord {
  readonly kind: "gap";
  readonly at: number;
  readonly namespace: string;
  /** How many; undefined: nobody knows. */
  readonly missed: bigint | undefined;
  /** The number of the first in the namespace, where it is known. */
  readonly first?: bigint;
  /** The number of the last. */
  readonly last?: bigint;
  /** Why, in a few words. */
  readonly reason: string;
}

/** What a tap tells beside Signals: the snapshot is complete, or the session was lost. */
export interface NoteRecord {
  readonly kind: "note";
  readonly at: number;
  readonly namespace: string;
  /** `live`: the registrations were shown, what follows is live. `lost`: the session ended, another is opened. */
  readonly about: "live" | "lost";
  readonly text: string;
}

/** One line of what a tap saw. */
export type DopplerRecord = SignalRecord | GapRecord | NoteRecord;

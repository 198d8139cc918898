import type {
  Durability,
  ImprintBody,
  ImprintedBody,
  Query,
  RecallBody,
  RecalledBody,
} from "../../gen/cosmonapse/v1/memory.js";

/** What the host of an Engram says of a request beside its body. */
export interface EngramCall {
  /** The namespace of the session; rows of one are never seen from another. */
  readonly namespace: string;
  /** The participant that asks. */
  readonly source: string;
  /** The trace of the request. */
  readonly traceId: string;
  /** The id of the request's Signal: the imprint id, unless the body gives one. */
  readonly signalId: string;
  /** Fires when nobody waits any more. What is already decided stays decided. */
  readonly abort: AbortSignal;
  /** The most that an encoded answer may take, bytes. A page ends before it. */
  readonly pageBytes: number;
}

/**
 * Shared memory behind one id: the contract that every backend keeps alike.
 *
 * - One imprint is one atomic effect. Imprints to one key never interleave (COS-OP-028).
 * - A recall that starts after an imprint resolved sees its version or a later one (COS-ENT-020).
 * - Whatever a call returns is the caller's own copy.
 * - Failures are `CosmoError`s with the codes of memory; a backend's own failure is `ENGRAM_FAILED` (COS-OP-034).
 *
 * `close` and `drain` are idempotent; a use after either, or in a namespace that was not opened, is `CLOSED`.
 */
export interface Engram extends AsyncDisposable {
  /** The address on the Synapse. */
  readonly engramId: string;
  /** What kind of memory it is: the type of an address that reaches it. */
  readonly engramKind: string;
  /** How safely an acknowledged imprint is kept. */
  readonly durability: Durability;
  /** Makes the rows of a namespace ready and names the store behind them. May be called again. */
  open(namespace: string): Promise<{ storeId: string }>;
  /** Finds entries. */
  recall(body: RecallBody, call: EngramCall): Promise<RecalledBody>;
  /** Makes one change and gives its receipt when it is as safe as `durability` says. */
  imprint(body: ImprintBody, call: EngramCall): Promise<ImprintedBody>;
  /**
   * Purges the entries that match the conditions of a query, or without one everything of the namespace: content,
   * index, tombstones and what imprint ids were told, and then what the store still holds of them in freed space. The
   * size of the page and the cursor do not count. Resolves with how many entries went; whatever was forgotten is never
   * seen again, and versions go on above it (COS-ENT-023, COS-ENT-024). Throws `INVALID_FILTER` like a recall.
   */
  forget(namespace: string, query?: Query): Promise<{ entries: number }>;
  /** Finishes what was accepted, then closes. */
  drain(): Promise<void>;
  /** Closes now; what is not decided yet fails with `CLOSED`. */
  close(): Promise<void>;
}

/**
 * How long an Engram remembers an imprint id with its receipt, milliseconds: twice the longest timeout, so that no
 * sender can still be waiting when it is forgotten (COS-OP-026).
 */
export const IMPRINT_WINDOW_MS = 7_200_000;

/** For how long the version of a key or id under which nothing lives is kept, milliseconds: a day (COS-ENT-013). */
export const TOMBSTONE_WINDOW_MS = 86_400_000;

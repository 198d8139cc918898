/** A record as pages get it, with what was emitted until then. */
export interface Kept {
  readonly number: number;
  readonly bytes: Uint8Array;
  /** What was emitted before it. */
  readonly before: Emitted;
  /** The same with it. */
  readonly emitted: Emitted;
}

/** What was emitted so far, as far as anybody knows: Signals that were seen, and those that gaps counted. */
export interface Emitted {
  readonly signals: number;
  readonly missed: bigint;
  /** Gaps of which nobody knows the size. */
  readonly unsure: number;
}

/** What a namespace counts since it is there. Plain numbers: each Signal costs an addition or two. */
export class Counters {
  /** Signals that were accepted, by type: the number of the body. */
  readonly accepted = new Float64Array(1_000);
  /** Their bytes. */
  acceptedBytes = 0;
  /** Signals that were refused, by the code of the refusal. */
  readonly refused = new Map<number, number>();
  /** Signals that links took. */
  delivered = 0;
  /** Their bytes. */
  deliveredBytes = 0;
  /** Gaps that observers were told. */
  gaps = 0;
  /** Signals that observers missed, also those in gaps that were not told yet. */
  missed = 0;
  /** Requests that were given again. */
  redelivered = 0;
  /** Outcomes that the Synapse made, by the code of the error. */
  readonly ended = new Map<number, number>();

  /** Counts one of a code. */
  static add(counts: Map<number, number>, code: number): void {
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
}

/** What outlives an entry: the last version, and the last number of a sequence. */
export interface Counter {
  /** The last version. */
  readonly version: bigint;
  /** The number of the last item. */
  readonly lastSeq: bigint;
}

/** The counters of keys or of ids. One under which nothing lives is a tombstone and is swept when its window ends. */
export class Counters {
  readonly #counters = new Map<string, Counter>();
  /** When each tombstone was made, oldest first. */
  readonly #buried = new Map<string, number>();

  /** The counter of a place; one that begins after `floor` if none is known. */
  get(place: string, floor = 0n): Counter {
    return this.#counters.get(place) ?? { version: floor, lastSeq: 0n };
  }

  /** Forgets a place; its last version. */
  forget(place: string): bigint {
    const { version } = this.get(place);
    this.#counters.delete(place);
    this.#buried.delete(place);
    return version;
  }

  /** Every place that has a counter. */
  places(): readonly string[] {
    return [...this.#counters.keys()];
  }

  /** Something lives at the place, in this version. */
  raise(place: string, version: bigint, seq: bigint | undefined): void {
    this.#buried.delete(place);
    this.#counters.set(place, { version, lastSeq: seq ?? this.get(place).lastSeq });
  }

  /** Nothing lives at the place any more. */
  bury(place: string, version: bigint, nowMs: number): void {
    this.raise(place, version, undefined);
    this.#buried.set(place, nowMs);
  }

  /** Forgets the tombstones that are older than the window. */
  sweep(nowMs: number, windowMs: number): void {
    for (const [place, buriedAtMs] of this.#buried) {
      if (nowMs - buriedAtMs < windowMs) return;
      this.#buried.delete(place);
      this.#counters.delete(place);
    }
  }
}

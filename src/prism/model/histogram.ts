/** Each bin is so many times as long as the one before: a quantile is right to 5 %. */
const growth = 1.1;
const bins = 192;
const logGrowth = Math.log(growth);

/** Durations, counted in 192 bins from 0.1 ms to an hour and more. Its size does not grow. */
export class Histogram {
  readonly #counts = new Map<number, number>();
  #count = 0;
  #max = 0;

  /** How many durations were counted. */
  get count(): number {
    return this.#count;
  }

  /** The longest, milliseconds. 0: there is none. */
  get max(): number {
    return this.#max;
  }

  /** Counts a duration, milliseconds. */
  add(ms: number): void {
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(Math.log(Math.max(ms, 0.1) / 0.1) / logGrowth)));
    this.#counts.set(bin, (this.#counts.get(bin) ?? 0) + 1);
    this.#count += 1;
    if (ms > this.#max) this.#max = ms;
  }

  /** Counts all of another too. */
  addAll(other: Histogram): void {
    for (const [bin, count] of other.#counts) this.#counts.set(bin, (this.#counts.get(bin) ?? 0) + count);
    this.#count += other.#count;
    if (other.#max > this.#max) this.#max = other.#max;
  }

  /** The duration that a part of them, from 0 to 1, does not exceed: milliseconds. undefined: there is none. */
  quantile(part: number): number | undefined {
    if (this.#count === 0) return undefined;
    const wanted = Math.max(1, Math.ceil(part * this.#count));
    let seen = 0;
    for (const [bin, count] of [...this.#counts].sort(([one], [other]) => one - other)) {
      seen += count;
      // The middle of the bin, but no more than there was.
      if (seen >= wanted) return Math.min(this.#max, bin === 0 ? 0.1 : 0.1 * growth ** (bin - 0.5));
    }
    return this.#max;
  }
}

/** Choices for a random program: numbers that were drawn before, so that a failure can be repeated and made smaller. */
export class Draw {
  readonly #numbers: readonly number[];
  #used = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** True when the numbers are used up; from then on every choice is the first. */
  get isEmpty(): boolean {
    return this.#used >= this.#numbers.length;
  }

  /** A number from zero up to, but not, the count. */
  below(count: number): number {
    const next = this.#numbers[this.#used] ?? 0;
    this.#used += 1;
    return count === 0 ? 0 : next % count;
  }

  /** True once in so many times. */
  once(inTimes: number): boolean {
    return this.below(inTimes) === 1;
  }

  /** One of the list; undefined only if it is empty. */
  pick<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length)];
  }

  /** A field with one of the values, once in so many times. */
  maybe<T>(inTimes: number, name: string, values: readonly T[]): Record<string, T> {
    const value = this.once(inTimes) ? this.pick(values) : undefined;
    return value === undefined ? {} : { [name]: value };
  }

  /** So many that stand side by side, so that programs meet the same ones again. */
  some<T>(count: number, list: readonly T[]): readonly T[] {
    const from = this.below(list.length);
    return Array.from({ length: count }, (_, index) => list[(from + index) % list.length]).filter(
      (one) => one !== undefined,
    );
  }
}

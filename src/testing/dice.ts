/** Seeded chances: the same seed gives the same program. Not for secrets. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number from zero up to, but not, the count. A generator of Weyl steps whose bits are mixed by products. */
  below(count: number): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return ((bits ^ (bits >>> 16)) >>> 0) % count;
  }

  /** True that many times of a hundred. */
  percent(chance: number): boolean {
    return this.below(100) < chance;
  }

  /** One of a list. */
  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0];
  }
}

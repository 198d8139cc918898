import { systemRandom, type RandomSource } from "./ulid.js";

const firstMs = 25;
const mostMs = 2_000;

/** The pauses between attempts to reach a Synapse again: doubling to two seconds, each shortened by chance to half at most. */
export class Backoff {
  readonly #random: RandomSource;
  #attempts = 0;

  constructor(random: RandomSource = systemRandom) {
    this.#random = random;
  }

  /** How long to wait before the next attempt, milliseconds. */
  next(): number {
    const fullMs = Math.min(mostMs, firstMs * 2 ** this.#attempts);
    this.#attempts += 1;
    const chance = new Uint8Array(1);
    this.#random(chance);
    return fullMs * (0.5 + (chance[0] ?? 0) / 512);
  }

  /** An attempt succeeded: the next pause is a short one again. */
  reset(): void {
    this.#attempts = 0;
  }
}

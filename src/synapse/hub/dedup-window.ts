import type { Receipt } from "../../../gen/cosmonapse/v1/frames.js";
import { UlidWords, ULID_WORDS } from "../../foundation/index.js";
import { acceptedReceipt } from "./notes.js";

/** The bounds of a window. */
export interface DedupBounds {
  /** How long an id is remembered, milliseconds. */
  readonly windowMs: number;
  /** How many ids are remembered. */
  readonly idsMax: number;
}

/** One Signal, as the window knows it. */
export interface DedupKey {
  /** Whose it is. */
  readonly principal: string;
  /** Its id: `evt_` and a ULID. */
  readonly id: string;
  /** The fingerprint of its bytes. */
  readonly print: number;
}

/** What the window knows of a Signal. */
export type DedupVerdict =
  { readonly kind: "new" } | { readonly kind: "repeat"; readonly receipt: Receipt } | { readonly kind: "reused" };

const fresh: DedupVerdict = { kind: "new" };
const reused: DedupVerdict = { kind: "reused" };

const initialCapacity = 1_024;
const nobody: readonly string[] = [];
const idPrefix = "evt_".length;

/**
 * Remembers the receipts of accepted Signals for a while, at most so many. Refused ones may come again (COS-DUP).
 *
 * The entries stand in a ring in the order of their acceptance, their parts side by side, as numbers wherever they can be:
 * tens of thousands of small objects would be most of what the garbage collector has to do. A table finds them by the
 * hash of the id.
 */
export class DedupWindow {
  readonly #bounds: DedupBounds;
  #capacity: number;
  #oldest = 0;
  #size = 0;
  #principals: string[] = [];
  /** Who was asked, of each; nearly always nobody. */
  #asked: (readonly string[])[] = [];
  readonly #id = new UlidWords();
  #words: Int32Array;
  #positions: Float64Array;
  #hashes: Int32Array;
  #prints: Float64Array;
  #expiresMs: Float64Array;
  /** The places of entries in the ring, each plus one, by hash; 0 is free. Twice as long as the ring at least. */
  #table: Int32Array;

  constructor(bounds: DedupBounds) {
    this.#bounds = bounds;
    this.#capacity = Math.min(initialCapacity, bounds.idsMax);
    this.#words = new Int32Array(this.#capacity * ULID_WORDS);
    this.#positions = new Float64Array(this.#capacity);
    this.#hashes = new Int32Array(this.#capacity);
    this.#prints = new Float64Array(this.#capacity);
    this.#expiresMs = new Float64Array(this.#capacity);
    this.#table = new Int32Array(tableSize(this.#capacity));
  }

  /** Whether the key is new, a repeat of the same bytes, or reused for others. */
  find({ principal, id, print }: DedupKey, nowMs: number): DedupVerdict {
    this.#id.read(id, idPrefix);
    const { hash } = this.#id;
    const mask = this.#table.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const place = (this.#table[slot] ?? 0) - 1;
      if (place === -1) return fresh;
      if (this.#hashes[place] !== hash || this.#principals[place] !== principal) continue;
      if (!this.#id.equals(this.#words, place)) continue;
      if ((this.#expiresMs[place] ?? 0) <= nowMs) continue;
      if (this.#prints[place] !== print) return reused;
      return { kind: "repeat", receipt: acceptedReceipt(this.#positions[place] ?? 0, this.#asked[place]) };
    }
  }

  /** Remembers an accepted Signal; forgets what is too old or too much. */
  remember({ principal, id, print }: DedupKey, receipt: Receipt, nowMs: number): void {
    while (this.#size > 0 && (this.#expiresMs[this.#oldest] ?? 0) <= nowMs) this.#forgetOldest();
    if (this.#size === this.#capacity) {
      if (this.#capacity < this.#bounds.idsMax) this.#grow();
      else this.#forgetOldest();
    }
    const place = (this.#oldest + this.#size) % this.#capacity;
    this.#id.read(id, idPrefix);
    const { hash } = this.#id;
    this.#size += 1;
    this.#principals[place] = principal;
    this.#id.write(this.#words, place);
    this.#positions[place] = Number(receipt.position);
    this.#asked[place] = receipt.asked.length === 0 ? nobody : receipt.asked;
    this.#hashes[place] = hash;
    this.#prints[place] = print;
    this.#expiresMs[place] = nowMs + this.#bounds.windowMs;
    this.#enter(hash, place);
  }

  #enter(hash: number, place: number): void {
    const mask = this.#table.length - 1;
    let slot = hash & mask;
    while (this.#table[slot] !== 0) slot = (slot + 1) & mask;
    this.#table[slot] = place + 1;
  }

  #forgetOldest(): void {
    const place = this.#oldest;
    const mask = this.#table.length - 1;
    let slot = (this.#hashes[place] ?? 0) & mask;
    while (this.#table[slot] !== place + 1) slot = (slot + 1) & mask;
    this.#close(slot);
    this.#asked[place] = nobody;
    this.#oldest = (place + 1) % this.#capacity;
    this.#size -= 1;
  }

  /** Frees a slot, and moves up those behind it that could not have theirs because of it. */
  #close(freed: number): void {
    const table = this.#table;
    const mask = table.length - 1;
    let gap = freed;
    for (let slot = (gap + 1) & mask; ; slot = (slot + 1) & mask) {
      const place = (table[slot] ?? 0) - 1;
      if (place === -1) break;
      const home = (this.#hashes[place] ?? 0) & mask;
      if (((slot - home) & mask) < ((slot - gap) & mask)) continue;
      table[gap] = place + 1;
      gap = slot;
    }
    table[gap] = 0;
  }

  #grow(): void {
    const order = Array.from({ length: this.#size }, (_, step) => (this.#oldest + step) % this.#capacity);
    const [words, positions, hashes] = [this.#words, this.#positions, this.#hashes];
    const [prints, expiresMs] = [this.#prints, this.#expiresMs];
    this.#capacity = Math.min(this.#capacity * 2, this.#bounds.idsMax);
    this.#principals = order.map((place) => this.#principals[place] ?? "");
    this.#asked = order.map((place) => this.#asked[place] ?? nobody);
    this.#words = new Int32Array(this.#capacity * ULID_WORDS);
    this.#positions = new Float64Array(this.#capacity);
    this.#hashes = new Int32Array(this.#capacity);
    this.#prints = new Float64Array(this.#capacity);
    this.#expiresMs = new Float64Array(this.#capacity);
    this.#table = new Int32Array(tableSize(this.#capacity));
    this.#oldest = 0;
    for (const [place, before] of order.entries()) {
      this.#words.set(words.subarray(before * ULID_WORDS, (before + 1) * ULID_WORDS), place * ULID_WORDS);
      this.#positions[place] = positions[before] ?? 0;
      this.#hashes[place] = hashes[before] ?? 0;
      this.#prints[place] = prints[before] ?? 0;
      this.#expiresMs[place] = expiresMs[before] ?? 0;
      this.#enter(this.#hashes[place] ?? 0, place);
    }
  }
}

/** A power of two, so that a mask finds the slot, and at least twice the entries, so that free slots are near. */
function tableSize(capacity: number): number {
  return 2 ** Math.ceil(Math.log2(capacity * 2));
}

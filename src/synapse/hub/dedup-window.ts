import type { Receipt } from "../../../gen/cosmonapse/v1/frames.js";

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
  /** Its id. */
  readonly id: string;
  /** The fingerprint of its bytes. */
  readonly print: number;
}

/** What the window knows of a Signal. */
export type DedupVerdict =
  { readonly kind: "new" } | { readonly kind: "repeat"; readonly receipt: Receipt } | { readonly kind: "reused" };

const fresh: DedupVerdict = { kind: "new" };
const reused: DedupVerdict = { kind: "reused" };

/** A number that tells one Signal's bytes from another's; equal bytes have equal fingerprints. */
export function fingerprint(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let first = 0x811c9dc5 ^ bytes.length;
  let second = 0x9e3779b9;
  let at = 0;
  for (const whole = bytes.length - 7; at < whole; at += 8) {
    first = Math.imul(turn(first, 13) ^ view.getInt32(at, true), 0x85ebca6b);
    second = Math.imul(turn(second, 17) ^ view.getInt32(at + 4, true), 0xc2b2ae35);
  }
  for (; at < bytes.length; at += 1) first = Math.imul(turn(first, 5) ^ view.getUint8(at), 0x85ebca6b);
  // Each half stirs the other: a change that only reached high bits reaches those that are kept.
  first = Math.imul(first ^ (first >>> 16) ^ turn(second, 11), 0xc2b2ae35);
  second = Math.imul(second ^ (second >>> 16) ^ turn(first, 7), 0x85ebca6b);
  first ^= first >>> 15;
  return (second >>> 0) * 0x200000 + ((first >>> 0) & 0x1fffff);
}

function turn(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

function hashText(text: string, seed: number): number {
  let hash = seed;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(turn(hash, 5) ^ text.charCodeAt(at), 0x85ebca6b);
  return hash ^ (hash >>> 15);
}

const initialCapacity = 1_024;

/**
 * Remembers the receipts of accepted Signals for a while, at most so many. Refused ones may come again (COS-DUP).
 *
 * The entries stand in a ring in the order of their acceptance, their parts side by side: tens of thousands of small
 * objects would be most of what the garbage collector has to do. A table finds them by the hash of principal and id.
 */
export class DedupWindow {
  readonly #bounds: DedupBounds;
  #capacity: number;
  #oldest = 0;
  #size = 0;
  #principals: string[] = [];
  #ids: string[] = [];
  #receipts: (Receipt | undefined)[] = [];
  #hashes: Int32Array;
  #prints: Float64Array;
  #expiresMs: Float64Array;
  /** The places of entries in the ring, each plus one, by hash; 0 is free. Twice as long as the ring at least. */
  #table: Int32Array;

  constructor(bounds: DedupBounds) {
    this.#bounds = bounds;
    this.#capacity = Math.min(initialCapacity, bounds.idsMax);
    this.#hashes = new Int32Array(this.#capacity);
    this.#prints = new Float64Array(this.#capacity);
    this.#expiresMs = new Float64Array(this.#capacity);
    this.#table = new Int32Array(tableSize(this.#capacity));
  }

  /** Whether the key is new, a repeat of the same bytes, or reused for others. */
  find({ principal, id, print }: DedupKey, nowMs: number): DedupVerdict {
    const hash = hashText(id, hashText(principal, 0));
    const mask = this.#table.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const place = (this.#table[slot] ?? 0) - 1;
      if (place === -1) return fresh;
      if (this.#hashes[place] !== hash || this.#ids[place] !== id || this.#principals[place] !== principal) continue;
      if ((this.#expiresMs[place] ?? 0) <= nowMs) continue;
      const receipt = this.#receipts[place];
      return this.#prints[place] === print && receipt !== undefined ? { kind: "repeat", receipt } : reused;
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
    const hash = hashText(id, hashText(principal, 0));
    this.#size += 1;
    this.#principals[place] = principal;
    this.#ids[place] = id;
    this.#receipts[place] = receipt;
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
    this.#receipts[place] = undefined;
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
    const [hashes, prints, expiresMs] = [this.#hashes, this.#prints, this.#expiresMs];
    this.#capacity = Math.min(this.#capacity * 2, this.#bounds.idsMax);
    this.#principals = order.map((place) => this.#principals[place] ?? "");
    this.#ids = order.map((place) => this.#ids[place] ?? "");
    this.#receipts = order.map((place) => this.#receipts[place]);
    this.#hashes = new Int32Array(this.#capacity);
    this.#prints = new Float64Array(this.#capacity);
    this.#expiresMs = new Float64Array(this.#capacity);
    this.#table = new Int32Array(tableSize(this.#capacity));
    this.#oldest = 0;
    for (const [place, before] of order.entries()) {
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

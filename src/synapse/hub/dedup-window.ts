import type { Receipt } from "../../../gen/cosmonapse/v1/frames.js";
import { ExpiringMap } from "../../foundation/index.js";

interface Remembered {
  readonly fingerprint: number;
  readonly receipt: Receipt;
}

/** The bounds of a window. */
export interface DedupBounds {
  /** How long an id is remembered, milliseconds. */
  readonly windowMs: number;
  /** How many ids are remembered. */
  readonly idsMax: number;
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
    first = Math.imul(turn(first, 13) ^ view.getInt32(at), 0x85ebca6b);
    second = Math.imul(turn(second, 17) ^ view.getInt32(at + 4), 0xc2b2ae35);
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

/** Remembers the receipts of accepted Signals for a while, at most so many. Refused ones may come again (COS-DUP). */
export class DedupWindow {
  readonly #entries: ExpiringMap<Remembered>;

  constructor({ windowMs, idsMax }: DedupBounds) {
    this.#entries = new ExpiringMap({ ttlMs: windowMs, sizeMax: idsMax });
  }

  /** Whether the key is new, a repeat of the same bytes, or reused for others. */
  find(key: string, print: number, nowMs: number): DedupVerdict {
    const entry = this.#entries.get(key, nowMs);
    if (entry === undefined) return fresh;
    return entry.fingerprint === print ? { kind: "repeat", receipt: entry.receipt } : reused;
  }

  /** Remembers an accepted Signal. */
  remember(key: string, { print, receipt, nowMs }: { print: number; receipt: Receipt; nowMs: number }): void {
    this.#entries.set(key, { fingerprint: print, receipt }, nowMs);
  }
}

// The frame that was read last: the Signals of one stand in the same memory.
let seen: ArrayBufferLike = new ArrayBuffer(0);
let view: DataView<ArrayBufferLike> = new DataView(seen);

/** A number that tells one Signal's bytes from another's; equal bytes have equal fingerprints. */
export function fingerprint(bytes: Uint8Array): number {
  if (bytes.buffer !== seen) {
    seen = bytes.buffer;
    view = new DataView(seen);
  }
  let first = 0x811c9dc5 ^ bytes.length;
  let second = 0x9e3779b9;
  let at = bytes.byteOffset;
  const end = at + bytes.length;
  for (const whole = end - 7; at < whole; at += 8) {
    first = Math.imul(turn(first, 13) ^ view.getInt32(at, true), 0x85ebca6b);
    second = Math.imul(turn(second, 17) ^ view.getInt32(at + 4, true), 0xc2b2ae35);
  }
  for (; at < end; at += 1) first = Math.imul(turn(first, 5) ^ view.getUint8(at), 0x85ebca6b);
  // Each half stirs the other: a change that only reached high bits reaches those that are kept.
  first = Math.imul(first ^ (first >>> 16) ^ turn(second, 11), 0xc2b2ae35);
  second = Math.imul(second ^ (second >>> 16) ^ turn(first, 7), 0x85ebca6b);
  first ^= first >>> 15;
  return (second >>> 0) * 0x200000 + ((first >>> 0) & 0x1fffff);
}

function turn(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

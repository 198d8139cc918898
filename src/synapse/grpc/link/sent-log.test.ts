import { describe, expect, test } from "vitest";
import { SentLog } from "./sent-log.js";

const bytes = (length: number) => new Uint8Array(length);

/** A log that took frames of so many numbers each. */
function logOf(counts: readonly number[], bounds = { numbersMax: 100, bytesMax: 1_000 }): SentLog {
  const log = new SentLog(bounds);
  for (const count of counts) log.append(count, (first) => bytes(first));
  return log;
}

function drain(log: SentLog): number[] {
  const sizes: number[] = [];
  for (let frame = log.takeUnsent(); frame !== undefined; frame = log.takeUnsent()) sizes.push(frame.length);
  return sizes;
}

describe("a SentLog", () => {
  test("numbers from 1 without holes, and sends each frame once", () => {
    const log = logOf([3, 1, 2]);
    expect([drain(log), log.last]).toEqual([[1, 4, 5], 6]);
    expect(drain(log)).toEqual([]);
  });

  test("sends again on a new link what was not seen, and nothing else", () => {
    const log = logOf([3, 1, 2]);
    drain(log);
    expect(log.resume(4)).toBe(true);
    expect(drain(log)).toEqual([5]);
    // Within a frame: all of it comes again, and the other side skips what it saw.
    const again = logOf([3, 1, 2]);
    drain(again);
    expect(again.resume(2)).toBe(true);
    expect(drain(again)).toEqual([1, 4, 5]);
  });

  test("cannot go on from what was forgotten, or never sent", () => {
    const log = logOf([3, 1, 2]);
    log.acknowledge(4);
    expect([log.resume(3), log.resume(7), log.resume(4)]).toEqual([false, false, true]);
  });

  test("refuses an acknowledgement of what was never sent, and takes an old one for no news", () => {
    const log = logOf([3]);
    expect(() => log.acknowledge(4)).toThrow(/MALFORMED/);
    expect([log.acknowledge(3), log.acknowledge(3), log.acknowledge(1)]).toEqual([true, false, false]);
  });

  test("has room for so many numbers and bytes, or for one larger frame", () => {
    const log = new SentLog({ numbersMax: 4, bytesMax: 10 });
    expect([log.room, log.roomBytes]).toEqual([4, Infinity]);
    log.append(3, () => bytes(8));
    expect([log.room, log.roomBytes]).toEqual([1, 2]);
    log.append(1, () => bytes(1));
    expect(log.room).toBe(0);
    log.acknowledge(4);
    expect([log.room, log.roomBytes]).toEqual([4, Infinity]);
    log.append(1, () => bytes(11));
    expect(log.room).toBe(0);
  });

  test("keeps its place over thousands of frames", () => {
    const log = new SentLog({ numbersMax: 10_000, bytesMax: 1_000_000 });
    const seen: number[] = [];
    for (let count = 1; count <= 5_000; count += 1) {
      log.append(1, (first) => new Uint8Array([first % 256]));
      seen.push(log.takeUnsent()?.[0] ?? -1);
      if (count % 7 === 0) log.acknowledge(count - 3);
    }
    expect(seen).toEqual(Array.from({ length: 5_000 }, (_, index) => (index + 1) % 256));
    log.resume(4_998);
    expect([log.takeUnsent()?.[0], log.takeUnsent()?.[0], log.takeUnsent()]).toEqual([
      4_999 % 256,
      5_000 % 256,
      undefined,
    ]);
  });
});

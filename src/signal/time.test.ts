import { expect, test } from "vitest";
import { decodeSignal, encodeSignal, fromTimestamp, toTimestamp } from "./index.js";
import { samples } from "./test-samples.js";

test("an instant comes back exact to the millisecond, before 1970 too", () => {
  for (const ms of [0, 1, -1, 999, -999, -1000, -1001, 1_767_323_045_678, -62_135_596_800_000, 253_402_300_799_999]) {
    expect(fromTimestamp(toTimestamp(ms))).toBe(ms);
  }
});

test("the nanoseconds of an instant before 1970 count forward", () => {
  expect(toTimestamp(-1)).toEqual({ seconds: -1n, nanos: 999_000_000 });
});

test("what is finer than a millisecond is dropped", () => {
  expect(toTimestamp(1.9)).toEqual({ seconds: 0n, nanos: 1_000_000 });
  expect(fromTimestamp({ seconds: 1n, nanos: 1_999_999 })).toBe(1001);
});

test("64-bit seconds cross the wire exact", () => {
  for (const seconds of [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n]) {
    const sent = { ...samples.task, createdAt: { seconds, nanos: 0 }, timeout: { seconds, nanos: 1 } };
    const { createdAt, timeout } = decodeSignal(encodeSignal(sent));
    expect([createdAt?.seconds, timeout?.seconds, timeout?.nanos]).toEqual([seconds, seconds, 1]);
  }
});

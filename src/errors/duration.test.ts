import { expect, test } from "vitest";
import { readDuration, writeDuration } from "./index.js";

test("a duration of whole milliseconds comes back as it was", () => {
  for (const ms of [0, 1, 999, 1000, 1500, 3_600_000, 2 ** 52]) expect(readDuration(writeDuration(ms))).toBe(ms);
});

test("an absent duration stays absent", () => {
  expect([writeDuration(undefined), readDuration(undefined)]).toEqual([undefined, undefined]);
});

test("a written duration is whole milliseconds and never below zero", () => {
  expect(writeDuration(1.6)).toEqual({ seconds: 0n, nanos: 2_000_000 });
  expect(writeDuration(-5)).toEqual({ seconds: 0n, nanos: 0 });
});

test("what is finer than a millisecond is dropped when it is read", () => {
  expect(readDuration({ seconds: 1n, nanos: 1_999_999 })).toBe(1001);
});

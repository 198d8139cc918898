import { expect, test } from "vitest";
import { Backoff } from "./index.js";

test("pauses double to two seconds, and are short again after a success", () => {
  const backoff = new Backoff((into) => into.fill(255));
  const pauses = Array.from({ length: 9 }, () => Math.round(backoff.next()));
  expect(pauses).toEqual([25, 50, 100, 200, 399, 798, 1597, 1996, 1996]);
  backoff.reset();
  expect(Math.round(backoff.next())).toBe(25);
});

test("chance shortens a pause to half at most", () => {
  expect(new Backoff((into) => into.fill(0)).next()).toBe(12.5);
});

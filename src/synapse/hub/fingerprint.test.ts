import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fingerprint } from "./fingerprint.js";

describe("a fingerprint", () => {
  test("is that of equal bytes, wherever they stand, and of no bytes that differ in one place", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 100 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (bytes, at, by) => {
          const shifted = new Uint8Array([7, 7, 7, ...bytes]).subarray(3);
          const changed = Uint8Array.from(bytes, (byte, index) => (index === at % bytes.length ? byte ^ by : byte));
          expect(fingerprint(shifted)).toBe(fingerprint(bytes));
          expect(fingerprint(changed)).not.toBe(fingerprint(bytes));
          expect(fingerprint(bytes.subarray(1))).not.toBe(fingerprint(bytes));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

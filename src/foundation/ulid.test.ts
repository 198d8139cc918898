import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createUlidSource, type RandomSource } from "./index.js";

const zeros: RandomSource = (into) => void into.fill(0);
const ones: RandomSource = (into) => void into.fill(0xff);

/** A source that reads its times from a list, the last one for ever. */
function sourceAt(times: readonly number[], random?: RandomSource): () => string {
  let index = -1;
  return createUlidSource(() => {
    index = Math.min(index + 1, times.length - 1);
    return times[index] ?? 0;
  }, random);
}

describe("a source of ULIDs", () => {
  test("writes the time in ten characters and the randomness in sixteen", () => {
    expect(sourceAt([1_469_918_176_385], zeros)()).toBe("01ARYZ6S410000000000000000");
    expect(sourceAt([0], ones)()).toBe("0000000000ZZZZZZZZZZZZZZZZ");
  });

  test("counts up within a millisecond", () => {
    const next = sourceAt([5], zeros);
    expect([next(), next(), next()]).toEqual([
      "00000000050000000000000000",
      "00000000050000000000000001",
      "00000000050000000000000002",
    ]);
  });

  test("goes on from the last id when the clock goes back", () => {
    const next = sourceAt([5, 3, 0, 6], zeros);
    expect([next(), next(), next(), next()]).toEqual([
      "00000000050000000000000000",
      "00000000050000000000000001",
      "00000000050000000000000002",
      "00000000060000000000000000",
    ]);
  });

  test("carries into the next digit", () => {
    const next = sourceAt([5], (into) => void into.fill(0).fill(31, -1));
    expect([next(), next()]).toEqual(["0000000005000000000000000Z", "00000000050000000000000010"]);
  });

  test("takes the next millisecond when the randomness overflows, and stays ahead of the clock", () => {
    const next = sourceAt([5, 5, 5, 6, 7], ones);
    expect([next(), next(), next()].map((id) => id.slice(0, 10))).toEqual(["0000000005", "0000000006", "0000000007"]);
    expect(next().slice(0, 10)).toBe("0000000008");
  });

  test("never repeats and never goes back, whatever the clock does", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2 ** 40), { minLength: 2, maxLength: 60 }), fc.boolean(), (times, full) => {
        const next = sourceAt(times, full ? ones : undefined);
        const ids = times.map(() => next());
        expect(ids).toEqual([...new Set(ids)].sort());
        for (const id of ids) expect(id).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
      }),
    );
  });
});

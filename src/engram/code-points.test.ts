import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareCodePoints, isStorable, sortedSet, utf8Length } from "./code-points.js";

const compareUtf8 = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right));

describe("compareCodePoints", () => {
  test("orders as UTF-8 bytes do", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (left, right) => {
        expect(Math.sign(compareCodePoints(left, right))).toBe(compareUtf8(left, right));
      }),
      { numRuns: 2000 },
    );
  });

  test("puts what is beyond the first plane above U+FFFD, unlike JavaScript's own order", () => {
    expect(sortedSet(["\u{1F600}", "\uFFFD", "z", "z"])).toEqual(["z", "\uFFFD", "\u{1F600}"]);
    expect("\u{1F600}" < "\uFFFD").toBe(true);
  });
});

describe("isStorable", () => {
  test.each([
    ["", true],
    ["a\u{1F600}b", true],
    ["\uD83D", false],
    ["x\uDE00", false],
    ["\uDE00\uD83D", false],
    ["a\0b", false],
  ])("of %j is %s", (text, expected) => {
    expect(isStorable(text)).toBe(expected);
  });
});

test("utf8Length counts bytes", () => {
  expect(utf8Length("aé中\u{1F600}")).toBe(10);
});

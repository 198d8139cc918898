import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { characterClass } from "./character-class.js";
import { leafTokens } from "./leaves.js";
import { leafScore, tokenize } from "./text.js";

describe("tokenize", () => {
  test.each([
    ["what is the meaning of life?", ["what", "is", "the", "meaning", "of", "life"]],
    ["", []],
    ["  -- !", []],
    ["snake_case kebab-case", ["snake", "case", "kebab"]],
    ["ＡＢＣ ﬁne x²", ["abc", "fine", "x2"]],
    ["cafe\u0301", ["café"]],
    ["ΟΔΟΣ", ["οδοσ"]],
    ["人生 is 人", ["人", "生", "is"]],
    ["ネコとねこ", ["ネ", "コ", "と", "ね", "こ"]],
    ["แมว", ["แ", "ม", "ว"]],
    ["안녕 세계", ["안녕", "세계"]],
    ["हिन्दी", ["हिन्दी"]],
    ["a中b", ["a", "中", "b"]],
    ["𐐀x", ["𐐨x"]],
    ["don't", ["don", "t"]],
    ["١٢٣", ["١٢٣"]],
    ["Ⅷ ½", ["viii", "1", "2"]],
    ["lone \uD800 half", ["lone", "half"]],
    // Outlined letters of Unicode 16, which newer engines take for plain ones.
    ["\u{1CCD6}\u{1CCD7} x", ["x"]],
  ])("of %j gives %j", (text, tokens) => {
    expect([...tokenize(text)]).toEqual(tokens);
  });

  test("takes the short way for ASCII with the same result", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii" }), (text) => {
        // An ideographic space parts words, and takes the text off the short way.
        expect([...tokenize(`${text}\u3000`)]).toEqual([...tokenize(text)]);
      }),
      { numRuns: 1000 },
    );
  });

  test("is the same for a text and its normal forms", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(tokenize(text.normalize("NFKC"))).toEqual(tokenize(text));
        expect(tokenize(text.normalize("NFD"))).toEqual(tokenize(text));
      }),
      { numRuns: 1000 },
    );
  });
});

describe("characterClass", () => {
  test("agrees with the engine on every code point that Unicode 15.0 knows", () => {
    const word = /[\p{L}\p{M}\p{Nd}]/u;
    const alone = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/u;
    const differing: string[] = [];
    let known = 0;
    for (let codePoint = 0; codePoint < 0x110000; codePoint += 1) {
      const seen = characterClass(codePoint);
      if (seen === "unassigned") continue;
      known += 1;
      const character = String.fromCodePoint(codePoint);
      const wanted = !word.test(character) ? "other" : alone.test(character) ? "alone" : "word";
      if (seen !== wanted) differing.push(codePoint.toString(16));
    }

    expect(differing).toEqual([]);
    // 149,186 characters, 65 control codes and 137,468 code points of private use.
    expect(known).toBe(286_719);
  });

  test("does not know what came after Unicode 15.0", () => {
    expect(characterClass(0x2ebf0)).toBe("unassigned");
    expect(characterClass(0x31350)).toBe("alone");
  });
});

describe("leafScore", () => {
  const score = (leaf: string, query: string): number => leafScore(tokenize(leaf), tokenize(query));

  test("is 1 for the exact text, and less for a longer one", () => {
    expect(score("what is the meaning of life?", "what is the meaning of life?")).toBe(1);
    expect(score("what is the meaning of life?", "what is life?")).toBe(0.5);
  });

  test("is the same both ways, from 0 to 1", () => {
    const words = fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 1 }).map((list) => list.join(" "));
    fc.assert(
      fc.property(words, words, (left, right) => {
        expect(score(left, right)).toBe(score(right, left));
        expect(score(left, right)).toBeLessThanOrEqual(1);
        expect(score(left, right) === 1).toBe([...tokenize(left)].sort().join() === [...tokenize(right)].sort().join());
      }),
    );
  });
});

test("leafTokens reads string leaves and tags, not names and numbers", () => {
  const leaves = leafTokens({ name: "One two", list: [1, "three", { deep: "four" }], empty: "?" }, ["five"]);

  expect(leaves.map((leaf) => [...leaf])).toEqual([["one", "two"], ["three"], ["four"], ["five"]]);
});

import { expect, test } from "vitest";
import type { Passage } from "./passages.js";
import { rankPassages } from "./rank.js";

function best(question: string, ...texts: string[]): string | undefined {
  const passages = texts.map((text, index): Passage => ({ file: "a.md", line: index + 1, section: "", text }));
  return rankPassages(question, passages)[0]?.text;
}

test("a passage with the rarer word comes first", () => {
  expect(best("entry exists", "An entry here.", "An entry there.", "Entry again.", "It exists now.")).toBe(
    "It exists now.",
  );
});

test("a passage with more of the words comes before a shorter one with fewer", () => {
  const full = "Whoever adds an entry that exists already is told so, with the version that is there.";
  expect(best("add entry exists", "The entry.", "Add.", full)).toBe(full);
});

test("a word that every text has decides nothing", () => {
  expect(best("which of these is the apple", "which of these is the which of the", "one apple of many others")).toBe(
    "one apple of many others",
  );
});

test("a passage comes before its like when another that matches mentions its label", () => {
  const [rival, stated] = ["**A-2** `append` may be refused.", "**A-1** `add` may be refused."];
  const mentions = "An op for a taken place is refused (A-1).";
  expect(best("refused", rival, stated)).toBe(rival);
  expect(best("refused", rival, stated, mentions)).toBe(stated);
  expect(best("refused", rival, stated, "A-1 is told elsewhere.")).toBe(rival);
});

test("a heading counts for what stands below it", () => {
  const below = { file: "a.md", line: 9, section: "Deleting", text: "Success, also when nothing was there." };
  const other = { file: "a.md", line: 4, section: "Adding", text: "Success, also when nothing was there." };
  expect(rankPassages("delete success", [other, below])[0]).toBe(below);
});

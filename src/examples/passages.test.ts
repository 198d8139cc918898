import { describe, expect, test } from "vitest";
import { splitPassages } from "./passages.js";

const shown = (file: string, text: string): string[] =>
  splitPassages(file, text).map(({ line, section, text: said }) => `${line} ${section}: ${said}`);

describe("a file is split into passages", () => {
  test("by paragraphs, list items and rows, under their heading", () => {
    const text =
      "# Top\n\nOne\nline.\n\n## Sub\n- first\n  goes on\n* second\n1. third\n\n| a | b |\n| - | - |\n| c | d |\n";
    expect(shown("a.md", text)).toEqual([
      "3 Top: One line.",
      "7 Sub: first goes on",
      "9 Sub: second",
      "10 Sub: 1. third",
      "12 Sub: | a | b |",
      "14 Sub: | c | d |",
    ]);
  });

  test("of a schema by comments, each with the line that it is about", () => {
    const text = "// What it is.\n// (COS-OP-001)\nmessage One {\n  // A field.\n  string id = 1;\n}\n";
    expect(shown("a.proto", text)).toEqual([
      "1 : What it is. (COS-OP-001) message One {",
      "4 : A field. string id = 1;",
    ]);
  });

  test("with any line ends, and a sign of comment in a plain text stays", () => {
    expect(shown("a.txt", "# one\r\n\r\n// two\rthree\n")).toEqual(["1 : # one", "3 : // two three"]);
  });

  test("of bounded length, and nothing is lost", () => {
    const words = Array.from({ length: 3_000 }, (_, index) => `w${index}`);
    const pieces = splitPassages("a.txt", `${words.join(" ")} ${"x".repeat(2_500)}`);
    expect(Math.max(...pieces.map(({ text }) => text.length))).toBeLessThanOrEqual(1_000);
    expect(
      pieces
        .map(({ text }) => text.trim())
        .join(" ")
        .split(" ")
        .slice(0, 3_000),
    ).toEqual(words);
    expect(
      pieces
        .map(({ text }) => text)
        .join("")
        .replaceAll(/[^x]/g, "").length,
    ).toBe(2_500);
  });

  test("but what has no word is none", () => {
    expect(splitPassages("a.md", "---\n\n***\n\n}\n")).toEqual([]);
  });
});

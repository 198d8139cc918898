import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { prepare, runBuilt } from "./run-built.js";

/** The lines of one of the two calls, its time cut off. */
function callsOf(stdout: string): string[][] {
  return stdout
    .replaceAll(/ {2}in [\d.]+ ms$/gm, "")
    .trim()
    .split(/\n(?=\[)/)
    .map((call) => call.split("\n"));
}

describe("the example that reads", { timeout: 30_000 }, () => {
  let folder = "";
  beforeAll(prepare, 120_000);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cosmonapse-docs-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("answers from the specification, cites the line, and recalls its answer", () => {
    const { status, stdout, stderr } = runBuilt("docs.js", ["which op fails if the entry exists?"]);
    expect([status, stderr]).toEqual([0, ""]);
    const [first = [], second = []] = callsOf(stdout);
    expect([first[0], second[0]]).toEqual(["[first call ] computed", "[second call]    cache"]);
    const lines = readFileSync("proto/README.md", "utf8").split("\n");
    const at = lines.findIndex((line) => line.startsWith("- **COS-OP-001** `add`"));
    expect(first[1]).toBe(`  proto/README.md:${at + 1}  ${lines[at]?.slice(2)}`);
    expect(first[1]).toContain("`ALREADY_EXISTS`");
    expect(second.slice(1)).toEqual(first.slice(1));
  });

  test("reads a directory that is named from where npm was called", () => {
    mkdirSync(join(folder, "garden", "trees"), { recursive: true });
    writeFileSync(join(folder, "garden", "notes.txt"), "Roses want sun.\n\nApples fall in autumn.\nPears too.\n");
    writeFileSync(join(folder, "garden", "trees", "cherry.md"), "# Cherries\n\n- They bloom in spring.\n");
    const { stdout } = runBuilt("docs.js", ["when do apples fall?", "garden"], folder);
    const found = "  garden/notes.txt:3  Apples fall in autumn. Pears too.";
    expect(callsOf(stdout)).toEqual([
      ["[first call ] computed", found],
      ["[second call]    cache", found],
    ]);
    const blooming = callsOf(runBuilt("docs.js", ["which cherry blooms?", "garden"], folder).stdout);
    expect(blooming[0]?.[1]).toBe("  garden/trees/cherry.md:3  They bloom in spring.");
  });

  test.each([
    [
      "a directory that is not there",
      ["which horse?", "none"],
      /^'.*none' is no directory; name one that holds text files$/,
    ],
    [
      "a directory without text",
      ["which horse?", "empty"],
      /^'.*empty' holds no \.md, \.txt or \.proto file with text in it; name/,
    ],
    ["no question", [], /^Say what to ask, in quotes: npm run example:docs -- "question" \[directory\]$/],
    ["a question that is not in quotes", ["which", "op", "fails"], /^Say what to ask, in quotes/],
    ["a question without a word", ["?!"], /^'\?!' has no word in it; ask with at least one letter or digit$/],
    ["a question of words that every text has", ["what is it?"], /^'what is it\?' has only words that every text has/],
    [
      "a question that no text is about",
      ["zebras?", "."],
      /^No text has one of the words: zebra; ask with other words$/,
    ],
  ])("says in one line what is wrong with %s", (_, args, message) => {
    mkdirSync(join(folder, "empty"));
    writeFileSync(join(folder, "horses.txt"), "Horses run.");
    const { status, stdout, stderr } = runBuilt("docs.js", args, folder);
    expect([status, stdout]).toEqual([1, ""]);
    const [, code, said, rest] = /^\[(\w+)\] (.*)\n([^]*)$/.exec(stderr) ?? [];
    expect([code, rest]).toEqual(["INVALID_INPUT", ""]);
    expect(said).toMatch(message);
  });
});

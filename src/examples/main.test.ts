import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { prepare, runBuilt } from "./run-built.js";

describe("the main job", { timeout: 30_000 }, () => {
  beforeAll(prepare, 120_000);

  function expected(question: string): string {
    return (
      `[first call ] computed  →  Answer to '${question}': 42\n` +
      `[second call]    cache  →  Answer to '${question}': 42\n`
    );
  }

  test("prints its two lines and nothing else", () => {
    const stdout = expected("what is the meaning of life?");
    expect(runBuilt("main.js", [])).toEqual({ status: 0, stdout, stderr: "" });
  });

  test.each([
    ["several words", ["what", "is", "life?"], "what is life?"],
    ["another script", ["人生の意味は何ですか"], "人生の意味は何ですか"],
    ["quotes and wildcards", ["100% of 'it' \\ \"all\" _"], "100% of 'it' \\ \"all\" _"],
    ["5,000 characters", ["é".repeat(5_000)], "é".repeat(5_000)],
    ["5,000 characters in many words", ["why 😀 ".repeat(833)], "why 😀 ".repeat(833)],
  ])("asks your own question of %s", (_, args, question) => {
    expect(runBuilt("main.js", args)).toEqual({ status: 0, stdout: expected(question), stderr: "" });
  });

  test("says in one line what is wrong with a question without a word", () => {
    const stderr = "[INVALID_INPUT] '???' has no word in it; ask with at least one letter or digit\n";
    expect(runBuilt("main.js", ["???"])).toEqual({ status: 1, stdout: "", stderr });
  });

  describe("with an Engram that stays", () => {
    const folder = mkdtempSync(join(tmpdir(), "cosmonapse-main-"));
    afterAll(() => rmSync(folder, { recursive: true }));

    function fromCache(question: string): string {
      return expected(question).replace("computed", "   cache");
    }

    test("answers from a file of SQLite on the first call of the second run", () => {
      const args = ["--engram", "sqlite", "--path", "memory.db"];
      const question = "what is the meaning of life?";
      expect(runBuilt("main.js", args, folder)).toEqual({ status: 0, stdout: expected(question), stderr: "" });
      expect(runBuilt("main.js", args, folder)).toEqual({ status: 0, stdout: fromCache(question), stderr: "" });
      expect(existsSync(join(folder, "memory.db"))).toBe(true);
    });

    test("answers your own question from PostgreSQL on the first call of the second run", ({ skip }) => {
      const dsn = inject("postgresDsn");
      if (dsn === "") skip(inject("postgresMissing"));
      const question = `what is ${process.pid} times ${Date.now()}?`;
      const args = ["--engram", "postgres", "--dsn", dsn, ...question.split(" ")];
      expect(runBuilt("main.js", args)).toEqual({ status: 0, stdout: expected(question), stderr: "" });
      expect(runBuilt("main.js", args)).toEqual({ status: 0, stdout: fromCache(question), stderr: "" });
    });

    test.each([
      ["an unknown Engram", ["--engram", "redis"], "[INVALID_ARGUMENT] there is no Engram 'redis'; there are memory"],
      ["no file", ["--engram", "sqlite"], "[INVALID_ARGUMENT] --engram sqlite needs a file: --path memory.db"],
      ["no database", ["--engram", "postgres"], "[INVALID_ARGUMENT] --engram postgres needs a database: --dsn"],
      ["a file for memory", ["--path", "x.db"], "[INVALID_ARGUMENT] --path goes with --engram sqlite"],
      ["a database for memory", ["--dsn", "postgres://x"], "[INVALID_ARGUMENT] --dsn goes with --engram postgres"],
      ["an unknown option", ["--color"], "[INVALID_ARGUMENT] Unknown option '--color'"],
      ["a DSN that is none", ["--engram", "postgres", "--dsn", "x"], "[INVALID_ARGUMENT] give either a dsn like"],
      [
        "a server that is not there",
        ["--engram", "postgres", "--dsn", "postgresql://nobody@127.0.0.1:1/none"],
        "[ENGRAM_FAILED] PostgreSQL: connect ECONNREFUSED 127.0.0.1:1",
      ],
      [
        "a folder that is not there",
        ["--engram", "sqlite", "--path", "none/memory.db"],
        "[ENGRAM_FAILED] " + join(folder, "none", "memory.db") + ": ",
      ],
      ["a file of something else", ["--engram", "sqlite", "--path", "text"], "[ENGRAM_FAILED] " + join(folder, "text")],
    ])("says in one line what is wrong: %s", (_, args, message) => {
      writeFileSync(join(folder, "text"), "This is no database. ".repeat(100));
      const { status, stdout, stderr } = runBuilt("main.js", args, folder);
      expect([status, stdout, stderr.split("\n").length]).toEqual([1, "", 2]);
      expect(stderr).toContain(message);
    });
  });
});

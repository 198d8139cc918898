import { beforeAll, describe, expect, test } from "vitest";
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
});

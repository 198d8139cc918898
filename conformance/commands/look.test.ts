// What the suite has, in numbers, and how it tells of itself.
import { describe, expect, test } from "vitest";
import { runProgram } from "../program.js";
import { allCases } from "./cases.js";
import { explain, listCases, listRequirements, viewMutants } from "./look.js";

const all = allCases();

describe("the suite", () => {
  test("has 2,500 checks and more, of every role, and each case an id of its own", () => {
    expect(all.reduce((sum, { checks }) => sum + checks.length, 0)).toBeGreaterThanOrEqual(2_500);
    expect(new Set(all.map(({ role }) => role)).size).toBe(5);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });

  test("has 250 cases on the wire that are written by hand, and more of them invalid than valid", () => {
    // Those of codecs are generated, and those of Engrams are the vectors that the battery plays too.
    const written = all.filter(({ role }) => ["observer", "participant", "synapse"].includes(role));
    const invalid = written.filter(({ isNegative }) => isNegative).length;
    expect(written.length).toBeGreaterThanOrEqual(250);
    expect(invalid).toBeGreaterThan(written.length - invalid);
  });
});

/** Runs the program, and gives its exit code and what it said. */
async function said(...argv: readonly string[]): Promise<{ readonly exit: number; readonly text: string }> {
  const lines: string[] = [];
  const add = (text: string): void => void lines.push(text);
  const exit = await runProgram(argv, { out: add, err: add, isColored: false });
  return { exit, text: lines.join("\n") };
}

// Every case is made anew for each look.
describe("a look at the suite", { timeout: 30_000 }, () => {
  test("explains a sentence: its level, its profile, who plays it, its cases, and its mutants", () => {
    const lines = explain("COS-TASK-003");
    expect(lines).toContain("Played by: synapse");
    expect(lines).toContain("Profile: core");
    expect(lines[0]).toMatch(/^COS-TASK-003 \(MUST\) in proto\/README\.md, line \d+$/);
    expect(lines.filter((line) => line.startsWith("  refuses synapse/"))).not.toEqual([]);
    expect(lines).toContain("  several-outcomes (reference)");
    expect(lines).toContain("  calls a late reply cancelled (synapse/hub/accept.ts)");
    expect(explain("COS-SEC-001").join("\n")).toMatch(/Profile: full\nNot tested: .*\nNo case shows it\.\nNo mutant/);
  });

  test("lists what belongs to a role and a profile", () => {
    const core = listRequirements({ role: "observer", profile: "core" });
    expect(core.length).toBeGreaterThan(3);
    expect(core.every(({ roles, profile }) => roles.includes("observer") && profile === "core")).toBe(true);
    expect(listRequirements({ role: "observer" }).length).toBeGreaterThan(core.length);
    const ids = new Set(core.map(({ id }) => id));
    const mutants = viewMutants({ role: "observer", profile: "core" });
    expect(mutants.length).toBeGreaterThan(0);
    expect(mutants.every(({ violates }) => ids.has(violates))).toBe(true);
    expect(listCases({ role: "observer", profile: "core" }).map(({ id }) => id)).not.toContain(
      "observer/stream/a-gap-is-told",
    );
    expect(listCases({ role: "observer" }).map(({ id }) => id)).toContain("observer/stream/a-gap-is-told");
  });

  test("counts as many mutants beside the sentences as there are", () => {
    const counted = listRequirements().reduce((sum, { mutants }) => sum + mutants, 0);
    expect(viewMutants().length).toBe(counted);
    expect(counted).toBeGreaterThanOrEqual(600);
  });

  test.each([
    [
      ["list", "requirements", "--role", "codec"],
      /^COS-ENV-001 +MUST +core +\d+ cases +\d+ negative +\d+ mutants {2}codec/m,
    ],
    [["list", "mutants"], /^COS-TASK-003 {2}several-outcomes \(reference\)$/m],
    [["list", "cases", "--role", "observer", "--profile", "core"], /^observer\/stream\/\S+ {2}COS-/m],
    [["list", "mutants", "-o", "json"], /"violates": "COS-TASK-003",\n {4}"of": "reference"/],
  ])("says so on the command line: %j", async (argv, words) => {
    const { exit, text } = await said(...argv);
    expect(text).toMatch(words);
    expect(exit).toBe(0);
  });

  test.each([
    ["list", "requirements", "--profile", "small"],
    ["list", "nothing"],
    ["explain", "COS-TASK-999"],
  ])("ends with 2 for what there is not: %s %s %s", async (...argv) => {
    expect(await said(...argv)).toMatchObject({ exit: 2 });
  });
});

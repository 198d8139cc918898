// The gate of the specification: each MUST has a positive case, a negative case and a mutant, or is left out with its
// reason, or stands in conformance/gaps.yaml. That list may only grow shorter.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { hashOfCases, listCases, listRequirements, type CoverageRow } from "../../../conformance/index.js";
import { findGaps, needs, type OneSided } from "./coverage.js";
import { suiteMutants, unseenCount, unseenMutants } from "./suite-mutants.js";

const rows = listRequirements();
const row: CoverageRow = {
  id: "COS-ENV-001",
  level: "MUST",
  profile: "core",
  roles: ["synapse"],
  cases: 2,
  positive: 1,
  negative: 1,
  excluded: "",
  mutants: 1,
};

describe("the gate of the specification", () => {
  test.each([
    ["nothing", row, []],
    ["a positive case", { ...row, positive: 0 }, ["positive"]],
    ["a negative case", { ...row, negative: 0 }, ["negative"]],
    ["a mutant", { ...row, mutants: 0 }, ["mutant"]],
    ["a reason only", { ...row, cases: 0, positive: 0, negative: 0, mutants: 0, excluded: "It cannot be seen." }, []],
    ["what a SHOULD need not have", { ...row, level: "SHOULD", mutants: 0 }, []],
  ] as const)("finds that a sentence lacks %s", (_, one, lacking) => {
    const gaps = findGaps([one]);
    expect(needs.filter((need) => gaps[need].includes(row.id))).toEqual(lacking);
  });

  const excused: OneSided = parse(readFileSync("conformance/one-sided.yaml", "utf8"));

  test.each(needs)("has no MUST without a %s, beyond those that are listed", (need) => {
    const listed: ReturnType<typeof findGaps> = parse(readFileSync("conformance/gaps.yaml", "utf8"));
    const excuses = excused[need].flatMap((one) => one.of);
    // A sentence that is covered now leaves its list; one that is new comes with its cases and its mutant.
    expect(findGaps(rows)[need].filter((id) => !excuses.includes(id))).toEqual(listed[need]);
    expect(excuses.filter((id) => !findGaps(rows)[need].includes(id))).toEqual([]);
  });

  test("has a case of each role that a MUST is for", () => {
    // The id of a case begins with its role.
    const roleOf = (id: string): string => id.split("/", 1).join();
    const shown = new Set(
      listCases(undefined).flatMap((one) => one.requirements.map((id) => `${id} ${roleOf(one.id)}`)),
    );
    const musts = rows.filter(({ level, excluded }) => level.startsWith("MUST") && excluded === "");
    const wanted = musts.flatMap((one) => one.roles.map((role) => `${one.id} ${role}`));
    expect(wanted.filter((one) => !shown.has(one))).toEqual([]);
  }, 30_000);

  test("leaves out no mutant but those that no link shows", () => {
    expect(unseenCount).toBe(Object.keys(unseenMutants).length);
  });

  test("says why a MUST need not have a part", () => {
    for (const { because } of needs.flatMap((need) => excused[need])) expect(because.length).toBeGreaterThan(40);
  });
});

test("the suite names each mutant of our own code, and no other: else run `npm run conformance:table`", () => {
  const table: Readonly<Record<string, Readonly<Record<string, string>>>> = parse(
    readFileSync("conformance/mutants.yaml", "utf8"),
  );
  const named = Object.entries(table).flatMap(([file, names]) =>
    Object.entries(names).map(([name, violates]) => `${file} ${name} ${violates}`),
  );
  expect(named.sort()).toEqual(suiteMutants.map(({ file, name, violates }) => `${file} ${name} ${violates}`).sort());
});

describe("the table of what was shown", () => {
  const table = readFileSync("conformance/TRACEABILITY.md", "utf8");

  test("is of the cases that there are: else run `npm run conformance:table`", () => {
    expect(/made of the cases (\w+)/.exec(table)?.[1]).toBe(hashOfCases());
  });

  test("has each sentence, with its mutants and why it is left out", () => {
    const lines = table.split("\n").filter((line) => line.startsWith("| COS-"));
    const cells = lines.map((line) => line.split("|").map((cell) => cell.trim()));
    expect(cells.map((line) => [line[1], line[3]])).toEqual(rows.map(({ id, profile }) => [id, profile]));
    expect(cells.map((line) => [line.at(-3), line.at(-2)])).toEqual(
      rows.map(({ mutants, excluded }) => [mutants === 0 ? "" : String(mutants), excluded]),
    );
  });
});

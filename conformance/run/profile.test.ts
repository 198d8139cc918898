import { describe, expect, test } from "vitest";
import { allCases } from "../commands/cases.js";
import { readRequirements, type Requirement } from "../ground/requirements.js";
import { casesOfProfile, exclusionsOf } from "./profile.js";

const requirements = readRequirements();

function requirement(id: string, parts: Partial<Requirement> = {}): Requirement {
  const base = { level: "MUST", sentence: "It MUST be.", line: 1, roles: ["synapse"], profile: "core" } as const;
  return { ...base, excluded: undefined, ...parts, id };
}

describe("a profile", () => {
  const table = [requirement("COS-A-001"), requirement("COS-A-002", { profile: "full" })];
  const cases = [
    { id: "core", requirements: ["COS-A-001"] },
    { id: "encoding", requirements: [] },
    { id: "both", requirements: ["COS-A-001", "COS-A-002"] },
    { id: "full", requirements: ["COS-A-002"] },
    { id: "refused", requirements: ["COS-A-001"], twin: "core" },
    { id: "refused-beside-full", requirements: ["COS-A-001"], twin: "full" },
  ];

  test("core plays what shows nothing but core, and is not judged by what is not", () => {
    expect(casesOfProfile(cases, "core", table).map(({ id }) => id)).toEqual(["core", "encoding", "refused"]);
  });

  test("full plays all", () => {
    expect(casesOfProfile(cases, "full", table)).toEqual(cases);
  });

  test("leaves out, with its reason, what no case of its role can show", () => {
    const excluded = "It is not seen.";
    const left = [
      requirement("COS-A-001", { excluded }),
      requirement("COS-A-002", { excluded, profile: "full" }),
      requirement("COS-A-003", { excluded, roles: ["codec"] }),
      requirement("COS-A-004"),
    ];
    const ids = (profile: "core" | "full") =>
      exclusionsOf({ role: "synapse", profile }, left).map((one) => [one.requirement, one.reason]);
    expect(ids("core")).toEqual([["COS-A-001", excluded]]);
    expect(ids("full")).toEqual([
      ["COS-A-001", excluded],
      ["COS-A-002", excluded],
    ]);
  });
});

describe("the profile core", () => {
  const all = allCases();
  const cases = casesOfProfile(all, "core", requirements);
  const core = requirements.filter(({ profile }) => profile === "core");

  test("has a case of its own for each MUST that can be shown", () => {
    const shown = new Set(cases.flatMap((one) => one.requirements));
    const musts = core.filter(({ level, excluded }) => level.startsWith("MUST") && excluded === undefined);
    expect(musts.length).toBeGreaterThan(200);
    expect(musts.filter(({ id }) => !shown.has(id)).map(({ id }) => id)).toEqual([]);
  });

  test("asks something of every role, refusals included, and less than full does", () => {
    for (const role of ["codec", "engram", "observer", "participant", "synapse"]) {
      const own = cases.filter((one) => one.role === role);
      expect(own.some(({ isNegative }) => isNegative)).toBe(true);
      expect(own.length).toBeLessThan(all.filter((one) => one.role === role).length);
    }
  });
});

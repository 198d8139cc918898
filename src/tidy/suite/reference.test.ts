// The reference Synapse, and a part of the ways in which it can be wrong.
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { referenceMutants } from "../../../conformance/index.js";
import { passedIn, play, redIn } from "./play-role.js";

const run = promisify(execFile);

describe("the reference, a Synapse that shares no code with our SDK", () => {
  const file = resolve("dist/conformance/reference/main.js");

  test("is conformant", async () => {
    const report = await play("synapse", { command: process.execPath, args: [file], env: {} });
    expect(redIn(report)).toEqual([]);
    expect(report.exit).toBe(0);
    expect(passedIn(report)).toBeGreaterThanOrEqual(518);
  }, 120_000);

  // Every tenth: `npm run conformance:mutants` tries all.
  const mutants = Object.entries(referenceMutants);

  test("has at least 60 mutants", () => {
    expect(mutants.length).toBeGreaterThanOrEqual(60);
  });

  test.each(mutants.filter((_, index) => index % 10 === 0))(
    "is red for its own sentence when %s (%s)",
    async (mutant, violates) => {
      const args = [file, "--mutant", mutant];
      const report = await play("synapse", { command: process.execPath, args, env: {} }, { requirement: violates });
      // What needs something that is not claimed is no red check.
      const red = report.results.filter(({ verdict }) => !["VERDICT_PASSED", "VERDICT_UNSUPPORTED"].includes(verdict));
      expect(red.flatMap(({ requirements }) => requirements)).toContain(violates);
    },
    60_000,
  );

  test("names its mutants to who asks for another", async () => {
    const words = run(process.execPath, [file, "--mutant", "nothing-like-it"]);
    await expect(words).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("several-outcomes") });
  });
});

// The suite against our own SDK, in all its roles.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, inject, test } from "vitest";
import { PostgresServer } from "../../testing/postgres/index.js";
import { harness, ownKnown, ownProgram, passedIn, play, redIn, type Report } from "./play-role.js";

describe("our own SDK", () => {
  test("plays the role of a codec", async () => {
    const report = await play("codec", ownProgram("codec"), { known: ownKnown("codec") });
    expect(redIn(report)).toEqual([]);
    expect(report.exit).toBe(0);
    expect(passedIn(report)).toBeGreaterThanOrEqual(4_500);
  }, 60_000);

  test("plays the role of a Synapse", async () => {
    const report = await play("synapse", ownProgram("synapse"));
    expect(redIn(report)).toEqual([]);
    expect(report.exit).toBe(0);
    expect(passedIn(report)).toBeGreaterThanOrEqual(460);
    expect(report.requirements.length).toBeGreaterThanOrEqual(200);
  }, 120_000);
});

test("our own Dendrite plays the role of a participant", async () => {
  const report = await play("participant", ownProgram("participant"));
  expect(redIn(report)).toEqual([]);
  expect(report.exit).toBe(0);
  expect(passedIn(report)).toBeGreaterThanOrEqual(65);
  expect(report.requirements.length).toBeGreaterThanOrEqual(64);
}, 60_000);

describe("our own observer", () => {
  test("plays its role", async () => {
    const report = await play("observer", ownProgram("observer"));
    expect(redIn(report)).toEqual([]);
    expect(report.exit).toBe(0);
    expect(passedIn(report)).toBeGreaterThanOrEqual(17);
    expect(report.requirements.length).toBeGreaterThanOrEqual(18);
  }, 60_000);

  test("has a harness of at most 120 lines", () => {
    const text = readFileSync(join(harness, "typescript-observer.ts"), "utf8");
    expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(120);
  });
});

describe("our own Engrams", () => {
  const own = ownProgram("engram");
  const program = (...args: readonly string[]): typeof own => ({ ...own, args: [...own.args, ...args] });

  function expectAll(report: Report): void {
    expect(redIn(report)).toEqual([]);
    expect(report.exit).toBe(0);
    expect(passedIn(report)).toBeGreaterThanOrEqual(590);
    expect(report.requirements.length).toBeGreaterThanOrEqual(77);
  }

  test("in memory plays the role of an Engram", async () => {
    expectAll(await play("engram", program("memory")));
  }, 60_000);

  test("on SQLite plays the role of an Engram", async () => {
    const folder = mkdtempSync(join(tmpdir(), "cosmonapse-engram-"));
    try {
      expectAll(await play("engram", program("sqlite", folder)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 300_000);

  test("on PostgreSQL plays the role of an Engram", async ({ skip }) => {
    if (inject("postgresMissing") !== "") skip(inject("postgresMissing"));
    await using server = await PostgresServer.start();
    expectAll(await play("engram", program("postgres", server.dsn)));
  }, 300_000);
});

test.each(["codec", "engram", "observer", "participant"] as const)(
  "the doctor finds our own harness sound: %s",
  async (role) => {
    const { command, args } = ownProgram(role);
    const words = [resolve("dist/conformance/main.js"), "doctor", "--", command, ...args];
    const { stdout } = await promisify(execFile)(process.execPath, words);
    expect(stdout).toMatch(/^(?: {2}✓ .*\n)+\nThe harness is sound\.\n$/);
  },
  60_000,
);

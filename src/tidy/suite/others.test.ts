// The suite against implementations in other languages, made by others' generators of the same schema.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { buildGo, buildJava, buildPython, buildRust, type Program } from "../../testing/foreign/index.js";
import { harness, passedIn, play, redIn, type Report } from "./play-role.js";

/** Plays a role with a program that was built for it, and removes that. */
async function playBuilt(role: string, build: Promise<Program>, known?: string): Promise<Report> {
  const program = await build;
  try {
    return await play(role, program, { known });
  } finally {
    program.remove();
  }
}

describe("a host of Neurons in Python", () => {
  const file = join(harness, "python", "participant.py");
  const missing = inject("pythonMissing");

  test("plays the role of a participant", async ({ skip }) => {
    if (missing !== "") skip(missing);
    const report = await playBuilt("participant", buildPython(file));
    expect(redIn(report)).toEqual([]);
    // It claims neither `dispatch` nor `memory`: it hosts, and asks nothing from outside of a Neuron.
    expect(passedIn(report)).toBeGreaterThanOrEqual(33);
  }, 300_000);

  test("has a harness of at most 300 lines", () => {
    expect(readFileSync(file, "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(300);
  });
});

describe("an Engram in Python", () => {
  const file = join(harness, "python", "engram.py");
  const missing = inject("pythonMissing");

  test("plays the role of an Engram", async ({ skip }) => {
    if (missing !== "") skip(missing);
    const report = await playBuilt("engram", buildPython(file));
    expect(redIn(report)).toEqual([]);
    expect(report.exit).toBe(0);
    // It claims neither `clock` nor `forget`: its clock is the machine's.
    expect(passedIn(report)).toBeGreaterThanOrEqual(499);
    expect(report.requirements.length).toBeGreaterThanOrEqual(69);
  }, 300_000);

  test("has a harness of at most 200 lines", () => {
    expect(readFileSync(file, "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(200);
  });
});

describe("a host of Neurons in Go", () => {
  const folder = join(harness, "go-participant");
  const missing = inject("goMissing");

  test("plays the role of a participant", async ({ skip }) => {
    if (missing !== "") skip(missing);
    const report = await playBuilt("participant", buildGo({ folder, name: "example.com/participant", isClient: true }));
    expect(redIn(report)).toEqual([]);
    expect(passedIn(report)).toBeGreaterThanOrEqual(33);
  }, 300_000);

  test("has a harness of at most 300 lines of code", () => {
    const lines = readFileSync(join(folder, "main.go"), "utf8").split("\n");
    expect(lines.filter((line) => !/^\s*(?:\/\/.*)?$/.test(line)).length).toBeLessThanOrEqual(300);
  });
});

const others = [
  {
    name: "Python",
    missing: inject("pythonMissing"),
    build: () => buildPython(join(harness, "python", "harness.py")),
    lines: "python/harness.py",
    known: undefined,
  },
  {
    name: "Go",
    missing: inject("goMissing"),
    build: () => buildGo({ folder: join(harness, "go"), name: "example.com/harness", isClient: false }),
    lines: "go/main.go",
    known: undefined,
  },
  {
    name: "Rust",
    missing: inject("rustMissing"),
    build: () => buildRust(join(harness, "rust")),
    lines: "rust/src/main.rs",
    known: "known-rust.yaml",
  },
  {
    name: "Java",
    missing: inject("javaMissing"),
    build: () => buildJava(join(harness, "java")),
    lines: "java/src/main/java/Harness.java",
    known: "known-java.yaml",
  },
] as const;

describe.each(others)("the codec of $name", ({ missing, build, lines, known }) => {
  test("plays its role", async ({ skip }) => {
    if (missing !== "") skip(missing);
    const report = await playBuilt("codec", build(), known);
    expect(redIn(report)).toEqual([]);
    expect(passedIn(report)).toBeGreaterThanOrEqual(4_400);
  }, 300_000);

  test("has a harness of at most 60 lines", () => {
    expect(readFileSync(join(harness, lines), "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(60);
  });
});

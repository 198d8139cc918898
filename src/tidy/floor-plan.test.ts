import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fileGraph, findCycles, findForbiddenArrows, folderGraph } from "./check-floor-plan.js";
import { rootEntries } from "./floor-plan.js";
import { parseSource, readSources } from "./source.js";

const sources = readSources("src", "conformance");

/** The objections to one file that has these imports. */
function judge(path: string, code: string): readonly string[] {
  return findForbiddenArrows([parseSource(path, code)]);
}

describe("the repository", () => {
  test("has files to check", () => {
    expect(sources.length).toBeGreaterThan(50);
  });

  test("has no arrow that the floor plan forbids", () => {
    expect(findForbiddenArrows(sources)).toEqual([]);
  });

  test("has no cycle of files", () => {
    expect(findCycles(fileGraph(sources))).toEqual([]);
  });

  test("has no cycle of folders", () => {
    expect(findCycles(folderGraph(fileGraph(sources)))).toEqual([]);
  });

  test("has only the fixed entries at its root", () => {
    const ignored = readFileSync(".gitignore", "utf8")
      .split("\n")
      .map((line) => line.replace(/\/$/, ""));
    expect(readdirSync(".").filter((entry) => !rootEntries.includes(entry) && !ignored.includes(entry))).toEqual([]);
  });
});

describe("the floor plan forbids", () => {
  test.each([
    ["an arrow up", "src/errors/a.ts", 'import { x } from "../signal/index.js"', "signal is not below errors"],
    [
      "an arrow along a floor",
      "src/neuron/a.ts",
      'import { x } from "../signal/index.js"',
      "signal is not below neuron",
    ],
    [
      "an arrow between drivers",
      "src/synapse/memory/a.ts",
      'import "../grpc/index.js"',
      "synapse/grpc is not below synapse/memory",
    ],
    [
      "an arrow that is banned",
      "src/axon/a.ts",
      'import { x } from "../synapse/index.js"',
      "axon may not import synapse",
    ],
    [
      "a type through a banned arrow",
      "src/axon/a.ts",
      'import type { X } from "../synapse/index.js"',
      "axon may not import synapse",
    ],
    [
      "an inline type through one",
      "src/axon/a.ts",
      'let x: import("../synapse/index.js").X',
      "axon may not import synapse",
    ],
    [
      "an export through one",
      "src/axon/a.ts",
      'export { x } from "../synapse/index.js"',
      "axon may not import synapse",
    ],
    [
      "a dynamic import through one",
      "src/axon/a.ts",
      'await import("../synapse/index.js")',
      "axon may not import synapse",
    ],
    [
      "a way in beside the door",
      "src/signal/a.ts",
      'import { x } from "../errors/cosmo-error.js"',
      "the door of errors is its index.ts",
    ],
    [
      "that in a test too",
      "src/signal/a.test.ts",
      'import { x } from "../errors/cosmo-error.js"',
      "the door of errors is its index.ts",
    ],
    [
      "a driver beside the door of its contract",
      "src/synapse/memory/a.ts",
      'import "../synapse.js"',
      "the door of synapse is its index.ts",
    ],
    [
      "gen/ in a room without it",
      "src/neuron/a.ts",
      'import "../../gen/cosmonapse/v1/signal.js"',
      "neuron may not import gen/",
    ],
    ["node: below the roof", "src/engram/a.ts", 'import "node:crypto"', "engram may not import node:"],
    ["a package", "src/signal/a.ts", 'import "protobufjs"', "signal may not import that package"],
    ["an example that looks inside", "src/examples/a.ts", 'import "../signal/index.js"', "signal is no public entry"],
    ["a suite that looks inside", "conformance/a.ts", 'import "../src/synapse/index.js"', "synapse is no public entry"],
    [
      "a room without a name in the plan",
      "src/helpers/a.ts",
      'import "../errors/index.js"',
      "the floor plan has no room for it",
    ],
  ])("%s", (_, path, code, objection) => {
    const [finding] = judge(path, code);
    expect(finding).toContain(objection);
  });
});

describe("the floor plan allows", () => {
  test.each([
    ["an arrow down", "src/dendrite/a.ts", 'import { x } from "../errors/index.js"'],
    ["what lies in the room", "src/synapse/hub/a.ts", 'import { x } from "../synapse.js"'],
    ["a driver through the door of its contract", "src/synapse/memory/a.ts", 'import { x } from "../index.js"'],
    ["gen/ where it is the domain type", "src/axon/a.ts", 'import type { X } from "../../gen/cosmonapse/v1/signal.js"'],
    [
      "a test what is made for tests",
      "src/engram/a.test.ts",
      'import "../testing/index.js"; import "vitest"; import "node:fs"',
    ],
    ["an example the root entry", "src/examples/a.ts", 'import "../index.js"'],
  ])("%s", (_, path, code) => {
    expect(judge(path, code)).toEqual([]);
  });
});

describe("a cycle is found", () => {
  const graphOf = (files: Readonly<Record<string, string>>) =>
    fileGraph(Object.entries(files).map(([path, code]) => parseSource(path, code)));

  test("between files, also through types", () => {
    const graph = graphOf({ "src/a/x.ts": 'import "./y.js"', "src/a/y.ts": 'import type { X } from "./x.js"' });
    expect(findCycles(graph)).toEqual(["src/a/x.ts > src/a/y.ts > src/a/x.ts"]);
  });

  test("between folders, also where no file is in one", () => {
    const graph = graphOf({
      "src/a/x.ts": 'import "./in/y.js"',
      "src/a/in/y.ts": "",
      "src/a/in/z.ts": 'import "../w.js"',
      "src/a/w.ts": "",
    });
    expect(findCycles(graph)).toEqual([]);
    expect(findCycles(folderGraph(graph))).toEqual(["src/a > src/a/in > src/a"]);
  });

  test("but not in a door that exports from inside", () => {
    const graph = graphOf({
      "src/a/index.ts": 'export { x } from "./in/y.js"',
      "src/a/in/y.ts": 'import "../w.js"',
      "src/a/w.ts": "",
    });
    expect(findCycles(folderGraph(graph))).toEqual([]);
  });
});

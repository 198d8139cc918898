import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findForeignImports } from "./check-package.mjs";
import { compareFolders } from "./generate.mjs";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cosmonapse-verify-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("the baseline of the schema", () => {
  function findBreaks(change: (signal: string) => string): { readonly status: number | null; readonly stdout: string } {
    cpSync("proto", join(folder, "proto"), { recursive: true });
    cpSync("buf.yaml", join(folder, "buf.yaml"));
    const file = join(folder, "proto", "cosmonapse", "v1", "signal.proto");
    const before = readFileSync(file, "utf8");
    const after = change(before);
    writeFileSync(file, after);
    const args = ["breaking", "--exclude-imports", "--against", resolve("proto/baseline/v1.binpb")];
    return spawnSync(resolve("node_modules/.bin/buf"), args, { cwd: folder, encoding: "utf8" });
  }

  test("is kept by the schema", () => {
    expect(findBreaks((signal) => signal)).toMatchObject({ status: 0, stdout: "" });
  });

  test("is broken by a field that is taken away", () => {
    const { status, stdout } = findBreaks((signal) => signal.replace(/^ {2}string id = 1.*;$/m, ""));
    expect(status).not.toBe(0);
    expect(stdout).toContain('field "1"');
  });

  test("is broken by a field that gets another type", () => {
    const { status, stdout } = findBreaks((signal) => signal.replace(/^ {2}string id = 1/m, "  bytes id = 1"));
    expect(status).not.toBe(0);
    expect(stdout).toContain("changed type");
  });
});

test("generated code is stale if a file is missing, is another, or is one too many", () => {
  const [expected, found] = [join(folder, "expected"), join(folder, "found")];
  for (const [name, files] of [
    [expected, { a: "1", b: "1" }],
    [found, { b: "2", c: "1" }],
  ] as const) {
    mkdirSync(name);
    for (const [file, text] of Object.entries(files)) writeFileSync(join(name, file), text);
  }
  expect(compareFolders(expected, found)).toEqual(["missing: a", "stale: b", "not generated: c"]);
  expect(compareFolders(expected, expected)).toEqual([]);
});

describe("the root entry", () => {
  const find = (files: Readonly<Record<string, string>>): readonly string[] => {
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    return findForeignImports(join(folder, "index.js"), ["@bufbuild/protobuf"]);
  };

  test("may load a package that is listed", () => {
    expect(find({ "index.js": 'import "./a.js";', "a.js": 'import "@bufbuild/protobuf/wire";' })).toEqual([]);
  });

  test.each([
    ["node: through a file", { "index.js": 'export { x } from "./a.js";', "a.js": 'import "node:fs";' }],
    ["node: at run time", { "index.js": 'await import("node:fs");' }],
    ["a package that is not listed", { "index.js": 'import "ws";' }],
  ])("may not load %s", (_, files) => {
    expect(find(files)).toHaveLength(1);
  });
});

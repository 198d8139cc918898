import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fillTables, writeSpecTables } from "./spec-tables.mjs";

const tables = readFileSync("gen/cosmonapse/v1/tables.ts", "utf8");
const region = (name: string): string => `<!-- generated:${name} --> before <!-- /generated -->`;
const empty = ["types", "errors", "limits"].map(region).join("\n");

test("the tables of the specification are what the schema says", () => {
  expect(writeSpecTables(true)).toBe(true);
});

test("a table is written into its region, and writing it again changes nothing", () => {
  const once = fillTables(empty, tables);
  expect(once).not.toContain("--> before <!--");
  expect(once).toMatch(/\| 17 +\| TASK +\| REQUEST +\| yes +\| Neurons +\| AGENT_OUTPUT \| 60000 ms +\|/);
  expect(once).toMatch(/\| 6 +\| `UNROUTABLE` +\| NOT_FOUND +\| yes +\| NONE +\| 5 +\| Start a participant/);
  expect(once).toMatch(/\| `signal_bytes` +\| 4194304 +\| 67108864 +\|/);
  expect(once).toMatch(/\| `timeout_ms` +\| 3600000 +\| fixed +\|/);
  expect(fillTables(once, tables)).toBe(once);
});

test("a changed schema makes the page stale", () => {
  const page = fillTables(empty, tables);
  expect(fillTables(page, tables.replace('"standard": 4194304', '"standard": 4194305'))).not.toBe(page);
});

test("a page without a region is an error that names it", () => {
  expect(() => fillTables(region("types"), tables)).toThrow("generated:errors");
});

test("a number that the writer has no name for is an error", () => {
  expect(() => fillTables(empty, tables.replace('"grpcStatus": 3,', '"grpcStatus": 99,'))).toThrow("no name for 99");
});

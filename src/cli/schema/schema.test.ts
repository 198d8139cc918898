import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../foundation/index.js";
import { signalToJson } from "../../signal/index.js";
import { samples } from "../../signal/test-samples.js";
import { runCosmo } from "../../testing/console/index.js";

function compile(schema: string): ValidateFunction {
  const parsed: unknown = JSON.parse(schema);
  return new Ajv2020({ strict: true, strictRequired: false, allErrors: true }).compile(parsed as object);
}

describe("the JSON Schema of a Signal", () => {
  let validate: ValidateFunction;
  beforeAll(async () => {
    validate = compile((await runCosmo(["schema"])).stdout);
  });

  test.each(Object.entries(samples))("takes a valid %s", (_, signal) => {
    const isValid = validate(signalToJson(signal));
    expect([isValid, validate.errors]).toEqual([true, null]);
  });

  const task = signalToJson(samples.task);
  const wrong: readonly (readonly [string, (view: JsonObject) => JsonObject])[] = [
    ["no id", ({ id: _, ...view }) => view],
    ["no type", ({ type: _, ...view }) => view],
    ["no source", ({ source: _, ...view }) => view],
    ["no exchange", ({ exchange: _, ...view }) => view],
    ["no instant", ({ created_at: _, ...view }) => view],
    ["no body", ({ task: _, ...view }) => view],
    ["an id of another kind", (view) => ({ ...view, id: "trc_01JFDZ00000000000000000001" })],
    ["a name of the code", ({ created_at, ...view }) => ({ ...view, createdAt: created_at ?? null })],
    ["an unknown field", (view) => ({ ...view, colour: "red" })],
    ["two bodies", (view) => ({ ...view, discover: {} })],
    ["the type of another body", (view) => ({ ...view, type: "FINAL" })],
    ["an exchange that there is not", (view) => ({ ...view, exchange: "EXCHANGE_REQUEST" })],
    ["an instant without milliseconds", (view) => ({ ...view, created_at: "2026-01-02T03:04:05Z" })],
    ["a duration without unit", (view) => ({ ...view, timeout: "5" })],
    ["text for a number", (view) => ({ ...view, max_attempts: "3" })],
    ["a number below zero", (view) => ({ ...view, max_attempts: -1 })],
    ["an address that is a text", (view) => ({ ...view, directed: "researcher" })],
    ["a body that is a text", (view) => ({ ...view, task: "work" })],
  ];
  test.each(wrong)("refuses %s", (_, change) => {
    expect(validate(task)).toBe(true);
    expect(validate(change(task))).toBe(false);
  });

  test("refuses any valid Signal with a field that it does not have, in the header or in the body", () => {
    for (const [name, signal] of Object.entries(samples)) {
      const view = signalToJson(signal);
      const field = String(view["type"]).toLowerCase();
      const body = view[field];
      expect([name, validate({ ...view, nobody_knows: 1 })]).toEqual([name, false]);
      expect([name, typeof body]).toEqual([name, "object"]);
      expect([name, validate({ ...view, [field]: { ...(body as JsonObject), nobody_knows: 1 } })]).toEqual([
        name,
        false,
      ]);
    }
  });

  test("takes a Signal of a type that nobody knows yet", () => {
    const { task: _, ...header } = task;
    expect(validate({ ...header, type: "TYPE_77", unknown_fields: [77] })).toBe(true);
  });
});

describe("cosmo schema", () => {
  test("compiles for every message that it lists", async () => {
    const { stdout } = await runCosmo(["schema", "list", "-o", "json"]);
    const rows = JSON.parse(stdout) as { name: string; file: string }[];
    expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(["Signal", "Hello", "Query", "Limits"]));
    for (const { name } of rows) {
      const { exit, stdout: schema } = await runCosmo(["schema", name, "-o", "json"]);
      expect([name, exit, typeof compile(schema)]).toEqual([name, 0, "function"]);
    }
  });

  test("lists messages for people", async () => {
    const { stdout } = await runCosmo(["schema", "list"]);
    expect(stdout).toMatch(/^Signal +cosmonapse\/v1\/signal\.proto$/m);
  });

  test("writes the descriptor set, byte for byte", async () => {
    const folder = mkdtempSync(join(tmpdir(), "cosmonapse-schema-"));
    try {
      const file = join(folder, "set.binpb");
      const wrote = await runCosmo(["schema", "--format", "descriptors", "--out", file]);
      expect(wrote).toEqual({ exit: 0, stdout: "", stderr: `Wrote ${file}.\n` });
      const bytes = readFileSync("gen/descriptors.binpb");
      expect(readFileSync(file).equals(bytes)).toBe(true);
      const { stdout } = await runCosmo(["schema", "--format", "descriptors", "-o", "json"]);
      expect(JSON.parse(stdout)).toEqual({ descriptors: bytes.toString("base64") });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("prints .proto text: one file by its name or by a message, or all", async () => {
    const task = readFileSync("proto/cosmonapse/v1/task.proto", "utf8");
    for (const name of ["task", "task.proto", "TaskBody", "cosmonapse.v1.TaskBody"]) {
      expect((await runCosmo(["schema", name, "--format", "proto"])).stdout).toBe(task);
    }
    const all = await runCosmo(["schema", "--format", "proto", "-o", "json"]);
    const { files } = JSON.parse(all.stdout) as { files: Record<string, string> };
    expect(Object.keys(files)).toHaveLength(10);
    expect(files["cosmonapse/v1/task.proto"]).toBe(task);
    expect((await runCosmo(["schema", "--format", "proto"])).stdout).toContain(
      `// cosmonapse/v1/task.proto\n\n${task}`,
    );
  });

  test.each([
    [/^\[INVALID_ARGUMENT\] The schema has no message 'Task'; did you mean TaskBody\?/, ["Task"]],
    [/no message 'Zebra'\. `cosmo schema list` shows them all\./, ["Zebra", "--format", "proto"]],
    [/'Signal': descriptors are one set of all files/, ["Signal", "--format", "descriptors"]],
    [/--out: EISDIR/, ["--out", tmpdir()]],
    [/Allowed choices are json-schema, descriptors, proto/, ["--format", "xml"]],
  ])("ends with 2 and one line: %s", async (line, argv: readonly string[]) => {
    const { exit, stdout, stderr } = await runCosmo(["schema", ...argv]);
    expect([exit, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(line);
    expect(stderr.match(/\n/g)).toHaveLength(1);
  });
});

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../foundation/index.js";
import { decodeSignal, signalToJson } from "../../signal/index.js";
import { runCosmo } from "../../testing/console/index.js";

/** The samples of every type, from the bytes that the room of the Signal keeps for good. */
const golden = readFileSync("src/signal/golden-bytes.test.ts", "utf8");
const views = new Map(
  [...golden.matchAll(/^ {2}(\w+): \[\n((?: {4}"[0-9a-f]+",\n)+)/gm)].map(([, name = "", lines = ""]) => {
    const hex = lines.replaceAll(/[^0-9a-f]/g, "");
    return [name, signalToJson(decodeSignal(Buffer.from(hex, "hex")))] as const;
  }),
);

function without(view: JsonObject, field: string): JsonObject {
  return Object.fromEntries(Object.entries(view).filter(([name]) => name !== field));
}

function compile(schema: string): ValidateFunction {
  const parsed: unknown = JSON.parse(schema);
  return new Ajv2020({ strict: true, strictRequired: false, allErrors: true }).compile(parsed as object);
}

describe("the JSON Schema of a Signal", () => {
  let validate: ValidateFunction;
  beforeAll(async () => {
    validate = compile((await runCosmo(["schema"])).stdout);
  });

  test("is tested with a sample of each type", () => {
    expect(views.size).toBe(14);
  });

  test.each([...views])("takes a valid %s", (_, view) => {
    const isValid = validate(view);
    expect([isValid, validate.errors]).toEqual([true, null]);
  });

  const task = views.get("task") ?? {};
  const wrong: readonly (readonly [string, (view: JsonObject) => JsonObject])[] = [
    ["no id", (view) => without(view, "id")],
    ["no type", (view) => without(view, "type")],
    ["no source", (view) => without(view, "source")],
    ["no exchange", (view) => without(view, "exchange")],
    ["no instant", (view) => without(view, "created_at")],
    ["no body", (view) => without(view, "task")],
    ["an id of another kind", (view) => ({ ...view, id: "trc_01JFDZ00000000000000000001" })],
    ["a name of the code", (view) => ({ ...without(view, "created_at"), createdAt: view["created_at"] ?? null })],
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
    for (const [name, view] of views) {
      const type = view["type"];
      const field = typeof type === "string" ? type.toLowerCase() : "";
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
    expect(validate({ ...without(task, "task"), type: "TYPE_77", unknown_fields: [77] })).toBe(true);
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

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const folder = "proto/cosmonapse/v1";

// Names that a common language or its runtime has already, so that a generated class of that name would hide it.
const builtIns = new Set(
  `Any Array Blob Boolean Buffer Bytes Channel Class Context Date Dict Document Enum Error Event Exception File Float
  Function Future Int Integer Iterator List Long Map Message None Number Object Option Optional Package Process Promise
  Proxy Range Record Reflect RegExp Request Response Result Self Set Some String Struct Symbol System Task Thread Tuple
  Type URL Vec Void Weak Worker`.split(/\s+/),
);

const pythonKeywords = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from global if
  import in is lambda nonlocal not or pass raise return try while with yield`.split(/\s+/),
);

interface Names {
  readonly messages: string[];
  readonly fields: string[];
  readonly signalTypes: Map<string, number>;
  readonly bodies: Map<string, number>;
}

function readNames(proto: string): Names {
  const text = proto.replace(/\/\/.*$/gm, "").replace(/"(?:[^"\\]|\\.)*"/g, '""');
  const all = (form: RegExp): string[][] => [...text.matchAll(form)].map((match) => match.slice(1));
  const numbers = (pairs: string[][]): Map<string, number> =>
    new Map(pairs.map(([name = "", number = ""]) => [name, Number(number)]));
  const oneof = /oneof body \{([^}]*)\}/.exec(text)?.[1] ?? "";
  return {
    messages: all(/^\s*(?:message|enum|service)\s+(\w+)/gm).map(([name = ""]) => name),
    fields: all(/^\s*(?:(?:optional|repeated)\s+)?(?:map<[^>]*>|[\w.]+)\s+(\w+)\s*=\s*\d+\s*[;[]/gm).map(
      ([name = ""]) => name,
    ),
    signalTypes: numbers(all(/^\s*SIGNAL_TYPE_(\w+)\s*=\s*(\d+)/gm)),
    bodies: numbers([...oneof.matchAll(/(\w+)\s*=\s*(\d+);/g)].map(([, name = "", number = ""]) => [name, number])),
  };
}

function findCollisions({ messages, fields }: Names): string[] {
  return [...messages.filter((name) => builtIns.has(name)), ...fields.filter((name) => pythonKeywords.has(name))];
}

function findMisnumbered({ signalTypes, bodies }: Names): string[] {
  const names = new Set([...bodies.keys(), ...[...signalTypes.keys()].map((name) => name.toLowerCase())]);
  names.delete("unspecified");
  return [...names].filter((name) => bodies.get(name) !== signalTypes.get(name.toUpperCase()));
}

const files = readdirSync(folder).filter((file) => file.endsWith(".proto"));
const schema = readNames(files.map((file) => readFileSync(join(folder, file), "utf8")).join("\n"));

test("the names of the whole schema are read", () => {
  expect(schema.messages).toEqual(
    expect.arrayContaining(["Signal", "Filter", "Limits", "SynapseService", "RecallMode"]),
  );
  expect(schema.fields).toEqual(expect.arrayContaining(["trace_id", "meta", "merge_key", "signal_bytes", "refused"]));
  expect(schema.fields.length).toBeGreaterThan(200);
  expect(schema.bodies.size).toBe(14);
});

test("no message has the name of a common language's own, no field but one that of a Python keyword", () => {
  expect(findCollisions(schema)).toEqual([]);
});

test("the number of a type is the field number of its body (COS-TYPE-001)", () => {
  expect(findMisnumbered(schema)).toEqual([]);
});

test("a message named Error and a field named from are found", () => {
  const bad = readNames("message Error {\n  string from = 1;\n  map<string, string> in = 2 [deprecated = true];\n}");
  expect(findCollisions(bad)).toEqual(["Error", "from", "in"]);
});

test("a type with another number than its body, and one without a body, are found", () => {
  const bad = readNames(
    "enum SignalType {\n  SIGNAL_TYPE_TASK = 18;\n  SIGNAL_TYPE_STOP = 19;\n}\noneof body {\n  TaskBody task = 17;\n}",
  );
  expect(findMisnumbered(bad)).toEqual(["task", "stop"]);
});

import type { Field, Schema } from "../wire/schema.js";
import { isObject, type Value } from "../wire/value.js";

/** A value with the word that a case calls it by. */
export type Named = readonly [name: string, value: Value];

const texts: readonly Named[] = [
  ["empty", ""],
  ["ascii", "plain"],
  ["emoji", "why? 🙂"],
  ["nul", "a\u0000b"],
  ["combining", "e\u0301"],
  ["length-of-two-bytes", "x".repeat(200)],
];

/** The values of a field that a codec has to carry, from zero to its edges. A message is empty or filled in part. */
export function valuesOf(schema: Schema, field: Field): readonly Named[] {
  switch (field.kind) {
    case "bool":
      return [
        ["false", false],
        ["true", true],
      ];
    case "int32":
      return [
        ["zero", 0],
        ["one", 1],
        ["max", 2 ** 31 - 1],
        ["minus-one", -1],
        ["min", -(2 ** 31)],
      ];
    case "uint32":
      return [
        ["zero", 0],
        ["one", 1],
        ["length-of-two-bytes", 300],
        ["max", 2 ** 32 - 1],
      ];
    case "int64":
      return [
        ["zero", 0n],
        ["one", 1n],
        ["beyond-a-double", 2n ** 53n + 1n],
        ["max", 2n ** 63n - 1n],
        ["minus-one", -1n],
        ["min", -(2n ** 63n)],
      ];
    case "uint64":
      return [
        ["zero", 0n],
        ["one", 1n],
        ["beyond-a-double", 2n ** 53n + 1n],
        ["max", 2n ** 64n - 1n],
      ];
    case "double":
      return [
        ["zero", 0],
        ["half", 0.5],
        ["minus-zero", -0],
        ["max", Number.MAX_VALUE],
        ["tiny", 5e-324],
        ["infinity", Infinity],
      ];
    case "string":
      return texts;
    case "bytes":
      return [
        ["empty", new Uint8Array()],
        ["each-byte", Uint8Array.from({ length: 256 }, (_, index) => index)],
      ];
    case "enum":
      return [...schema.enumNames(field.type).byName.keys()].map((name) => [
        name.toLowerCase().replaceAll("_", "-"),
        name,
      ]);
    case "message":
      return [
        ["empty", {}],
        ["filled", filled(schema, field.type, 2)],
      ];
  }
}

/** A message with a value in every field, down to a depth; of each oneof its first. */
export function filled(schema: Schema, message: string, depth: number): Value {
  if (message === "google.protobuf.Timestamp") return "2026-01-02T03:04:05.678Z";
  if (message === "google.protobuf.Duration") return "1.500s";
  const taken = new Set<string>();
  const pairs: (readonly [string, Value])[] = [];
  for (const field of schema.fields(message)) {
    if (field.oneof !== "" && taken.has(field.oneof)) continue;
    const value = field.kind === "message" && depth === 0 ? undefined : typicalOf(schema, field, depth);
    if (value === undefined) continue;
    taken.add(field.oneof);
    pairs.push([field.name, value]);
  }
  return Object.fromEntries(pairs);
}

/** A value of a field that says something, of a list two; a message is filled down to a depth. */
export function typicalOf(schema: Schema, field: Field, depth: number): Value | undefined {
  const value = oneOf(schema, field, depth);
  return field.shape === "repeated" && value !== undefined ? [value, value] : value;
}

function oneOf(schema: Schema, field: Field, depth: number): Value | undefined {
  if (field.shape === "map") return { model: "large", "": "empty key" };
  if (field.kind === "message") return filled(schema, field.type, depth - 1);
  return valuesOf(schema, field)[1]?.[1];
}

/** Two messages that say different things, so that both together say more than either; undefined if it has no two fields. */
export function halves(schema: Schema, message: string): readonly [Value, Value] | undefined {
  if (message === "google.protobuf.Timestamp" || message === "google.protobuf.Duration") {
    return [{ seconds: 7n }, { nanos: 8_000_000 }];
  }
  const whole = filled(schema, message, 1);
  const pairs = isObject(whole) ? Object.entries(whole) : [];
  if (pairs.length < 2) return undefined;
  const half = (rest: number): Value => Object.fromEntries(pairs.filter((_, index) => index % 2 === rest));
  return [half(0), half(1)];
}

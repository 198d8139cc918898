import fc from "fast-check";
import protobuf from "protobufjs";
import { beforeAll, describe, expect, test } from "vitest";
import { SCHEMA_TABLE } from "../../gen/cosmonapse/v1/tables.js";
import { decodeSignal, encodeSignal } from "./codec.js";
import { samples } from "./test-samples.js";

// protobufjs reads the .proto files and shares no code with the generated messages.
const root = new protobuf.Root();
root.resolvePath = (_origin, target) =>
  target.startsWith("google/") ? `node_modules/protobufjs/${target}` : `proto/${target}`;
let second: protobuf.Type;

beforeAll(async () => {
  await root.load("cosmonapse/v1/signal.proto", { keepCase: false });
  second = root.lookupType("cosmonapse.v1.Signal");
});

type Plain = { readonly [key: string]: unknown };

interface FieldRow {
  readonly kind: string;
  readonly number: number;
  readonly of?: string;
  readonly repeated?: boolean;
  readonly optional?: boolean;
}

const messages: Readonly<Record<string, Readonly<Record<string, FieldRow>>>> = SCHEMA_TABLE.messages;
const enums: Readonly<Record<string, Readonly<Record<string, string>>>> = SCHEMA_TABLE.enums;
const isBody = ({ number }: FieldRow): boolean => number >= 16;

const words = fc.string({ unit: "grapheme", maxLength: 12 });

/** A value of a field, in the form that protobufjs takes: 64 bits as decimal text. */
function valueOf({ kind, of = "" }: FieldRow, depth: number): fc.Arbitrary<unknown> {
  switch (kind) {
    case "string":
      return words;
    case "bytes":
      return fc.uint8Array({ maxLength: 20 });
    case "bool":
      return fc.boolean();
    case "uint32":
      return fc.nat(2 ** 32 - 1);
    case "int32":
      return fc.integer();
    case "uint64":
      return fc.bigInt(0n, 2n ** 64n - 1n).map(String);
    case "int64":
      return fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String);
    case "double":
      // No score is -0, which ours writes as 0.
      return fc.double({ noNaN: true }).map((value) => value + 0);
    case "enum":
      return fc.constantFrom(...Object.keys(enums[of] ?? {}).map(Number), 77);
    case "map":
      return fc.dictionary(words, words, { maxKeys: 3 });
    case "message":
      return messageOf(of, depth + 1);
    default:
      throw new TypeError(`No values for a field of the kind ${kind}`);
  }
}

function fieldOf(row: FieldRow, depth: number): fc.Arbitrary<unknown> {
  const value = valueOf(row, depth);
  return row.repeated === true ? fc.array(value, { maxLength: 3 }) : value;
}

/** A message with any of its fields; of a union, one. */
function messageOf(name: string, depth: number): fc.Arbitrary<Plain> {
  const rows = Object.entries(messages[name] ?? {}).filter(([, { kind }]) => depth < 7 || kind !== "message");
  const isUnion = (row: FieldRow): boolean => name === "Filter" || (name === "Signal" && isBody(row));
  const plain = rows.filter(([, row]) => !isUnion(row)).map(([key, row]) => [key, fieldOf(row, depth)] as const);
  const union = rows.filter(([, row]) => isUnion(row));
  const fields = fc.record<Record<string, unknown>, never>(Object.fromEntries(plain), { requiredKeys: [] });
  if (union.length === 0) return fields;
  const member = fc
    .constantFrom(...union)
    .chain(([key, row]) => fieldOf(row, depth).map((value) => ({ [key]: value })));
  return fc.tuple(fields, member).map(([some, one]) => ({ ...some, ...one }));
}

/** What one of our messages holds, in the form that protobufjs shows: a union as its member, without what is absent. */
function toPlain(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value !== "object" || value === null) return value;
  const parts = Object.entries(value).filter(([key, part]) => part !== undefined && key !== "_unknownFields");
  return Object.fromEntries(
    parts.map(([key, part]) => (isUnionValue(part) ? [part.$case, toPlain(part.value)] : [key, toPlain(part)])),
  );
}

function isUnionValue(part: unknown): part is { readonly $case: string; readonly value: unknown } {
  return typeof part === "object" && part !== null && "$case" in part;
}

const shown = { longs: String, enums: Number, bytes: Array, defaults: true } as const;

/** What a message of protobufjs holds, without what is absent. */
function showSecond(message: protobuf.Message): unknown {
  return withoutNull(second.toObject(message, shown));
}

function withoutNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNull);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, part]) => part !== null);
  return Object.fromEntries(kept.map(([key, part]) => [key, withoutNull(part)]));
}

describe("a codec that shares no code with ours", () => {
  test("reads what ours writes, of every type", () => {
    for (const [name, signal] of Object.entries(samples)) {
      const bytes = encodeSignal(signal);
      expect(showSecond(second.decode(bytes)), name).toEqual(toPlain(signal));
      expect(Uint8Array.from(second.encode(second.decode(bytes)).finish()), name).toEqual(bytes);
    }
  });

  test("writes what ours reads, and ours writes again what it reads", () => {
    fc.assert(
      fc.property(messageOf("Signal", 0), (plain) => {
        const theirs = second.encode(second.fromObject(plain)).finish();
        const ours = decodeSignal(theirs);
        expect(toPlain(ours)).toEqual(showSecond(second.decode(theirs)));
        const again = second.decode(encodeSignal(ours));
        expect(showSecond(again)).toEqual(toPlain(ours));
      }),
      { numRuns: 1500 },
    );
  });
});

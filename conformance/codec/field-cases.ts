import { wireTypes } from "../wire/reader.js";
import type { Field, Schema } from "../wire/schema.js";
import { delimited, encodeField, encodePacked, isPackable, join, tag, varint } from "../wire/writer.js";
import { halves, valuesOf } from "./values.js";
import { shown, type WireCase } from "./wire-case.js";

/** What a field's cases are made from. */
interface Place {
  readonly schema: Schema;
  readonly message: string;
  readonly field: Field;
  /** The beginning of the ids. */
  readonly prefix: string;
  /** True in the one message whose header has stricter rules, which the role of the Synapse shows. */
  readonly isSignal: boolean;
}

type Draft = Pick<WireCase, "bytes" | "expect"> & Partial<WireCase> & { readonly name: string };

/** What a codec must do with one field: its values, its odd forms that are valid, and those that are not. */
export function fieldCases(schema: Schema, message: string, field: Field): readonly WireCase[] {
  const prefix = `codec/${message.split(".").slice(-1).join("")}/${field.name}`;
  const place = { schema, message, field, prefix, isSignal: message === "cosmonapse.v1.Signal" };
  const drafts =
    field.shape === "map" ? mapCases(place) : [...valueCases(place), ...formCases(place), ...brokenCases(place)];
  return drafts.map(({ name, ...draft }) => ({
    message,
    requirements: [],
    needs: [],
    ...draft,
    id: `${prefix}/${name}`,
  }));
}

function valueCases({ schema, field }: Place): readonly Draft[] {
  const values = valuesOf(schema, field).map(([name, value]): Draft => ({
    name,
    expect: "same",
    bytes: encodeField(schema, field, value),
  }));
  if (field.kind !== "enum") return values;
  const unknown = [
    ["unknown-value", 99],
    ["negative-value", -1],
  ] as const;
  const requirements = [shown.unknownIsNoFailure];
  return [
    ...values,
    ...unknown.map(([name, value]): Draft => ({
      name,
      expect: "same",
      requirements,
      bytes: encodeField(schema, field, value),
    })),
  ];
}

/** Forms that an encoder need not choose and a decoder must read. */
function formCases({ schema, field, isSignal }: Place): readonly Draft[] {
  const { number, kind } = field;
  const values = valuesOf(schema, field).map(([, value]) => value);
  const [first, second] = [values[1] ?? "", values[values.length - 1] ?? ""];
  const drafts: Draft[] = [];
  if (!isSignal) {
    const pair = kind === "message" && field.shape === "one" ? halves(schema, field.type) : [first, second];
    const twice = (pair ?? []).map((value) => encodeField(schema, field, value));
    const name = field.shape === "repeated" ? "two" : kind === "message" ? "merged" : "last-wins";
    if (twice.length > 0) drafts.push({ name, expect: "same", bytes: join(...twice) });
    const wrong =
      kind === "double"
        ? join(tag(number, wireTypes.varint), varint(1n))
        : join(tag(number, wireTypes.fixed64), new Uint8Array(8));
    drafts.push({
      name: "other-wire-type-is-unknown",
      expect: "same",
      bytes: wrong,
      requirements: [shown.unknownIsKept],
    });
  }
  if (isPackable(field)) {
    drafts.push({ name: "padded-varint", expect: "same", bytes: join(tag(number, wireTypes.varint), varint(1n, 5)) });
    drafts.push({
      name: "varint-of-ten-bytes",
      expect: "same",
      bytes: join(tag(number, wireTypes.varint), varint(1n, 10)),
    });
  }
  if (kind === "bool")
    drafts.push({
      name: "any-but-zero-is-true",
      expect: "same",
      bytes: join(tag(number, wireTypes.varint), varint(2n)),
    });
  if (kind === "uint32" || kind === "int32") {
    drafts.push({
      name: "high-bits-are-dropped",
      expect: "same",
      bytes: join(tag(number, wireTypes.varint), varint(2n ** 40n + 5n)),
    });
  }
  if (field.shape === "repeated" && isPackable(field)) {
    const packed = encodePacked(schema, field, values);
    const mixed = join(packed, encodeField(schema, field, first), packed);
    drafts.push(
      { name: "packed", expect: "same", bytes: packed },
      { name: "packed-and-not", expect: "same", bytes: mixed },
    );
    drafts.push({ name: "packed-empty", expect: "same", bytes: delimited(number, new Uint8Array()) });
  }
  if (kind === "message") {
    const stranger = delimited(1_999, Uint8Array.of(1, 2, 3));
    const inside = delimited(number, stranger);
    drafts.push({
      name: "unknown-inside",
      expect: "same",
      bytes: inside,
      requirements: [shown.unknownIsNoFailure, shown.unknownIsKept],
    });
  }
  return drafts;
}

/** What is no message; each differs in one thing from a valid one. */
function brokenCases({ schema, field, prefix, isSignal }: Place): readonly Draft[] {
  const { number, kind } = field;
  const [, typical] = valuesOf(schema, field).at(1) ?? ["", ""];
  const valid = encodeField(schema, field, typical);
  const twin = `${prefix}/${valuesOf(schema, field).at(1)?.[0] ?? ""}`;
  const requirements = isSignal ? [shown.notProtobuf] : [];
  const refused = (name: string, bytes: Uint8Array, needs: readonly string[] = []): Draft => ({
    name,
    bytes,
    expect: "refused",
    requirements,
    needs,
    twin,
  });
  const drafts = [refused("tag-alone", tag(number, valid.length > 0 ? (valid[0] ?? 0) & 7 : 0))];
  if (isPackable(field)) {
    const header = tag(number, wireTypes.varint);
    drafts.push(refused("varint-cut-off", join(header, Uint8Array.of(0x80))));
    drafts.push(refused("varint-of-eleven-bytes", join(header, varint(1n, 11))));
    if (field.shape === "repeated") drafts.push(refused("packed-cut-off", delimited(number, Uint8Array.of(1, 0x80))));
    return drafts;
  }
  if (kind === "double") return [...drafts, refused("cut-off", valid.subarray(0, -1))];
  const header = tag(number, wireTypes.bytes);
  drafts.push(refused("length-cut-off", join(header, Uint8Array.of(0x80))));
  drafts.push(refused("shorter-than-its-length", join(header, Uint8Array.of(5, 0x0a))));
  drafts.push(refused("length-beyond-all", join(header, varint(2n ** 32n - 1n))));
  if (kind === "message") drafts.push(refused("broken-inside", delimited(number, Uint8Array.of(0x0a, 0x05, 0x01))));
  if (kind === "string") {
    const needs = ["utf8"];
    drafts.push(refused("lone-continuation", delimited(number, Uint8Array.of(0x80)), needs));
    drafts.push(refused("half-a-surrogate-pair", delimited(number, Uint8Array.of(0xed, 0xa0, 0x80)), needs));
    drafts.push(refused("overlong-utf8", delimited(number, Uint8Array.of(0xc0, 0xaf)), needs));
  }
  return drafts;
}

function mapCases({ field: { number } }: Place): readonly Draft[] {
  const text = new TextEncoder();
  const pair = (key: string, value: string): Uint8Array =>
    delimited(number, join(delimited(1, text.encode(key)), delimited(2, text.encode(value))));
  const swapped = delimited(number, join(delimited(2, text.encode("v")), delimited(1, text.encode("k"))));
  return [
    { name: "one", expect: "same", bytes: pair("k", "v") },
    { name: "empty-pair", expect: "same", bytes: delimited(number, new Uint8Array()) },
    { name: "key-alone", expect: "same", bytes: delimited(number, delimited(1, text.encode("k"))) },
    { name: "value-before-key", expect: "same", bytes: swapped },
    { name: "last-of-a-key-wins", expect: "same", bytes: join(pair("k", "1"), pair("k", "2")) },
    { name: "name-of-a-prototype", expect: "same", bytes: pair("__proto__", "v") },
    { name: "name-of-a-method", expect: "same", bytes: pair("constructor", "v") },
    {
      name: "cut-off",
      expect: "refused",
      bytes: pair("k", "v").subarray(0, -1),
      twin: "codec/Signal/meta/one",
      requirements: [shown.notProtobuf],
    },
  ];
}

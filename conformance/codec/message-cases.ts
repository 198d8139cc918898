import { wireTypes } from "../wire/reader.js";
import type { Schema } from "../wire/schema.js";
import { delimited, encodeField, encodeMessage, join, tag, varint } from "../wire/writer.js";
import { isList, isObject, type Value } from "../wire/value.js";
import { fieldCases } from "./field-cases.js";
import { filled } from "./values.js";
import { shown, type WireCase } from "./wire-case.js";

/** The package whose messages are tested. */
export const PACKAGE = "cosmonapse.v1";

/** All cases that follow from the descriptors alone: of every message and of each of its fields. */
export function generateCases(schema: Schema): readonly WireCase[] {
  return schema
    .messages(PACKAGE)
    .filter((message) => !message.endsWith("Traits"))
    .flatMap((message) => [
      ...messageCases(schema, message),
      ...schema.fields(message).flatMap((field) => fieldCases(schema, message, field)),
    ]);
}

function messageCases(schema: Schema, message: string): readonly WireCase[] {
  const prefix = `codec/${message.split(".").slice(-1).join("")}`;
  const whole = encodeMessage(schema, message, filled(schema, message, 2));
  const make = (name: string, bytes: Uint8Array, parts: Partial<WireCase> = {}): WireCase => ({
    id: `${prefix}/${name}`,
    message,
    bytes,
    expect: "same",
    requirements: [],
    needs: [],
    ...parts,
  });
  const isSignal = message === `${PACKAGE}.Signal`;
  const requirements = isSignal ? [shown.notProtobuf] : [];
  const refused = { expect: "refused", twin: `${prefix}/filled`, requirements } as const;
  return [
    make("empty", new Uint8Array()),
    make("filled", whole),
    make("filled-backwards", backwards(schema, message)),
    ...unknownFields(isSignal).map(([name, stranger]) =>
      make(`unknown-${name}`, join(whole, stranger), { requirements: [shown.unknownIsNoFailure, shown.unknownIsKept] }),
    ),
    make("unknown-before-all", join(delimited(1_999, Uint8Array.of(7)), whole), {
      requirements: [shown.unknownIsKept],
    }),
    make("field-number-zero", join(whole, Uint8Array.of(0x02, 0x00)), refused),
    make("field-number-zero-varint", join(whole, Uint8Array.of(0x00, 0x01)), refused),
    make("wire-type-six", join(whole, tag(1_999, 6), Uint8Array.of(0)), refused),
    make("wire-type-seven", join(whole, tag(1_999, 7), Uint8Array.of(0)), refused),
    make("end-of-no-group", join(whole, tag(1_999, 4)), refused),
    make("group-without-end", join(whole, tag(1_999, 3)), refused),
    make("tag-of-eleven-bytes", join(whole, varint(15n << 3n, 11), Uint8Array.of(0)), refused),
    make("unknown-cut-off", join(whole, delimited(1_999, new Uint8Array(4)).subarray(0, -1)), refused),
    make("half-a-fixed32", join(whole, tag(1_999, wireTypes.fixed32), Uint8Array.of(1, 2)), refused),
    make("half-a-fixed64", join(whole, tag(1_999, wireTypes.fixed64), Uint8Array.of(1, 2, 3, 4)), refused),
  ];
}

/** A field of each wire type that no version has yet; of a Signal also a body of the future. */
function unknownFields(isSignal: boolean): readonly (readonly [string, Uint8Array])[] {
  const fields: (readonly [string, Uint8Array])[] = [
    ["varint", join(tag(1_999, wireTypes.varint), varint(2n ** 63n))],
    ["padded-varint", join(tag(1_999, wireTypes.varint), varint(1n, 4))],
    ["fixed64", join(tag(1_999, wireTypes.fixed64), new Uint8Array(8).fill(0xff))],
    ["fixed32", join(tag(1_999, wireTypes.fixed32), new Uint8Array(4).fill(0xff))],
    [
      "bytes",
      delimited(
        1_999,
        Uint8Array.from({ length: 200 }, (_, index) => index),
      ),
    ],
    ["empty-bytes", delimited(1_999, new Uint8Array())],
    ["highest-number", delimited(2 ** 29 - 1, Uint8Array.of(1))],
    [
      "twice-and-apart",
      join(delimited(1_999, Uint8Array.of(1)), delimited(2_001, Uint8Array.of(2)), delimited(1_999, Uint8Array.of(3))),
    ],
  ];
  return isSignal
    ? [...fields, ["body", delimited(900, Uint8Array.of(8, 1))], ["header-15", delimited(15, Uint8Array.of(1))]]
    : fields;
}

function backwards(schema: Schema, message: string): Uint8Array {
  const value = filled(schema, message, 2);
  const given: Readonly<Record<string, Value>> = isObject(value) ? value : {};
  const parts = schema.fields(message).flatMap((field) => {
    const one = given[field.name];
    if (one === undefined) return [];
    if (field.shape === "map") return [encodeMessage(schema, message, { [field.name]: one })];
    return [join(...(isList(one) ? one : [one]).map((each) => encodeField(schema, field, each)))];
  });
  return join(...parts.reverse());
}

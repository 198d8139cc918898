import { SuiteError } from "../ground/suite-error.js";
import { wireTypes } from "./reader.js";
import type { Field, Schema } from "./schema.js";
import { isList, isObject, type Value } from "./value.js";

/** The bytes of parts, one after the other. */
export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** A varint; of at least `length` bytes, with padding that says nothing. */
export function varint(value: bigint, length = 1): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    bytes.push(Number(rest & 0x7fn));
    rest >>= 7n;
  } while (rest > 0n || bytes.length < length);
  return Uint8Array.from(bytes, (byte, index) => (index === bytes.length - 1 ? byte : byte | 0x80));
}

/** The tag of a field. */
export function tag(number: number, wireType: number): Uint8Array {
  return varint((BigInt(number) << 3n) | BigInt(wireType));
}

/** A length-delimited field. */
export function delimited(number: number, content: Uint8Array): Uint8Array {
  return join(tag(number, wireTypes.bytes), varint(BigInt(content.length)), content);
}

/** One value of a field, its tag included. Throws SuiteError for a value that is none of its kind. */
export function encodeField(schema: Schema, field: Field, value: Value): Uint8Array {
  const { number, kind } = field;
  if (kind === "message") return delimited(number, encodeMessage(schema, field.type, value));
  if (kind === "bytes" && value instanceof Uint8Array) return delimited(number, value);
  if (kind === "string" && typeof value === "string") return delimited(number, new TextEncoder().encode(value));
  if (kind === "double" && typeof value === "number") {
    return join(tag(number, wireTypes.fixed64), new Uint8Array(Float64Array.of(value).buffer));
  }
  return join(tag(number, wireTypes.varint), varint(toInteger(schema, field, value)));
}

function toInteger(schema: Schema, { name, kind, type }: Field, value: Value): bigint {
  if (typeof value === "bigint" || typeof value === "boolean") return BigInt(value);
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  const known = kind === "enum" && typeof value === "string" ? schema.enumNames(type).byName.get(value) : undefined;
  if (known !== undefined) return BigInt(known);
  if ((kind === "int64" || kind === "uint64") && typeof value === "string") return BigInt(value);
  throw new SuiteError(`${name}: ${JSON.stringify(value)} is no ${kind}`);
}

/**
 * Encodes an object by the names of the schema, fields by ascending number; what stands under `?` is put at the end as it
 * is. Throws SuiteError for a name that the schema does not have.
 */
export function encodeMessage(schema: Schema, message: string, value: Value): Uint8Array {
  if (typeof value === "string") return encodeMessage(schema, message, readTime(message, value));
  if (!isObject(value)) throw new SuiteError(`${message}: ${JSON.stringify(value)} is no message`);
  const fields = schema.fields(message);
  const stranger = Object.keys(value).find((name) => name !== "?" && !fields.some((field) => field.name === name));
  if (stranger !== undefined) throw new SuiteError(`${message} has no field ${stranger}`);
  const parts = fields.flatMap((field) => {
    const given = value[field.name];
    if (given === undefined) return [];
    if (field.shape === "map" && isObject(given)) return Object.entries(given).map((pair) => encodePair(field, pair));
    const values = isList(given) ? given : [given];
    if (field.shape === "repeated" && isPackable(field)) return [encodePacked(schema, field, values)];
    return values.map((one) => encodeField(schema, field, one));
  });
  const rest = value["?"];
  return join(...parts, ...(isList(rest) ? rest.filter((one) => one instanceof Uint8Array) : []));
}

/** True if repeated values of the field may share one length. */
export function isPackable({ kind }: Field): boolean {
  return kind === "bool" || kind === "enum" || kind.startsWith("int") || kind.startsWith("uint");
}

/** The values of a repeated field behind one length. Throws SuiteError for a value that is none of its kind. */
export function encodePacked(schema: Schema, field: Field, values: readonly Value[]): Uint8Array {
  return delimited(field.number, join(...values.map((one) => varint(toInteger(schema, field, one)))));
}

function encodePair({ number }: Field, [key, value]: readonly [string, Value]): Uint8Array {
  const text = new TextEncoder();
  return delimited(
    number,
    join(delimited(1, text.encode(key)), delimited(2, text.encode(typeof value === "string" ? value : ""))),
  );
}

/** `0.05s` as a Duration, an instant of ISO 8601 as a Timestamp. */
function readTime(message: string, text: string): Value {
  const duration = /^(-?)(\d+)(?:\.(\d{1,9}))?s$/.exec(text);
  if (message === "google.protobuf.Duration" && duration !== null) {
    const [, minus, seconds = "0", fraction = ""] = duration;
    const sign = minus === "-" ? -1 : 1;
    return { seconds: BigInt(seconds) * BigInt(sign), nanos: Number(fraction.padEnd(9, "0")) * sign };
  }
  const ms = Date.parse(text);
  if (message !== "google.protobuf.Timestamp" || Number.isNaN(ms)) {
    throw new SuiteError(`${message}: ${JSON.stringify(text)} is no message`);
  }
  const seconds = Math.floor(ms / 1_000);
  return { seconds: BigInt(seconds), nanos: (ms - seconds * 1_000) * 1_000_000 };
}

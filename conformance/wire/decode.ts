import type { Field, Schema } from "./schema.js";
import { readFields, readPacked, WireError, wireTypes, type WireField } from "./reader.js";
import type { Value, ValueObject } from "./value.js";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads a message as the schema says, strictly. What parsers must agree on is decided here: the last of a scalar wins,
 * messages that stand twice are merged, the last member of a oneof wins, packed and unpacked are one, and what is absent
 * where zero means the same is left out. Throws WireError for bytes that are no such message.
 */
export function decodeMessage(schema: Schema, message: string, bytes: Uint8Array): ValueObject {
  const fields = new Map(schema.fields(message).map((field) => [field.number, field]));
  const found = new Map<Field, WireField[]>();
  const unknown: WireField[] = [];
  for (const one of readFields(bytes)) {
    const field = fields.get(one.number);
    if (field === undefined || !fits(field, one.wireType)) {
      unknown.push(one);
      continue;
    }
    if (field.oneof !== "") {
      for (const other of found.keys()) if (other !== field && other.oneof === field.oneof) found.delete(other);
    }
    found.set(field, [...(found.get(field) ?? []), one]);
  }
  const result: Record<string, Value> = {};
  for (const [field, parts] of found) {
    const value = readParts(schema, field, parts);
    if (value !== undefined) result[field.name] = value;
  }
  if (unknown.length === 0) return result;
  // Only the order among those of one number says anything.
  const sorted = unknown.sort((left, right) => left.number - right.number);
  return { ...result, "?": sorted.map(({ raw }) => raw) };
}

function fits({ kind, shape }: Field, wireType: number): boolean {
  if (shape === "map" || kind === "message" || kind === "string" || kind === "bytes") {
    return wireType === wireTypes.bytes;
  }
  const own = kind === "double" ? wireTypes.fixed64 : wireTypes.varint;
  return wireType === own || (shape === "repeated" && wireType === wireTypes.bytes);
}

function readParts(schema: Schema, field: Field, parts: readonly WireField[]): Value | undefined {
  if (field.shape === "map") return readMap(parts);
  if (field.shape === "repeated") {
    const list = parts.flatMap((part) => readRepeated(schema, field, part));
    return list.length === 0 ? undefined : list;
  }
  if (field.kind === "message") {
    const whole = Buffer.concat(parts.map(({ content }) => content));
    return decodeMessage(schema, field.type, new Uint8Array(whole));
  }
  // Each of them is read: what is wrong in one that loses is wrong all the same.
  const value = parts.map((part) => readScalar(schema, field, part)).at(-1);
  return !field.hasPresence && isZero(schema, field, value) ? undefined : value;
}

/** The only kind of map that the schema has: of strings to strings. */
function readMap(parts: readonly WireField[]): ValueObject {
  const map: Record<string, Value> = {};
  for (const { content } of parts) {
    const [key, value] = ["", ""].map((none, index) => {
      const last = readFields(content).findLast(
        ({ number, wireType }) => number === index + 1 && wireType === wireTypes.bytes,
      );
      return last === undefined ? none : readText(last.content);
    });
    map[key ?? ""] = value ?? "";
  }
  return map;
}

function readRepeated(schema: Schema, field: Field, part: WireField): readonly Value[] {
  const isPacked = part.wireType === wireTypes.bytes && !["bytes", "message", "string"].includes(field.kind);
  if (!isPacked) return [readScalar(schema, field, part)];
  return readPacked(part.content).map((value) => readScalar(schema, field, { ...part, value }));
}

function readScalar(schema: Schema, field: Field, { value, content }: WireField): Value {
  switch (field.kind) {
    case "bool":
      return value !== 0n;
    case "int32":
      return Number(BigInt.asIntN(32, value));
    case "uint32":
      return Number(BigInt.asUintN(32, value));
    case "int64":
      return BigInt.asIntN(64, value);
    case "uint64":
      return value;
    case "double":
      return new DataView(content.buffer, content.byteOffset, 8).getFloat64(0, true);
    case "enum": {
      const number = Number(BigInt.asIntN(32, value));
      return schema.enumNames(field.type).byNumber.get(number) ?? number;
    }
    case "string":
      return readText(content);
    case "bytes":
      return Uint8Array.from(content);
    case "message":
      return decodeMessage(schema, field.type, content);
  }
}

function readText(content: Uint8Array): string {
  try {
    return utf8.decode(content);
  } catch {
    throw new WireError("a string is no UTF-8");
  }
}

function isZero(schema: Schema, { kind, type }: Field, value: Value | undefined): boolean {
  if (kind === "enum") return value === schema.enumNames(type).byNumber.get(0);
  if (value instanceof Uint8Array) return value.length === 0;
  return value === false || value === "" || value === 0n || Object.is(value, 0);
}

/**
 * A message or a part of one: an object by the names of the schema, 64-bit integers as bigint, enum values by their short
 * names or, if unknown, as numbers. What the schema does not know stands under `?`, field by field, as bytes.
 */
export type Value = bigint | boolean | number | string | Uint8Array | readonly Value[] | ValueObject;

/** A message as an object. */
export interface ValueObject {
  readonly [name: string]: Value;
}

/** True for an object that is no list and no bytes. */
export function isObject(value: unknown): value is ValueObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** True for a list. */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** The hexadecimal form of bytes. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

/** The text of a value in one form: equal values and no others have equal texts. */
export function canonical(value: Value): string {
  if (value instanceof Uint8Array) return `h'${toHex(value)}'`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (isList(value)) return `[${value.map((one) => canonical(one)).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const pairs = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${pairs.map(([name, one]) => `${JSON.stringify(name)}: ${canonical(one)}`).join(", ")}}`;
}

import { decodeMessage } from "../wire/decode.js";
import type { Schema } from "../wire/schema.js";
import { isList, isObject, toHex, type Value, type ValueObject } from "../wire/value.js";

const shownBytes = 120;

/** What a frame says, for people: its fields by their names, and the Signals in it as what they are. */
export function describeFrame(schema: Schema, frame: ValueObject): string {
  return Object.values(frame)
    .map((part) => describe(schema, part))
    .join(" ");
}

function describe(schema: Schema, value: Value): string {
  if (value instanceof Uint8Array) return describeBytes(value);
  if (isList(value)) return `[${value.map((one) => describe(schema, one)).join(", ")}]`;
  if (!isObject(value)) return typeof value === "string" ? JSON.stringify(value) : String(value);
  const fields = Object.entries(value).map(([name, one]) => {
    if (name === "signals" && isList(one))
      return `signals: [${one.map((bytes) => describeSignal(schema, bytes)).join(", ")}]`;
    // Reports are shown around.
    return `${name}: ${name === "session_secret" ? "(a secret)" : describe(schema, one)}`;
  });
  return `{${fields.join(", ")}}`;
}

/** A Signal in the bytes of a frame; of one that is none, the bytes. */
function describeSignal(schema: Schema, bytes: Value): string {
  if (!(bytes instanceof Uint8Array)) return describe(schema, bytes);
  try {
    return describe(schema, decodeMessage(schema, "cosmonapse.v1.Signal", bytes));
  } catch {
    return describeBytes(bytes);
  }
}

/** Bytes, the first of them if they are many. */
export function describeBytes(bytes: Uint8Array): string {
  return `h'${toHex(bytes.subarray(0, shownBytes))}${bytes.length > shownBytes ? "…" : ""}'`;
}

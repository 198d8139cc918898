import { decodeMessage } from "../wire/decode.js";
import type { Schema } from "../wire/schema.js";
import { isList, isObject, toHex, type Value, type ValueObject } from "../wire/value.js";
import { toCount } from "./read-value.js";

const shownBytes = 120;
const nanosPerMs = 1_000_000;

/** The two messages that cross a link: from a peer, and from a Synapse. */
export type FrameName = "ConnectRequest" | "ConnectResponse";

/**
 * What a frame says, for people: its fields by their names, the Signals in it as what they are, times as RFC 3339 and
 * durations in seconds. No session secret is shown.
 */
export function describeFrame(schema: Schema, name: FrameName, frame: ValueObject): string {
  const types = typesOf(schema, `cosmonapse.v1.${name}`);
  return Object.entries(frame)
    .map(([part, value]) => describe(schema, types.get(part), value))
    .join(" ");
}

/** The message that each field holds, by the field's name. */
function typesOf(schema: Schema, message: string): ReadonlyMap<string, string> {
  const holders = schema.fields(message).filter(({ kind }) => kind === "message");
  return new Map(holders.map(({ name, type }) => [name, type]));
}

function describe(schema: Schema, message: string | undefined, value: Value): string {
  if (value instanceof Uint8Array) return describeBytes(value);
  if (isList(value)) return `[${value.map((one) => describe(schema, message, one)).join(", ")}]`;
  if (!isObject(value)) return typeof value === "string" ? JSON.stringify(value) : String(value);
  const time = describeTime(message, value);
  if (time !== undefined) return time;
  const types = message === undefined ? new Map<string, string>() : typesOf(schema, message);
  const fields = Object.entries(value).map(([name, one]) => {
    if (name === "signals" && isList(one))
      return `signals: [${one.map((bytes) => describeSignal(schema, bytes)).join(", ")}]`;
    // Reports are shown around.
    return `${name}: ${name === "session_secret" ? "(a secret)" : describe(schema, types.get(name), one)}`;
  });
  return `{${fields.join(", ")}}`;
}

/** A Timestamp or a Duration in one word; undefined for what is none, or has more in it than that. */
function describeTime(message: string | undefined, value: ValueObject): string | undefined {
  const isTime = message === "google.protobuf.Timestamp";
  if (!isTime && message !== "google.protobuf.Duration") return undefined;
  const { seconds = 0n, nanos = 0, ...others } = value;
  const ms = toCount(seconds) * 1_000 + toCount(nanos) / nanosPerMs;
  if (Object.keys(others).length > 0 || !Number.isInteger(ms)) return undefined;
  if (!isTime) return `${(ms / 1_000).toFixed(3)}s`;
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** A Signal in the bytes of a frame; of one that is none, the bytes. */
function describeSignal(schema: Schema, bytes: Value): string {
  const message = "cosmonapse.v1.Signal";
  if (!(bytes instanceof Uint8Array)) return describe(schema, message, bytes);
  try {
    return describe(schema, message, decodeMessage(schema, message, bytes));
  } catch {
    return describeBytes(bytes);
  }
}

/** Bytes, the first of them if they are many. */
export function describeBytes(bytes: Uint8Array): string {
  return `h'${toHex(bytes.subarray(0, shownBytes))}${bytes.length > shownBytes ? "…" : ""}'`;
}

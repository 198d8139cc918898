import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { SCHEMA_TABLE } from "../../gen/cosmonapse/v1/tables.js";
import type { Json, JsonObject } from "../foundation/index.js";
import { showBytes, showContent, showDuration, showInteger, showTimestamp } from "./json-values.js";
import { signalTypeName, typeOf } from "./types.js";

type Fields = Readonly<Record<string, unknown>>;

interface FieldRow {
  readonly name: string;
  readonly number: number;
  readonly kind: string;
  readonly of?: string;
  readonly repeated?: boolean;
  readonly optional?: boolean;
}

const messages: Readonly<Record<string, Readonly<Record<string, FieldRow>>>> = SCHEMA_TABLE.messages;
const enums: Readonly<Record<string, Readonly<Record<string, string>>>> = SCHEMA_TABLE.enums;

/**
 * A Signal for people: `type` first, then the fields by their names in the schema, empty ones left out; contents that
 * are JSON stand as that JSON, so a number beyond 2^53 in them is rounded. Nothing reads it back and it never crosses a
 * Synapse. Never throws, whatever a decoded Signal holds (COS-JSON-002 to COS-JSON-010).
 */
export function signalToJson(signal: Signal): JsonObject {
  const type = typeOf(signal);
  return { ...(type === 0 ? {} : { type: signalTypeName(type) }), ...showMessage("Signal", { ...signal }) };
}

function showMessage(name: string, message: Fields): JsonObject {
  const rows = messages[name] ?? {};
  const values = withoutUnions(message);
  const shown: Record<string, Json> = {};
  for (const [property, row] of Object.entries(rows)) {
    const value = values[property];
    if (value === undefined || isEmpty(value, row)) continue;
    shown[row.name] = Array.isArray(value) ? value.map((item) => showValue(item, row)) : showValue(value, row);
  }
  const unknown = unknownNumbers(message["_unknownFields"]);
  if (unknown.length > 0) shown["unknown_fields"] = unknown;
  return shown;
}

/** The fields of a message, a member of a union standing as the field that it is. */
function withoutUnions(message: Fields): Fields {
  const plain: Record<string, unknown> = {};
  for (const [property, value] of Object.entries(message)) {
    if (isFields(value) && typeof value["$case"] === "string") plain[value["$case"]] = value["value"];
    else plain[property] = value;
  }
  return plain;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function isEmpty(value: unknown, { kind, repeated, optional }: FieldRow): boolean {
  if (optional === true) return false;
  if (repeated === true) return Array.isArray(value) && value.length === 0;
  if (kind === "map") return isFields(value) && Object.keys(value).length === 0;
  return (
    value === "" ||
    value === 0 ||
    value === 0n ||
    value === false ||
    (value instanceof Uint8Array && value.length === 0)
  );
}

function showValue(value: unknown, { kind, of = "" }: FieldRow): Json {
  switch (typeof value) {
    case "bigint":
      return showInteger(value);
    case "number":
      if (kind === "enum") return enums[of]?.[value] ?? value;
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
    case "string":
      return value;
    default:
      if (value instanceof Uint8Array) return showBytes(value);
      return isFields(value) ? showObject(value, kind, of) : null;
  }
}

function showObject(value: Fields, kind: string, of: string): Json {
  if (kind === "map") return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
  const plain = (): JsonObject => showMessage(of, value);
  const { seconds, nanos, mediaType, data } = value;
  if (typeof seconds === "bigint" && typeof nanos === "number") {
    return of === "Timestamp" ? (showTimestamp(seconds, nanos) ?? plain()) : showDuration(seconds, nanos);
  }
  if (typeof mediaType === "string" && data instanceof Uint8Array) return showContent(mediaType, data);
  return plain();
}

/** The numbers of the fields that this version does not know, ascending. The codec keeps them by tag. */
function unknownNumbers(unknown: unknown): number[] {
  if (!isFields(unknown)) return [];
  return [...new Set(Object.keys(unknown).map((tag) => Number(tag) >>> 3))].sort((one, other) => one - other);
}

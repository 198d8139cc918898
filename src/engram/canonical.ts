import { LIMIT_TABLE } from "../../gen/cosmonapse/v1/tables.js";
import { CosmoError, type ErrorName } from "../errors/index.js";
import type { Json, JsonObject } from "../foundation/index.js";
import { isStorable } from "./code-points.js";
import { parseJsonText } from "./json-text.js";

/** A JSON value with its RFC 8785 text. */
export interface Canonical<T extends Json = Json> {
  /** The value. Shared: never changed. */
  readonly value: T;
  /** Its one text: names sorted by UTF-16 units, no spaces, shortest numbers. */
  readonly text: string;
}

const depthMax = LIMIT_TABLE.entryDepth.standard;

/**
 * The RFC 8785 text of a value. A member that is undefined is left out, as in `JSON.stringify`. Anything that is not
 * I-JSON (RFC 7493) throws `code` with its JSON Pointer: undefined elsewhere, a function, a bigint, a class instance,
 * NaN, an infinity, a lone surrogate, U+0000, more than 32 levels (so a circle too).
 */
export function canonicalText(value: unknown, code: ErrorName): string {
  return write(value, { path: "", depth: 0, code });
}

interface Place {
  readonly path: string;
  readonly depth: number;
  readonly code: ErrorName;
}

function write(value: unknown, place: Place): string {
  switch (typeof value) {
    case "string":
      return writeString(value, place);
    case "number":
      if (Number.isFinite(value)) return String(value);
      throw fault(place, `${value} is no JSON number`);
    case "boolean":
      return String(value);
    case "object":
      return value === null ? "null" : writeContainer(value, place);
    default:
      throw fault(place, `a value of type ${typeof value} is no JSON`);
  }
}

function writeString(text: string, place: Place): string {
  if (!isStorable(text)) throw fault(place, "a string with U+0000 or half a surrogate pair cannot be kept");
  return JSON.stringify(text);
}

function writeContainer(value: object, place: Place): string {
  const depth = place.depth + 1;
  if (depth > depthMax) throw fault({ ...place, path: "" }, `it is more than ${depthMax} levels deep, or circular`);
  if (Array.isArray(value)) {
    const members: string[] = [];
    for (let index = 0; index < value.length; index += 1) {
      members.push(write(value[index], { ...place, depth, path: `${place.path}/${index}` }));
    }
    return `[${members.join(",")}]`;
  }
  if (!isPlain(value)) throw fault(place, "an instance of a class is no JSON; write what it means as plain values");
  const entries: [string, unknown][] = Object.entries(value).filter(([, member]) => member !== undefined);
  entries.sort(([left], [right]) => (left < right ? -1 : 1));
  const members = entries.map(([name, member]) => {
    const inside = { ...place, depth, path: `${place.path}/${name}` };
    return `${writeString(name, inside)}:${write(member, inside)}`;
  });
  return `{${members.join(",")}}`;
}

/** An object literal, also of another realm, or one without a prototype. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (typeof prototype === "object" && Object.getPrototypeOf(prototype) === null);
}

function fault(place: Place, what: string): CosmoError {
  const where = place.path === "" ? "the JSON" : `the JSON at ${JSON.stringify(place.path.slice(0, 200))}`;
  return new CosmoError(place.code, `${where} is not I-JSON: ${what}`);
}

/** Reads I-JSON text and gives its value and canonical form; throws `code` as `canonicalText` and for bad syntax. */
export function readJsonText(text: string, code: ErrorName): Canonical {
  const quick = parseQuickly(text, code);
  if (quick !== undefined) return quick;
  const value = parseJsonText(text, depthMax, code);
  return { value, text: canonicalText(value, code) };
}

/** A text that is canonical already hides nothing: no name twice, no number that changed. */
function parseQuickly(text: string, code: ErrorName): Canonical | undefined {
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return canonicalText(value, code) === text ? { value, text } : undefined;
}

/** Reads I-JSON in UTF-8; throws `code` as `readJsonText` and for bytes that are no UTF-8. */
export function readJsonBytes(bytes: Uint8Array, code: ErrorName): Canonical {
  return readJsonText(decodeUtf8(bytes, code), code);
}

function decodeUtf8(bytes: Uint8Array, code: ErrorName): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new CosmoError(code, "the JSON is no UTF-8", { cause });
  }
}

/** True for a JSON object, not a list and not null. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True if two JSON values are equal: same type, same members in any order, numbers by value. */
export function jsonEqual(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object") return false;
  return canonicalText(left, "INTERNAL") === canonicalText(right, "INTERNAL");
}

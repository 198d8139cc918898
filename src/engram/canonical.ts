import { LIMIT_TABLE } from "../../gen/cosmonapse/v1/tables.js";
import type { CosmoError, ErrorName } from "../errors/index.js";
import type { Json, JsonObject } from "../foundation/index.js";
import { isStorable } from "./code-points.js";
import { jsonFault, type JsonFault } from "./json-fault.js";
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
  return new CanonicalWriter(code).write(value, 0);
}

class CanonicalWriter {
  readonly #code: ErrorName;
  /** The names and numbers that lead to the value at hand. */
  readonly #path: (string | number)[] = [];

  constructor(code: ErrorName) {
    this.#code = code;
  }

  write(value: unknown, depth: number): string {
    switch (typeof value) {
      case "string":
        return this.#string(value);
      case "number":
        if (Number.isFinite(value)) return String(value);
        throw this.#fault("number", `${value} is no JSON number`);
      case "boolean":
        return String(value);
      case "object":
        return value === null ? "null" : this.#container(value, depth + 1);
      default:
        throw this.#fault("form", `a value of type ${typeof value} is no JSON`);
    }
  }

  #string(text: string): string {
    if (!isStorable(text))
      throw this.#fault("character", "a string with U+0000 or half a surrogate pair cannot be kept");
    return JSON.stringify(text);
  }

  #container(value: object, depth: number): string {
    if (depth > depthMax) throw this.#fault("depth", `it is more than ${depthMax} levels deep, or circular`);
    if (Array.isArray(value)) return this.#list(value, depth);
    if (!isPlain(value))
      throw this.#fault("form", "an instance of a class is no JSON; write what it means as plain values");
    const members: string[] = [];
    const entries: [string, unknown][] = Object.entries(value);
    for (const [name, member] of entries.sort(byName)) {
      if (member === undefined) continue;
      this.#path.push(name);
      members.push(`${this.#string(name)}:${this.write(member, depth)}`);
      this.#path.pop();
    }
    return `{${members.join(",")}}`;
  }

  #list(list: readonly unknown[], depth: number): string {
    const members: string[] = [];
    for (const [index, member] of list.entries()) {
      this.#path.push(index);
      members.push(this.write(member, depth));
      this.#path.pop();
    }
    return `[${members.join(",")}]`;
  }

  #fault(fault: JsonFault, what: string): CosmoError {
    const pointer = this.#path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
    const where = pointer === "" ? "the JSON" : `the JSON at ${JSON.stringify(pointer.slice(0, 200))}`;
    return jsonFault(this.#code, fault, `${where} is not I-JSON: ${what}`);
  }
}

/** RFC 8785 sorts names by UTF-16 units, which is how JavaScript compares. */
function byName([left]: [string, unknown], [right]: [string, unknown]): number {
  return left < right ? -1 : 1;
}

/** True for an object literal, also of another realm, or one without a prototype. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (typeof prototype === "object" && Object.getPrototypeOf(prototype) === null);
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
  } catch {
    throw jsonFault(code, "form", "the JSON is no UTF-8");
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

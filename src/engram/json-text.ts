import type { CosmoError, ErrorName } from "../errors/index.js";
import type { Json } from "../foundation/index.js";
import { jsonFault, type JsonFault } from "./json-fault.js";

const numberForm = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const plainRun = /[^"\\\u0000-\u001f]*/y;
const spaces = /[ \t\n\r]*/y;
const literals: readonly (readonly [string, Json])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
];

/** Reads JSON text and refuses what `JSON.parse` hides: duplicate names, and numbers that would change. */
class JsonReader {
  #at = 0;
  readonly #text: string;
  readonly #depthMax: number;
  readonly #code: ErrorName;

  constructor(text: string, depthMax: number, code: ErrorName) {
    this.#text = text;
    this.#depthMax = depthMax;
    this.#code = code;
  }

  document(): Json {
    const value = this.#value(0);
    this.#match(spaces);
    if (this.#at < this.#text.length) throw this.#error("form", "more text after the value");
    return value;
  }

  #value(depth: number): Json {
    this.#match(spaces);
    const first = this.#text[this.#at];
    if (first === "{") return this.#object(depth + 1);
    if (first === "[") return this.#array(depth + 1);
    if (first === '"') return this.#string();
    for (const [word, value] of literals) if (this.#take(word)) return value;
    return this.#number();
  }

  #object(depth: number): Json {
    this.#enter(depth);
    const members = new Map<string, Json>();
    if (this.#takeMark("}")) return {};
    do {
      this.#match(spaces);
      const name = this.#string();
      if (members.has(name)) throw this.#error("name", `the name ${JSON.stringify(name)} stands twice in one object`);
      this.#need(":");
      members.set(name, this.#value(depth));
    } while (this.#takeMark(","));
    this.#need("}");
    return Object.fromEntries(members);
  }

  #array(depth: number): Json {
    this.#enter(depth);
    const members: Json[] = [];
    if (this.#takeMark("]")) return members;
    do {
      members.push(this.#value(depth));
    } while (this.#takeMark(","));
    this.#need("]");
    return members;
  }

  #enter(depth: number): void {
    this.#at += 1;
    if (depth > this.#depthMax) throw this.#error("depth", `more than ${this.#depthMax} levels deep`);
  }

  #string(): string {
    const start = this.#at;
    if (this.#text[start] !== '"') throw this.#error("form", "no string");
    this.#at += 1;
    for (;;) {
      this.#match(plainRun);
      const next = this.#text[this.#at];
      if (next === '"') break;
      if (next !== "\\") throw this.#error("form", "an unfinished string or a bare control character");
      this.#at += 2;
    }
    this.#at += 1;
    try {
      return String(JSON.parse(this.#text.slice(start, this.#at)));
    } catch {
      throw this.#error("form", "an unknown escape");
    }
  }

  #number(): number {
    const literal = this.#match(numberForm);
    if (literal === "") throw this.#error("form", "no JSON value");
    const value = Number(literal);
    if (!sameNumber(literal, String(value)))
      throw this.#error("number", `the number ${literal.slice(0, 40)} is no exact double`);
    return value;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  #take(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #takeMark(mark: string): boolean {
    this.#match(spaces);
    return this.#take(mark);
  }

  #need(mark: string): void {
    if (!this.#takeMark(mark)) throw this.#error("form", `no ${mark}`);
  }

  #error(fault: JsonFault, what: string): CosmoError {
    return jsonFault(this.#code, fault, `the JSON has ${what} at character ${this.#at}`);
  }
}

const decimal = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** A decimal as sign, digits without zeros at the ends, and exponent; undefined if it is none. */
function normalise(literal: string): string | undefined {
  const [, sign, whole = "", fraction = "", exponent = "0"] = decimal.exec(literal) ?? [];
  if (sign === undefined) return undefined;
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}

/** True if the literal is mathematically the number that its shortest form names. */
function sameNumber(literal: string, shortest: string): boolean {
  const wanted = normalise(shortest);
  return wanted !== undefined && normalise(literal) === wanted;
}

/**
 * Parses JSON text strictly: no duplicate names, no number that a double cannot hold exactly as written (RFC 7493), at
 * most `depthMax` containers deep. Throws `code` with the place of the fault.
 */
export function parseJsonText(text: string, depthMax: number, code: ErrorName): Json {
  return new JsonReader(text, depthMax, code).document();
}

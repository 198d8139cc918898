import { SuiteError } from "../ground/suite-error.js";
import { toHex, type Value, type ValueObject } from "../wire/value.js";
import type { Data, DataObject } from "./case-file.js";
import { ulid } from "./ids.js";

/** A Signal that a case has sent or got, under the name it saved it as. */
export interface Saved {
  readonly id: string;
  readonly trace: string;
  readonly bytes: Uint8Array;
  /** Of work: the id that was chosen. Else the source. */
  readonly participant: string;
  /** Of work: which attempt it is. Else zero. */
  readonly attempt: number;
  /** Of an IMPRINT: its imprint id. */
  readonly imprint?: string;
}

/** What the variables of a case stand for. */
export type Names = ReadonlyMap<string, Saved>;

/** True for an object of case data. */
export function isData(data: Data | undefined): data is DataObject {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}

/** True for a list of case data. */
export function isDataList(data: Data): data is readonly Data[] {
  return Array.isArray(data);
}

/**
 * The value that case data stands for. `$t` is the id of what was saved as t, `$t.trace` its trace, `$t.imprint` its imprint id, `$new-id` and
 * `$new-trace` are fresh, `$now` is this instant. An object with one of `$text`, `$list`, `$map`, `$many`, `$bytes`, `$json`, `$hex` is what
 * that makes. Throws SuiteError for a name that nothing was saved as.
 */
export function resolve(data: Data, names: Names): Value {
  if (typeof data === "string") return data.startsWith("$") ? variable(data.slice(1), names) : data;
  if (data === null) throw new SuiteError("null stands for a field that is left out, and nothing else");
  if (typeof data === "boolean" || typeof data === "number") return data;
  if (isDataList(data)) return data.map((one) => resolve(one, names));
  const made = isData(data) ? macro(data) : undefined;
  return made ?? resolveObject(isData(data) ? data : {}, names);
}

/** The same for an object; what is null is left out. */
export function resolveObject(data: DataObject, names: Names): ValueObject {
  const pairs = Object.entries(data).flatMap(([name, one]): readonly (readonly [string, Value])[] =>
    one === null ? [] : [[name, resolve(one, names)]],
  );
  return Object.fromEntries(pairs);
}

function variable(text: string, names: Names): Value {
  if (text === "new-id") return `evt_${ulid()}`;
  if (text === "new-trace") return `trc_${ulid()}`;
  if (text === "now") return new Date().toISOString();
  const [name = "", part = "id"] = text.split(".");
  const saved = names.get(name);
  const found = part === "id" || part === "trace" || part === "imprint" ? saved?.[part] : undefined;
  if (found === undefined) throw new SuiteError(`$${text}: nothing was saved so`);
  return found;
}

function macro(data: DataObject): Value | undefined {
  const [first, ...rest] = Object.entries(data);
  if (first === undefined || rest.length > 0) return undefined;
  const [name, given] = first;
  if (name === "$json" && given !== undefined) return new TextEncoder().encode(JSON.stringify(given));
  if (name === "$hex" && typeof given === "string") return fromHex(given);
  if (!isDataList(given)) return undefined;
  const [text = "", count = 0] = given;
  if (typeof text !== "string" || typeof count !== "number") return undefined;
  // Before any list: of millions of bytes, none of as many texts is made.
  if (name === "$bytes") return new Uint8Array(count).fill(Number.parseInt(text, 16));
  if (name === "$text") return text.repeat(count);
  if (name === "$many") return Array.from({ length: count }, () => fromHex(text));
  const many = Array.from({ length: count }, (_, index) => `${text}${index}`);
  if (name === "$list") return many;
  return name === "$map" ? Object.fromEntries(many.map((key) => [key, "v"])) : undefined;
}

/** The bytes that a hexadecimal text stands for; spaces are for reading. Throws SuiteError for what is none. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, "").toLowerCase();
  const bytes = new Uint8Array(Buffer.from(digits, "hex"));
  if (toHex(bytes) !== digits) throw new SuiteError(`${text.slice(0, 40)} is not hexadecimal`);
  return bytes;
}

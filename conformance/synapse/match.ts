import { canonical, isList, isObject, type Value } from "../wire/value.js";
import type { Data, DataObject } from "./case-file.js";
import { isData, isDataList, resolve, type Names } from "./resolve.js";

interface Difference {
  readonly path: string;
  readonly words: string;
}

/**
 * How a value differs from a pattern, in words; undefined: it does not. Of an object only what the pattern names is
 * compared, null meaning absent; a zero, an empty text and an empty list match what is absent. A text between slashes is
 * an expression. `{ $set: […] }` is a list in any order, `{ $least: n }` and `{ $most: n }` bound a number,
 * `{ $size: n }` the length of bytes from below, `{ $means: … }` is JSON that means the same, `{ $any: true }` is whatever is there, `{ $not: … }` is anything else.
 */
export function differ(pattern: Data, value: Value | undefined, names: Names): string | undefined {
  const found = find(pattern, value, names);
  return found === undefined ? undefined : `${found.path === "" ? "it" : found.path}: ${found.words}`;
}

function find(pattern: Data, value: Value | undefined, names: Names): Difference | undefined {
  if (pattern === null) return value === undefined ? undefined : wrong("nothing", value);
  if (isData(pattern)) return findInObject(pattern, value, names);
  if (isDataList(pattern)) return findInList(pattern, value ?? [], names);
  if (typeof pattern === "string" && /^\/.*\/$/.test(pattern)) {
    const isFound = typeof value === "string" && new RegExp(pattern.slice(1, -1), "u").test(value);
    return isFound ? undefined : wrong(pattern, value);
  }
  const wanted = resolve(pattern, names);
  if (value === undefined) return isNothing(wanted) ? undefined : wrong(show(wanted), value);
  return isSame(wanted, value) ? undefined : wrong(show(wanted), value);
}

function isSame(wanted: Value, value: Value): boolean {
  if (typeof wanted !== "number") return canonical(wanted) === canonical(value);
  return typeof value === "bigint" ? value === BigInt(wanted) : value === wanted;
}

function isNothing(value: Value): boolean {
  return value === 0 || value === false || value === "";
}

function findInObject(pattern: DataObject, value: Value | undefined, names: Names): Difference | undefined {
  const pairs = Object.entries(pattern);
  const [name, given] = pairs[0] ?? ["", null];
  if (name.startsWith("$") && pairs.length === 1) return findByMacro([name, given], value, names);
  if (!isObject(value)) return wrong("an object", value);
  for (const [key, one] of pairs) {
    const found = find(one, value[key], names);
    if (found !== undefined) return { ...found, path: found.path === "" ? key : `${key}.${found.path}` };
  }
  return undefined;
}

function findByMacro(
  [name, given]: readonly [string, Data],
  value: Value | undefined,
  names: Names,
): Difference | undefined {
  const bound = typeof given === "number" ? given : 0;
  const amount = isList(value) ? value.length : Number(value ?? 0);
  const judge = (isRight: boolean, wanted: string): Difference | undefined =>
    isRight ? undefined : wrong(wanted, value);
  switch (name) {
    case "$any":
      return judge(value !== undefined, "something");
    case "$not":
      return judge(find(given, value, names) !== undefined, `anything but ${JSON.stringify(given)}`);
    case "$least":
      return judge(amount >= bound, `at least ${bound}`);
    case "$most":
      return judge(amount <= bound, `at most ${bound}`);
    case "$size":
      return judge(value instanceof Uint8Array && value.length >= bound, `at least ${bound} bytes`);
    case "$means":
      return judge(value instanceof Uint8Array && meaning(value) === sorted(given), JSON.stringify(given));
    case "$set": {
      const wanted = (isDataList(given) ? given : []).map((one) => canonical(resolve(one, names)));
      const got = (isList(value) ? value : []).map((one) => canonical(one));
      return judge(wanted.sort().join() === got.sort().join(), `in any order ${wanted.join(", ")}`);
    }
    default: {
      const wanted = resolve({ [name]: given }, names);
      return judge(value !== undefined && canonical(wanted) === canonical(value), show(wanted));
    }
  }
}

/** What JSON means, in one form; empty for what is none. */
function meaning(bytes: Uint8Array): string {
  try {
    const read: Data = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return sorted(read);
  } catch {
    return "";
  }
}

function sorted(data: Data): string {
  if (isDataList(data)) return `[${data.map((one) => sorted(one)).join()}]`;
  if (!isData(data)) return JSON.stringify(data);
  const pairs = Object.entries(data).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${pairs.map(([name, one]) => `${JSON.stringify(name)}:${sorted(one)}`).join()}}`;
}

function findInList(pattern: readonly Data[], value: Value, names: Names): Difference | undefined {
  if (!isList(value) || value.length !== pattern.length) {
    return wrong(`${pattern.length} of ${JSON.stringify(pattern)}`, value);
  }
  for (const [index, one] of pattern.entries()) {
    const found = find(one, value[index], names);
    if (found !== undefined) return { ...found, path: `[${index}]${found.path === "" ? "" : `.${found.path}`}` };
  }
  return undefined;
}

const shownMax = 160;

function show(value: Value | undefined): string {
  if (value === undefined) return "nothing";
  const text = canonical(value);
  return text.length > shownMax ? `${text.slice(0, shownMax)}…` : text;
}

function wrong(wanted: string, value: Value | undefined): Difference {
  return { path: "", words: `wanted ${wanted}, got ${show(value)}` };
}

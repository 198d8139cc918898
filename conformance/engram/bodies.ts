import type { Data, DataObject } from "../synapse/case-file.js";
import { isData, isDataList } from "../synapse/resolve.js";
import type { Value, ValueObject } from "../wire/value.js";

/** What `$name` stands for in a vector, and when it began. */
export interface Scope {
  readonly bound: ReadonlyMap<string, string>;
  /** The instant zero of the Engram's clock, milliseconds since 1970. */
  readonly startMs: number;
}

/** The number of a value that no version of the schema has yet: what a vector calls by a name that there is not. */
const FUTURE = 99;

/** The names of the schema's enums that vectors use, in lower case. */
const known: ReadonlySet<string> = new Set(
  [
    "add append merge upsert delete merge_patch deep_union all any first",
    "eq ne gt gte lt lte in nin exists prefix contains unspecified",
  ].flatMap((names) => names.split(" ")),
);

function toEnum(name: Data | undefined): Value {
  return typeof name === "string" && known.has(name) ? name.toUpperCase() : FUTURE;
}

function toBytes(text: Data | undefined): Uint8Array {
  return new TextEncoder().encode(typeof text === "string" ? text : "");
}

/** Milliseconds as a Timestamp or a Duration, of any size. */
function toTime(ms: number): ValueObject {
  const seconds = Math.trunc(ms / 1_000);
  return { seconds: BigInt(seconds), nanos: Math.round((ms - seconds * 1_000) * 1_000_000) };
}

function bind(data: Data, { bound }: Scope): Value {
  return typeof data === "string" ? (bound.get(data) ?? data) : "";
}

function listOf(data: Data): readonly Data[] {
  return isDataList(data) ? data : [];
}

type Part = (given: Data, scope: Scope) => readonly [string, Value];

const plain =
  (name: string): Part =>
  (given) => [name, typeof given === "string" || typeof given === "number" ? given : ""];
const enumOf =
  (name: string): Part =>
  (given) => [name, toEnum(given)];
const instant =
  (name: string): Part =>
  (given, { startMs }) => [name, toTime(startMs + Number(given))];

const imprintParts: Readonly<Record<string, Part>> = {
  op: enumOf("op"),
  merge_key: plain("merge_key"),
  id: (given, scope) => ["id", bind(given, scope)],
  content_text: (given) => ["content", { data: toBytes(given) }],
  content_fill: (given) => ["content", { data: toBytes(`{"a":"${"a".repeat(Number(given) - 8)}"}`) }],
  tags: (given) => ["tags", listOf(given).map(String)],
  if_version: plain("if_version"),
  ttl_ms: (given) => ["ttl", toTime(Number(given))],
  imprint_id: plain("imprint_id"),
  strategy: enumOf("strategy"),
};

const queryParts: Readonly<Record<string, Part>> = {
  text: plain("text"),
  text_match: enumOf("text_match"),
  ids: (given, scope) => ["ids", listOf(given).map((id) => bind(id, scope))],
  merge_key: plain("merge_key"),
  tags: (given) => ["tags", listOf(given).map(String)],
  where: (given) => ["where", isData(given) ? filterBody(given) : {}],
  since_ms: instant("since"),
  until_ms: instant("until"),
  top_k: plain("top_k"),
  min_score: plain("min_score"),
  cursor: (given, scope) => ["cursor", bind(given, scope)],
  unknown: () => ["?", unknownPart],
};

/** A field 99 that no version has. */
const unknownPart: Value = [Uint8Array.of(0x98, 0x06, 0x01)];

function bodyOf(parts: Readonly<Record<string, Part>>, data: DataObject, scope: Scope): ValueObject {
  const pairs = Object.entries(data).map(([name, given]) => parts[name]?.(given, scope));
  return Object.fromEntries(pairs.filter((pair) => pair !== undefined));
}

/** The ImprintBody that a vector describes, right or wrong, by the names of the schema. */
export function imprintBody(imprint: DataObject, scope: Scope): ValueObject {
  return bodyOf(imprintParts, imprint, scope);
}

/** The Query that a vector describes, right or wrong, by the names of the schema. */
export function queryBody(query: DataObject, scope: Scope): ValueObject {
  return bodyOf(queryParts, query, scope);
}

function filterBody(filter: DataObject): ValueObject {
  const { all, any, negation, path, op, value_text: value } = filter;
  const filters = (given: Data): ValueObject => ({
    filters: listOf(given).map((one) => (isData(one) ? filterBody(one) : {})),
  });
  if (all !== undefined) return { all: filters(all) };
  if (any !== undefined) return { any: filters(any) };
  if (isData(negation)) return { negation: filterBody(negation) };
  if (path === undefined) return {};
  return {
    comparison: {
      path: typeof path === "string" ? path : "",
      ...(filter["unknown"] === true ? { "?": unknownPart } : {}),
      op: op === undefined ? FUTURE : toEnum(op),
      value: toBytes(value),
    },
  };
}

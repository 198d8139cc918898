import { ComparisonOp, RecallMode, TextMatch } from "../../gen/cosmonapse/v1/memory.js";
import type { Filter, Query, RecallBody } from "../../gen/cosmonapse/v1/memory.js";
import { LIMIT_TABLE } from "../../gen/cosmonapse/v1/tables.js";
import { CosmoError } from "../errors/index.js";
import { describeUnknownPart } from "../foundation/index.js";
import type { RecallMode as RecallModeName, RecallOptions, RecallQuery, Where } from "../neuron/index.js";
import { toTimestamp } from "../signal/index.js";
import { canonicalText } from "./canonical.js";
import { readConditions } from "./query.js";

const modes = { first: RecallMode.FIRST, merge: RecallMode.MERGE, all: RecallMode.ALL } as const;

const comparisons: ReadonlyMap<string, ComparisonOp> = new Map(
  Object.entries(ComparisonOp).flatMap(([name, op]) =>
    op === ComparisonOp.UNSPECIFIED ? [] : [[name.toLowerCase(), op]],
  ),
);

const queryParts: ReadonlySet<string> = new Set([
  "text",
  "textMatch",
  "ids",
  "mergeKey",
  "tags",
  "where",
  "since",
  "until",
  "topK",
  "minScore",
  "cursor",
] satisfies (keyof RecallQuery)[]);

const recallParts: ReadonlySet<string> = new Set([
  "query",
  "mode",
  "deadlineMs",
  "abort",
] satisfies (keyof RecallOptions)[]);

/**
 * The body of RECALL for a call of `recall` in this mode. Throws `INVALID_FILTER` for an unknown part or operator and a
 * value of the wrong type or range, `INVALID_ARGUMENT` for an unknown option, before anything is sent.
 */
export function toRecallBody(options: RecallOptions, mode: RecallModeName): RecallBody {
  const unknown = describeUnknownPart(options, recallParts);
  if (unknown !== undefined) throw new CosmoError("INVALID_ARGUMENT", `the recall ${unknown}`);
  if (!Object.hasOwn(modes, mode)) {
    throw new CosmoError("INVALID_ARGUMENT", `the mode ${String(mode)} is unknown; use first, merge or all`);
  }
  const body: RecallBody = { query: toQuery(options.query ?? {}), mode: modes[mode] };
  readConditions(body);
  return body;
}

function toQuery(query: RecallQuery): Query {
  const unknown = describeUnknownPart(query, queryParts);
  if (unknown !== undefined) throw refuse(`the query ${unknown}`);
  return {
    text: optional(query.text, "string", "text"),
    textMatch: toTextMatch(query.textMatch),
    ids: strings(query.ids, "ids"),
    mergeKey: optional(query.mergeKey, "string", "mergeKey"),
    tags: strings(query.tags, "tags"),
    where: query.where === undefined ? undefined : toFilter(query.where, 1),
    since: toInstant(query.since, "since"),
    until: toInstant(query.until, "until"),
    topK: toTopK(query.topK),
    minScore: optional(query.minScore, "number", "minScore"),
    cursor: optional(query.cursor, "string", "cursor") ?? "",
  };
}

function toTopK(topK: number | undefined): number {
  if (topK === undefined) return 0;
  if (Number.isInteger(topK) && topK > 0) return topK;
  throw refuse(`topK is ${String(topK)}; it goes from 1 to ${LIMIT_TABLE.topK.standard}`);
}

function toTextMatch(match: RecallQuery["textMatch"]): TextMatch {
  switch (match) {
    case undefined:
      return TextMatch.UNSPECIFIED;
    case "all":
      return TextMatch.ALL;
    case "any":
      return TextMatch.ANY;
    default:
      throw refuse(`textMatch is ${JSON.stringify(match)}; use all or any`);
  }
}

function toInstant(date: Date | undefined, part: string): Query["since"] {
  if (date === undefined) return undefined;
  if (!(date instanceof Date) || Number.isNaN(date.getTime())) throw refuse(`${part} is no valid Date`);
  return toTimestamp(date.getTime());
}

/** Gives back a value of the type that the declaration promises: callers without types are told, not trusted. */
function optional<T>(value: T | undefined, type: "string" | "number", part: string): T | undefined {
  if (value === undefined || typeof value === type) return value;
  throw refuse(`${part} is a ${typeof value}; it must be a ${type}`);
}

function strings(list: readonly string[] | undefined, part: string): string[] {
  if (list === undefined) return [];
  if (Array.isArray(list) && list.every((member) => typeof member === "string")) return [...list];
  throw refuse(`${part} is no list of strings`);
}

/** The filter for a condition of the SDK; throws `INVALID_FILTER` for one that is none, or deeper than 16. */
export function toFilter(where: Where, depth: number): Filter {
  const depthMax = LIMIT_TABLE.filterDepth.standard;
  if (depth > depthMax) throw refuse(`where is more than ${depthMax} levels deep`);
  if (typeof where !== "object" || where === null) throw refuse("a condition in where is no object");
  const parts = Object.keys(where).sort().join();
  if ("and" in where && parts === "and") return { node: { $case: "all", value: toList(where.and, depth) } };
  if ("or" in where && parts === "or") return { node: { $case: "any", value: toList(where.or, depth) } };
  if ("not" in where && parts === "not") return { node: { $case: "negation", value: toFilter(where.not, depth + 1) } };
  if (!("path" in where) || parts !== "op,path,value") {
    throw refuse(`a condition in where has the parts ${parts}; it is { path, op, value } or one of and, or, not`);
  }
  const op = comparisons.get(where.op);
  if (op === undefined) {
    throw refuse(`the operator ${JSON.stringify(where.op)} is unknown; use ${[...comparisons.keys()].join(", ")}`);
  }
  if (typeof where.path !== "string") throw refuse("a path in where is no string");
  const value = new TextEncoder().encode(canonicalText(where.value, "INVALID_FILTER"));
  return { node: { $case: "comparison", value: { path: where.path, op, value } } };
}

function toList(members: readonly Where[], depth: number): { filters: Filter[] } {
  if (!Array.isArray(members)) throw refuse("and / or in where take a list of conditions");
  return { filters: members.map((member: Where) => toFilter(member, depth + 1)) };
}

function refuse(message: string): CosmoError {
  return new CosmoError("INVALID_FILTER", message, { field: "query" });
}

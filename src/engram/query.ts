import { RecallMode, TextMatch, type Query, type RecallBody } from "../../gen/cosmonapse/v1/memory.js";
import { LIMIT_TABLE } from "../../gen/cosmonapse/v1/tables.js";
import type { Timestamp } from "../../gen/google/protobuf/timestamp.js";
import { CosmoError } from "../errors/index.js";
import { sortedSet } from "./code-points.js";
import { readCursor, type Cursor } from "./cursor.js";
import { checkKey, checkTags, isEntryId, QUERY_KEY, QUERY_TAGS } from "./entry.js";
import { fingerprint } from "./fingerprint.js";
import { tokenize } from "./text.js";
import { readFilter, type Condition } from "./where.js";

/** A query whose form is right. Undefined parts are no condition. */
export interface QueryPlan {
  /** The distinct tokens of the text. */
  readonly words: ReadonlySet<string> | undefined;
  /** True if one of the words is enough. */
  readonly matchesAny: boolean;
  /** The ids to look among, sorted. */
  readonly ids: readonly string[] | undefined;
  /** The key of the record or of the sequence. */
  readonly mergeKey: string | undefined;
  /** Tags that must all be there, sorted. */
  readonly tags: readonly string[];
  /** A condition on the content. */
  readonly where: Condition | undefined;
  /** The first instant that counts. */
  readonly sinceMs: number | undefined;
  /** The first instant that counts no more. */
  readonly untilMs: number | undefined;
  /** The most hits of the page. */
  readonly topK: number;
  /** The least score. */
  readonly minScore: number;
  /** Where the page before ended. */
  readonly cursor: Cursor | undefined;
}

const topKDefault = 50;

/**
 * Reads a RECALL; throws `INVALID_FILTER` or `INVALID_CURSOR` for whatever is wrong with its form (COS-RCL-007,
 * COS-RCL-008, COS-RCL-012, COS-RCL-017, COS-RCL-020, COS-RCL-022).
 */
export function readQuery(body: RecallBody): QueryPlan {
  const plan = readConditions(body);
  const cursor = body.query?.cursor ?? "";
  return cursor === "" ? plan : { ...plan, cursor: readCursor(cursor) };
}

/** Reads the conditions of a purge, whatever its page; undefined: everything. Throws `INVALID_FILTER`. */
export function readForget(query: Query | undefined): QueryPlan | undefined {
  if (query === undefined) return undefined;
  return readConditions({ query: { ...query, topK: 0, cursor: "" }, mode: RecallMode.ALL });
}

/** Reads a RECALL without its cursor, which only the Engram that made it understands; throws `INVALID_FILTER`. */
export function readConditions(body: RecallBody): QueryPlan {
  const query = body.query;
  if (query === undefined) return { ...emptyPlan, topK: readTopK(0, body.mode) };
  if (Object.keys(query._unknownFields ?? {}).length > 0) {
    throw refuse("COS-RCL-012", "query", "the query has a part that this Engram does not know; it cannot be left out");
  }
  return {
    words: readWords(query),
    matchesAny: readTextMatch(query) === TextMatch.ANY,
    ids: readIds(query.ids),
    mergeKey: query.mergeKey === undefined ? undefined : checkKey(query.mergeKey, QUERY_KEY),
    tags: checkTags(query.tags, QUERY_TAGS),
    where: query.where === undefined ? undefined : readFilter(query.where),
    sinceMs: readInstant(query.since, "query.since"),
    untilMs: readInstant(query.until, "query.until"),
    topK: readTopK(query.topK, body.mode),
    minScore: readMinScore(query.minScore),
    cursor: undefined,
  };
}

const emptyPlan = {
  words: undefined,
  matchesAny: false,
  ids: undefined,
  mergeKey: undefined,
  tags: [],
  where: undefined,
  sinceMs: undefined,
  untilMs: undefined,
  minScore: 0,
  cursor: undefined,
};

function readWords(query: Query): ReadonlySet<string> | undefined {
  if (query.text === undefined) return undefined;
  const words = tokenize(query.text);
  if (words.size > 0) return words;
  throw refuse("COS-RCL-007", "query.text", "the text has no word to look for; leave it out to match everything");
}

function readTextMatch(query: Query): TextMatch {
  if (query.textMatch >= TextMatch.UNSPECIFIED && query.textMatch <= TextMatch.ANY) return query.textMatch;
  throw refuse("COS-RCL-012", "query.text_match", `the text match ${query.textMatch} is unknown; use ALL or ANY`);
}

function readIds(ids: readonly string[]): readonly string[] | undefined {
  if (ids.length === 0) return undefined;
  const set = sortedSet(ids);
  const countMax = LIMIT_TABLE.tags.standard;
  if (set.length > countMax)
    throw refuse("COS-RCL-022", "query.ids", `${set.length} ids are more than ${countMax}; ask in several recalls`);
  const wrong = set.find((id) => !isEntryId(id));
  if (wrong === undefined) return set;
  throw refuse("COS-RCL-022", "query.ids", `the id ${JSON.stringify(wrong.slice(0, 80))} is not \`eng_\` and a ULID`);
}

/** Entries have whole milliseconds, so a fraction rounds up without changing what counts. */
function readInstant(timestamp: Timestamp | undefined, field: string): number | undefined {
  if (timestamp === undefined) return undefined;
  const isInRange = timestamp.nanos >= 0 && timestamp.nanos < 1_000_000_000;
  const ms = Number(timestamp.seconds) * 1000 + Math.ceil(timestamp.nanos / 1_000_000);
  if (isInRange && Number.isSafeInteger(ms)) return ms;
  throw refuse("COS-RCL-012", field, "the instant is out of range");
}

function readTopK(topK: number, mode: RecallMode): number {
  const countMax = LIMIT_TABLE.topK.standard;
  if (!Number.isInteger(topK) || topK < 0 || topK > countMax) {
    throw refuse(
      "COS-RCL-017",
      "query.top_k",
      `top_k is ${topK}; it goes from 1 to ${countMax}, or 0 for ${topKDefault}`,
    );
  }
  if (mode === RecallMode.FIRST) return 1;
  return topK === 0 ? topKDefault : topK;
}

function readMinScore(minScore: number | undefined): number {
  if (minScore === undefined) return 0;
  if (minScore >= 0 && minScore <= 1) return minScore;
  throw refuse("COS-RCL-008", "query.min_score", `min_score is ${minScore}; it goes from 0 to 1`);
}

function refuse(requirement: string, field: string, message: string): CosmoError {
  return new CosmoError("INVALID_FILTER", message, { field, requirement });
}

/** The rows that a query is asked of. */
export interface QueryScope {
  /** The store. */
  readonly storeId: string;
  /** The namespace. */
  readonly namespace: string;
  /** The Engram. */
  readonly engramId: string;
}

/** What makes two pages be of one query: everything but the size of the page and the cursor, and where it is asked. */
export function fingerprintQuery(plan: QueryPlan, scope: QueryScope): Promise<string> {
  return fingerprint([
    [scope.storeId, scope.namespace, scope.engramId],
    plan.words === undefined ? null : sortedSet(plan.words),
    plan.matchesAny,
    plan.ids ?? null,
    plan.mergeKey ?? null,
    plan.tags,
    // As text: a filter may be deeper than what is kept.
    JSON.stringify(plan.where ?? null),
    [plan.sinceMs ?? null, plan.untilMs ?? null, plan.minScore],
  ]);
}

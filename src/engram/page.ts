import { Hit } from "../../gen/cosmonapse/v1/memory.js";
import { CosmoError } from "../errors/index.js";
import type { Json } from "../foundation/index.js";
import { compareCodePoints } from "./code-points.js";
import type { Cursor } from "./cursor.js";
import { isLive, toEntry, type StoredEntry } from "./entry.js";
import type { QueryPlan } from "./query.js";
import { leafScore } from "./text.js";
import { evaluateWhere } from "./where.js";

/** An entry as a query sees it. */
export interface Candidate {
  /** The entry. */
  readonly entry: StoredEntry;
  /** Its content. */
  readonly content: Json;
  /** The tokens of each of its leaves. */
  readonly leaves: readonly ReadonlySet<string>[];
}

/** An entry that matches. */
export interface Found {
  /** The entry. */
  readonly entry: StoredEntry;
  /** How well. */
  readonly score: number;
}

/**
 * How well an entry matches a query at an instant; undefined if it does not. This is the definition: an index may only
 * leave out what this would leave out (COS-RCL-001 to COS-RCL-006, COS-RCL-021).
 */
export function scoreEntry(plan: QueryPlan, candidate: Candidate, nowMs: number): number | undefined {
  const { entry } = candidate;
  if (!isLive(entry, nowMs)) return undefined;
  if (plan.ids !== undefined && !plan.ids.includes(entry.id)) return undefined;
  if (plan.mergeKey !== undefined && plan.mergeKey !== entry.mergeKey) return undefined;
  if (!plan.tags.every((tag) => entry.tags.includes(tag))) return undefined;
  if (plan.sinceMs !== undefined && entry.updatedAtMs < plan.sinceMs) return undefined;
  if (plan.untilMs !== undefined && entry.updatedAtMs >= plan.untilMs) return undefined;
  const score = plan.words === undefined ? 1 : scoreLeaves(candidate.leaves, plan.words, plan.matchesAny);
  if (score === 0 || score < plan.minScore) return undefined;
  if (plan.where !== undefined && !evaluateWhere(plan.where, candidate.content)) return undefined;
  return score;
}

/** The score of the best leaf; zero if the words that must be there are not. */
function scoreLeaves(leaves: readonly ReadonlySet<string>[], words: ReadonlySet<string>, matchesAny: boolean): number {
  if (!matchesAny) {
    for (const word of words) if (!leaves.some((leaf) => leaf.has(word))) return 0;
  }
  return leaves.reduce((best, leaf) => Math.max(best, leafScore(leaf, words)), 0);
}

/** A place in the order of hits. */
export type Position = Pick<Cursor, "score" | "updatedAtMs" | "id">;

function positionOf(found: Found): Position {
  return { score: found.score, updatedAtMs: found.entry.updatedAtMs, id: found.entry.id };
}

/** The order of hits: score down, updated_at down, id down (COS-RCL-016). */
export function comparePositions(left: Position, right: Position): number {
  return right.score - left.score || right.updatedAtMs - left.updatedAtMs || compareCodePoints(right.id, left.id);
}

/** The order of hits: score down, updated_at down, id down. */
export function compareFound(left: Found, right: Found): number {
  return (
    right.score - left.score ||
    right.entry.updatedAtMs - left.entry.updatedAtMs ||
    compareCodePoints(right.entry.id, left.entry.id)
  );
}

/** How many hits beyond twice those wanted gather before they are sorted: small pages would sort all the time. */
const spareHits = 64;

/** The first `count` in the order of hits, sorted, without sorting all. */
export function takeFirst(all: Iterable<Found>, count: number): readonly Found[] {
  const first: Found[] = [];
  let bound: Found | undefined;
  for (const found of all) {
    if (bound !== undefined && compareFound(found, bound) > 0) continue;
    first.push(found);
    if (first.length < 2 * count + spareHits) continue;
    first.sort(compareFound).length = count;
    bound = first.at(-1);
  }
  return first.sort(compareFound).slice(0, count);
}

/** True if the entry comes after what the pages before have shown. */
export function isAfter(found: Found, cursor: Cursor | undefined): boolean {
  return cursor === undefined || comparePositions(positionOf(found), cursor) > 0;
}

/** Where a page must end. */
export interface PageLimits {
  /** The most hits. */
  readonly topK: number;
  /** The most that the encoded answer may take, bytes. */
  readonly pageBytes: number;
}

/** One page of hits. */
export interface Page {
  /** The hits, copies. */
  readonly hits: Hit[];
  /** Where the page ended, if there is more. */
  readonly end: Position | undefined;
}

/** Room for the Engram's id, the flag and the cursor: under 400 bytes with the longest id. */
const pageFrameBytes = 512;

/**
 * The page that these entries, in order, begin: it ends at `topK` or before `pageBytes`, whichever is first. Throws
 * `TOO_LARGE` if not even one hit fits (COS-RCL-018).
 */
export function cutPage(found: readonly Found[], limits: PageLimits): Page {
  const hits: Hit[] = [];
  let bytes = pageFrameBytes;
  let last: Found | undefined;
  for (const next of found) {
    if (hits.length >= limits.topK) break;
    const hit: Hit = { entry: toEntry(next.entry), score: next.score };
    // The field's tag and length take at most six bytes.
    bytes += Hit.encode(hit).finish().length + 6;
    if (bytes > limits.pageBytes) break;
    hits.push(hit);
    last = next;
  }
  if (hits.length === found.length) return { hits, end: undefined };
  if (last !== undefined) return { hits, end: positionOf(last) };
  throw new CosmoError("TOO_LARGE", `entry ${found[0]?.entry.id ?? ""} does not fit in ${limits.pageBytes} bytes`, {
    requirement: "COS-RCL-018",
  });
}

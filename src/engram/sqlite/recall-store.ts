import {
  evaluateWhere,
  indexQuery,
  readRow,
  searchStatement,
  type Dialect,
  type Found,
  type QueryPlan,
  type SearchResult,
} from "../index.js";
import type { Commands } from "./commands.js";
import { bucketOf } from "./schema.js";
import { digest } from "./index-store.js";
import type { Statements } from "./statements.js";

const lastBucket = `(SELECT ${bucketOf("max(number)")} FROM entry)`;

/** The buckets that an entry of the file may be in: every one, or one in so many. */
function bucketsBy(step: string): string {
  return `(WITH RECURSIVE b (bucket) AS (SELECT 0 UNION ALL
    SELECT bucket + ${step} FROM b WHERE bucket + ${step} <= ${lastBucket}) SELECT bucket FROM b)`;
}

const allBuckets = bucketsBy("1");

/** About 32 buckets, spread over all: what is rare there is rare. */
const someBuckets = bucketsBy(`max(1, ${lastBucket} / 32)`);

/** How statements are written for this schema. */
export const dialect: Dialect = {
  table: (name) => name,
  place: (n) => `?${n}`,
  buckets: { of: bucketOf, all: allBuckets },
};

/** Beyond this many, words and tags are as common as any other. */
const commonMax = 1_000;

/** A page has at most a thousand hits; so many rows are never asked for. */
export const limitMax = 2_147_483_647;

/** A match, with the number of its row and the revision that the search saw. */
export type Match = Found & { readonly number: number; readonly revision: number };

/** Finds entries. */
export class RecallStore {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** The first hits of a page: no more than it takes, and one more if there is one. */
  search({ pageBytes, ...search }: Commands["search"]): SearchResult {
    const { plan } = search;
    const found: Found[] = [];
    let bytes = 0;
    let asOf = search.asOf ?? 0;
    for (const { entry, score, revision } of this.matches(
      search,
      plan.where === undefined ? plan.topK + 1 : limitMax,
    )) {
      found.push({ entry, score });
      asOf = search.asOf ?? revision;
      bytes += entry.contentText.length;
      if (found.length > plan.topK || bytes > pageBytes) break;
    }
    return { found, asOf };
  }

  /** All matches among the first rows in the order of hits, one by one as they are asked for. */
  *matches({ plan, ...scope }: Omit<Commands["search"], "pageBytes">, limit: number): Iterable<Match> {
    const words = plan.words === undefined ? undefined : indexQuery(plan.words, digest);
    const isAddressed = plan.ids !== undefined || plan.mergeKey !== undefined || words !== undefined;
    const [rarest] = isAddressed ? [] : this.#rarestFirst("tag", scope.space, plan.tags);
    const statement = searchStatement(
      plan,
      {
        ...scope,
        // One word, or any of them, needs no order.
        words:
          words === undefined || words.length === 1 || plan.matchesAny
            ? words
            : this.#rarestFirst("word", scope.space, words).map(({ text }) => text),
        // Where a tag is common, the order leads to enough entries with it soon.
        rareTag: rarest !== undefined && rarest.count < commonMax ? rarest.text : undefined,
        after: plan.cursor,
        limit,
      },
      dialect,
    );
    for (const columns of this.#sql.iterate(statement)) {
      const { number, entry } = readRow(columns);
      if (!holds(plan, entry.contentText)) continue;
      yield { entry, number, score: Number(columns["score"]), revision: Number(columns["revision"]) };
    }
  }

  /** SQLite goes through the first and looks for the others, so the first should be rare. */
  #rarestFirst(
    table: "word" | "tag",
    space: number,
    texts: readonly string[],
  ): readonly { readonly text: string; readonly count: number }[] {
    const some =
      table === "tag"
        ? `SELECT 1 FROM tag WHERE space = ? AND tag = ? LIMIT ${commonMax}`
        : `SELECT 1 FROM ${someBuckets} b CROSS JOIN word w
            WHERE w.space = ? AND w.bucket = b.bucket AND w.word = ? LIMIT ${commonMax}`;
    const counted = texts.map((text) => {
      const row = this.#sql.get(`SELECT count(*) AS count FROM (${some})`, space, text);
      return { text, count: Number(row?.["count"]) };
    });
    return counted.sort((left, right) => left.count - right.count);
  }
}

/** The condition on the content, which no index answers. */
function holds({ where }: QueryPlan, contentText: string): boolean {
  return where === undefined || evaluateWhere(where, JSON.parse(contentText));
}

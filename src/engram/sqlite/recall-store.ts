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
import { digest } from "./imprint-store.js";
import type { Statements } from "./statements.js";

/** Anonymous places, in the order of the text, would have to be counted; named ones may come anywhere. */
const dialect: Dialect = { table: (name) => name, place: (n) => `?${n}` };

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
    const statement = searchStatement(
      plan,
      {
        ...scope,
        words: words && this.#rarestFirst("word", scope.space, words),
        tags: this.#rarestFirst("tag", scope.space, plan.tags),
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
  #rarestFirst(table: "word" | "tag", space: number, texts: readonly string[]): readonly string[] {
    if (texts.length < 2) return texts;
    const count = (text: string): number => {
      const some = `SELECT 1 FROM ${table} WHERE space = ? AND ${table} = ? LIMIT ${commonMax}`;
      return Number(this.#sql.get(`SELECT count(*) AS count FROM (${some})`, space, text)?.["count"]);
    };
    const counted = texts.map((text) => ({ text, count: count(text) }));
    return counted.sort((left, right) => left.count - right.count).map(({ text }) => text);
  }
}

/** The condition on the content, which no index answers. */
function holds({ where }: QueryPlan, contentText: string): boolean {
  return where === undefined || evaluateWhere(where, JSON.parse(contentText));
}

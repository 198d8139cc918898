import type { Position } from "../page.js";
import type { QueryPlan } from "../query.js";
import { ENTRY_COLUMNS, type ColumnValue } from "./rows.js";

/** How a driver writes SQL where its database differs from others. */
export interface Dialect {
  /** The table of this name. */
  readonly table: (name: "entry" | "space" | "tag" | "word") => string;
  /** The place of the n-th parameter, from 1. */
  readonly place: (n: number) => string;
  /** If words are kept in buckets of neighbouring entries: how to find the bucket of one, and all of them. */
  readonly buckets?: { readonly of: (number: string) => string; readonly all: string };
}

/** What a search looks at beside the query. */
export interface SearchScope {
  /** The number of the space of this namespace and Engram. */
  readonly space: number;
  /** The store's clock: its reading, or SQL that reads it. */
  readonly nowMs: number | { readonly sql: string };
  /** The last revision that counts; undefined: the present one. */
  readonly asOf: number | undefined;
  /** The words of the query as the index has them, the rarest first. */
  readonly words: readonly string[] | undefined;
  /** A tag of the query by which to find the entries; undefined: as the database sees fit. */
  readonly rareTag?: string | undefined;
  /** What the rows must come after. */
  readonly after: Position | undefined;
  /** The most rows. */
  readonly limit: number;
}

/** A statement and its parameters. */
export interface Statement {
  /** The text. */
  readonly text: string;
  /** The values of its places, in order. */
  readonly values: readonly ColumnValue[];
}

/**
 * The statement that finds the entries of a query in the order of hits, with `number`, the columns of an entry,
 * `score`, and the `revision` of the space; the condition on the content apart, which the reference evaluator decides.
 * It goes from the most selective index to the entries: ids, key, words, tags, or else the order itself (COS-RCL-002,
 * COS-RCL-016).
 */
export function searchStatement(plan: QueryPlan, scope: SearchScope, dialect: Dialect): Statement {
  return new SearchWriter(plan, scope, dialect).write();
}

class SearchWriter {
  readonly #plan: QueryPlan;
  readonly #scope: SearchScope;
  readonly #dialect: Dialect;
  readonly #values: ColumnValue[] = [];
  readonly #space: string;

  constructor(plan: QueryPlan, scope: SearchScope, dialect: Dialect) {
    this.#plan = plan;
    this.#scope = scope;
    this.#dialect = dialect;
    this.#space = this.#place(scope.space);
  }

  write(): Statement {
    const { words, limit } = this.#scope;
    const columns = ["number", ...ENTRY_COLUMNS].map((column) => `e.${column}`).join(", ");
    const score = words === undefined ? "1" : "f.score";
    const revision = `(SELECT s.revision FROM ${this.#dialect.table("space")} s WHERE s.space = ${this.#space})`;
    const first = words === undefined ? "" : "f.score DESC, ";
    // Entries that an index has found are sorted; SQLite would rather go through all in this order.
    const time = this.#isFound ? "e.updated_ms + 0" : "e.updated_ms";
    const text = [
      `SELECT ${columns}, ${score} AS score, ${revision} AS revision`,
      `FROM ${this.#source(words)}`,
      `WHERE ${this.#conditions(score).join(" AND ")}`,
      `ORDER BY ${first}${time} DESC, e.id DESC`,
      `LIMIT ${this.#place(limit)}`,
    ].join("\n");
    return { text, values: this.#values };
  }

  /** True if something more selective than the order leads to the entries. */
  get #isFound(): boolean {
    const { ids, mergeKey, words } = this.#plan;
    return ids !== undefined || mergeKey !== undefined || words !== undefined || this.#scope.rareTag !== undefined;
  }

  #place(value: ColumnValue): string {
    return this.#dialect.place(this.#values.push(value));
  }

  #places(values: readonly ColumnValue[]): string {
    return values.map((value) => this.#place(value)).join(", ");
  }

  /** The index that is gone through, then the entries. SQLite keeps the order of a CROSS JOIN. */
  #source(words: readonly string[] | undefined): string {
    const entry = `${this.#dialect.table("entry")} e`;
    if (words !== undefined) return `(${this.#found(words)}) f CROSS JOIN ${entry}`;
    return this.#scope.rareTag === undefined ? entry : `${this.#dialect.table("tag")} t CROSS JOIN ${entry}`;
  }

  #conditions(score: string): string[] {
    const { words, rareTag, after, nowMs, asOf } = this.#scope;
    const { ids, mergeKey, tags, sinceMs, untilMs } = this.#plan;
    const conditions = [`e.space = ${this.#space}`];
    if (words !== undefined) conditions.push("e.number = f.number");
    if (ids !== undefined) conditions.push(`e.id IN (${this.#places(ids)})`);
    if (mergeKey !== undefined) conditions.push(`e.merge_key = ${this.#place(mergeKey)}`);
    if (words === undefined && rareTag !== undefined) {
      conditions.push(`t.space = ${this.#space}`, `t.tag = ${this.#place(rareTag)}`, "e.number = t.number");
    }
    for (const tag of tags) conditions.push(this.#hasTag(tag));
    const now = typeof nowMs === "number" ? this.#place(nowMs) : nowMs.sql;
    conditions.push(`(e.expires_ms IS NULL OR e.expires_ms > ${now})`);
    if (asOf !== undefined) conditions.push(`e.revision <= ${this.#place(asOf)}`);
    if (sinceMs !== undefined) conditions.push(`e.updated_ms >= ${this.#place(sinceMs)}`);
    if (untilMs !== undefined) conditions.push(`e.updated_ms < ${this.#place(untilMs)}`);
    if (after !== undefined) conditions.push(this.#isAfter(after, words === undefined ? undefined : score));
    return conditions;
  }

  #hasTag(tag: string): string {
    return `EXISTS (SELECT 1 FROM ${this.#dialect.table("tag")} x
      WHERE x.space = ${this.#space} AND x.tag = ${this.#place(tag)} AND x.number = e.number)`;
  }

  #isAfter(after: Position, score: string | undefined): string {
    const place = (): string => `(${this.#place(after.updatedAtMs)}, ${this.#place(after.id)})`;
    if (score !== undefined) {
      const last = this.#place(after.score);
      return `(${score} < ${last} OR (${score} = ${last} AND (e.updated_ms, e.id) < ${place()}))`;
    }
    // Without a text every score is 1.
    if (after.score !== 1) return after.score > 1 ? "1 = 1" : "1 = 0";
    return `(e.updated_ms, e.id) < ${place()}`;
  }

  /** The numbers of the entries that hold the words, with the score of the best leaf. */
  #found(words: readonly string[]): string {
    const count = this.#place(words.length);
    const isEach = !this.#plan.matchesAny && words.length > 1;
    const holders = isEach
      ? `(${this.#holders(words)}) h CROSS JOIN ${this.#dialect.table("word")} w`
      : this.#words("w");
    const among = isEach ? `${this.#in("w", "h.number")} AND w.number = h.number` : this.#in("w");
    const score = `max(CAST(l.shared AS DOUBLE PRECISION) / (l.size + ${count} - l.shared))`;
    return `SELECT l.number, ${score} AS score
    FROM (SELECT w.number, w.leaf, w.size, count(*) AS shared
      FROM ${holders} WHERE ${among} AND w.word IN (${this.#places(words)})
      GROUP BY w.number, w.leaf, w.size) l
    GROUP BY l.number HAVING ${score} >= ${this.#place(this.#plan.minScore)}`;
  }

  /** The numbers of the entries that hold every word: those of the rarest that have the others, too. */
  #holders([rarest = "", ...others]: readonly string[]): string {
    const holds = others.map(
      (other) => `AND EXISTS (SELECT 1 FROM ${this.#dialect.table("word")} x
        WHERE ${this.#in("x", "c.number")} AND x.word = ${this.#place(other)} AND x.number = c.number
        LIMIT 1 OFFSET 0)`,
    );
    // The offset keeps PostgreSQL from planning so many joins: looked up one after another, the first miss ends it.
    return `SELECT DISTINCT c.number FROM ${this.#words("c")}
      WHERE ${this.#in("c")} AND c.word = ${this.#place(rarest)} ${holds.join(" ")}`;
  }

  /** All words, bucket by bucket if there are buckets. */
  #words(name: string): string {
    const { buckets, table } = this.#dialect;
    return `${buckets === undefined ? "" : `${buckets.all} b${name} CROSS JOIN `}${table("word")} ${name}`;
  }

  /** That words are of the space, and in every bucket or in that of one entry. */
  #in(name: string, number?: string): string {
    const { buckets } = this.#dialect;
    const space = `${name}.space = ${this.#space}`;
    if (buckets === undefined) return space;
    return `${space} AND ${name}.bucket = ${number === undefined ? `b${name}.bucket` : buckets.of(number)}`;
  }
}

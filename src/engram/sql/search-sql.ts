import type { Position } from "../page.js";
import type { QueryPlan } from "../query.js";
import { ENTRY_COLUMNS, type ColumnValue } from "./rows.js";

/** How a driver writes SQL where its database differs from others. */
export interface Dialect {
  /** The table of this name. */
  readonly table: (name: "entry" | "space" | "tag" | "word") => string;
  /** The place of the n-th parameter, from 1. */
  readonly place: (n: number) => string;
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
  /** The tags of the query, the rarest first. */
  readonly tags: readonly string[];
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
 * `score`, and the `revision` of the space; the condition on the content apart, which the reference evaluator decides. It goes from the most selective
 * index to the entries: ids, key, words, tags, or else the order itself (COS-RCL-002, COS-RCL-016).
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
    const text = [
      `SELECT ${columns}, ${score} AS score, ${revision} AS revision`,
      `FROM ${this.#source(words)}`,
      `WHERE ${this.#conditions(score).join(" AND ")}`,
      `ORDER BY ${first}e.updated_ms DESC, e.id DESC`,
      `LIMIT ${this.#place(limit)}`,
    ].join("\n");
    return { text, values: this.#values };
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
    const [rarest] = this.#scope.tags;
    const isAddressed = this.#plan.ids !== undefined || this.#plan.mergeKey !== undefined;
    return rarest === undefined || isAddressed ? entry : `${this.#dialect.table("tag")} t CROSS JOIN ${entry}`;
  }

  #conditions(score: string): string[] {
    const { words, tags, after, nowMs, asOf } = this.#scope;
    const { ids, mergeKey, sinceMs, untilMs } = this.#plan;
    const conditions = [`e.space = ${this.#space}`];
    const [rarest, ...otherTags] = words === undefined && ids === undefined && mergeKey === undefined ? tags : [];
    if (words !== undefined) conditions.push("e.number = f.number");
    if (ids !== undefined) conditions.push(`e.id IN (${this.#places(ids)})`);
    if (mergeKey !== undefined) conditions.push(`e.merge_key = ${this.#place(mergeKey)}`);
    if (rarest !== undefined) {
      conditions.push(`t.space = ${this.#space}`, `t.tag = ${this.#place(rarest)}`, "e.number = t.number");
    }
    for (const tag of rarest === undefined ? tags : otherTags) conditions.push(this.#hasTag(tag));
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
    const word = this.#dialect.table("word");
    const count = this.#place(words.length);
    const candidates = this.#plan.matchesAny || words.length === 1 ? undefined : this.#candidates(words);
    const all = `(${this.#places(words)})`;
    return `SELECT l.number, max(CAST(l.shared AS DOUBLE PRECISION) / (l.size + ${count} - l.shared)) AS score
    FROM (SELECT w.number, w.leaf, w.size, count(*) AS shared
      FROM ${candidates === undefined ? "" : `(${candidates}) h CROSS JOIN `}${word} w
      WHERE w.space = ${this.#space} AND w.word IN ${all} ${candidates === undefined ? "" : "AND w.number = h.number"}
      GROUP BY w.number, w.leaf, w.size) l
    GROUP BY l.number
    HAVING max(CAST(l.shared AS DOUBLE PRECISION) / (l.size + ${count} - l.shared)) >= ${this.#place(this.#plan.minScore)}`;
  }

  /** The numbers of the entries that hold every word: those of the rarest that have the others, too. */
  #candidates([rarest = "", ...others]: readonly string[]): string {
    const word = this.#dialect.table("word");
    const holds = others.map(
      (other) => `AND EXISTS (SELECT 1 FROM ${word} x
        WHERE x.space = ${this.#space} AND x.word = ${this.#place(other)} AND x.number = c.number)`,
    );
    return `SELECT DISTINCT c.number FROM ${word} c
      WHERE c.space = ${this.#space} AND c.word = ${this.#place(rarest)} ${holds.join(" ")}`;
  }
}

import {
  evaluateWhere,
  indexQuery,
  readRow,
  searchStatement,
  type Dialect,
  type Digest,
  type Found,
  type Position,
  type Search,
  type SearchResult,
  type SearchScope,
} from "../index.js";
import type { Session } from "./connections.js";

/** Where the tables are, and how long words are shortened. */
export interface Tables {
  /** The schema, quoted. */
  readonly schema: string;
  readonly digest: Digest;
}

/** A search in a space at a time. */
export type SpaceSearch = Search & Pick<SearchScope, "space" | "nowMs">;

/** A match, with the number of its row and the revision that the search saw. */
export type Match = Found & { readonly number: number; readonly revision: number };

/** How many rows are fetched at first, and at most: an entry may take a mebibyte. */
const rowsFirst = 64;
const rowsMax = 4_096;

/** The first hits of a page, in one state of the database: no more than it takes, and one more if there is one. */
export async function searchAll(session: Session, tables: Tables, search: SpaceSearch): Promise<SearchResult> {
  const { plan, pageBytes } = search;
  const isOne = plan.where === undefined && plan.topK < rowsFirst;
  if (!isOne) await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const found: Found[] = [];
  let asOf = search.asOf ?? 0;
  let bytes = 0;
  for await (const { entry, score, revision } of matches(session, tables, search)) {
    found.push({ entry, score });
    asOf = search.asOf ?? revision;
    bytes += entry.contentText.length;
    if (found.length > plan.topK || bytes > pageBytes) break;
  }
  if (!isOne) await session.query("COMMIT");
  return { found, asOf };
}

/** Beyond this many entries a word is as common as any other. */
const commonMax = 1_000;

/** The words of the query as the index has them, the rarest first if all must be there. */
async function rarestFirst(
  session: Session,
  { schema, digest }: Tables,
  { plan, space }: SpaceSearch,
): Promise<readonly string[]> {
  const words = indexQuery(plan.words ?? new Set(), digest);
  if (words.length === 1 || plan.matchesAny) return words;
  const some = `SELECT 1 FROM ${schema}.word x WHERE x.space = $1 AND x.word = w.word LIMIT ${commonMax}`;
  const counted = await session.query(
    `SELECT w.word, (SELECT count(*) FROM (${some}) s) AS count FROM unnest($2::text[]) AS w (word) ORDER BY count`,
    [space, words],
  );
  return counted.map(({ word }) => String(word));
}

/** All matches in the order of hits, fetched in growing parts. Needs a transaction unless the first part is enough. */
export async function* matches(session: Session, tables: Tables, search: SpaceSearch): AsyncIterable<Match> {
  const { plan, asOf, space, nowMs } = search;
  const dialect: Dialect = { table: (name) => `${tables.schema}.${name}`, place: (n) => `$${n}` };
  const words = plan.words && (await rarestFirst(session, tables, search));
  let after: Position | undefined = plan.cursor;
  for (let rows = rowsFirst; ; rows = Math.min(2 * rows, rowsMax)) {
    const limit = plan.where === undefined ? Math.min(rows, plan.topK + 1) : rows;
    const scope = { space, nowMs, asOf, words, after, limit };
    const { text, values } = searchStatement(plan, scope, dialect);
    const part = await session.search(text, values);
    for (const columns of part) {
      const { number, entry } = readRow(columns);
      const score = Number(columns["score"]);
      after = { score, updatedAtMs: entry.updatedAtMs, id: entry.id };
      if (plan.where !== undefined && !evaluateWhere(plan.where, JSON.parse(entry.contentText))) continue;
      yield { entry, number, score, revision: Number(columns["revision"]) };
    }
    if (part.length < limit) return;
  }
}

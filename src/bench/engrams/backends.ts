import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import pg from "pg";
import {
  leafTokens,
  readQuery,
  readRow,
  scoreEntry,
  takeFirst,
  type Columns,
  type Engram,
  type Found,
} from "../../engram/index.js";
import { InMemoryEngram } from "../../engram/memory/index.js";
import { PostgresEngram } from "../../engram/postgres/index.js";
import { SqliteEngram } from "../../engram/sqlite/index.js";
import { createRecall } from "../../testing/index.js";
import { PostgresServer } from "../../testing/postgres/index.js";
import { memoryOf } from "./corpus.js";

type Query = Parameters<typeof createRecall>[0];

/** One backend under measurement. */
export interface Backend {
  /** What it is. */
  readonly name: string;
  /** The Engram that holds the corpus. */
  readonly engram: Engram;
  /** An empty Engram of the same kind, in the same store. */
  readonly createEmpty: (engramId: string) => Engram;
  /** The same recall without an index: every entry is read, and judged by the definition. How many hits it has. */
  readonly scan: (query: Query) => Promise<number>;
  readonly close: () => Promise<void>;
}

/** A recall by its definition: each entry is looked at. */
function judge(query: Query, rows: Iterable<Columns>): number {
  const plan = readQuery(createRecall(query));
  const matches = function* (): Iterable<Found> {
    for (const row of rows) {
      const { entry } = readRow(row);
      const content = JSON.parse(entry.contentText);
      const score = scoreEntry(plan, { entry, content, leaves: leafTokens(content, entry.tags) }, Date.now());
      if (score !== undefined) yield { entry, score };
    }
  };
  return takeFirst(matches(), plan.topK).length;
}

function openMemory(count: number): Backend {
  const create = (engramId: string): Engram => new InMemoryEngram({ engramId, engramKind: "bench" });
  const engram = create("many");
  const rows = Array.from({ length: count }, (_, n): Columns => {
    const { body } = memoryOf(n);
    const content = new TextDecoder().decode(body.content?.data);
    const tags = JSON.stringify(body.tags);
    return {
      number: n,
      id: String(n),
      merge_key: `q:${n}`,
      seq: 0,
      version: 1,
      updated_ms: n,
      expires_ms: null,
      tags,
      content,
    };
  });
  const scan = async (query: Query): Promise<number> => judge(query, rows);
  return { name: "memory", engram, createEmpty: create, scan, close: () => engram.close() };
}

function openSqlite(): Backend {
  const folder = mkdtempSync(join(tmpdir(), "cosmonapse-bench-"));
  const path = join(folder, "memory.db");
  const create = (engramId: string): Engram => new SqliteEngram({ engramId, engramKind: "bench", path });
  const engram = create("many");
  const scan = async (query: Query): Promise<number> => {
    const database = new Sqlite(path, { readonly: true });
    try {
      return judge(query, database.prepare<[], Columns>("SELECT * FROM entry").iterate());
    } finally {
      database.close();
    }
  };
  const close = async (): Promise<void> => {
    await engram.close();
    rmSync(folder, { recursive: true });
  };
  return { name: "sqlite", engram, createEmpty: create, scan, close };
}

async function openPostgres(): Promise<Backend> {
  const given = process.env["DATABASE_URL"];
  // What was loaded is analyzed soon, as on a server that has been running for a while.
  const server =
    given === undefined ? await PostgresServer.start({ settings: { autovacuum_naptime: "1s" } }) : undefined;
  const dsn = given ?? server?.dsn ?? "";
  const schema = `bench${process.pid}`;
  const create = (engramId: string): Engram => new PostgresEngram({ engramId, engramKind: "bench", dsn, schema });
  const engram = create("many");
  const pool = new pg.Pool({ connectionString: dsn, max: 1 });
  const scan = async (query: Query): Promise<number> =>
    judge(query, (await pool.query<Columns>(`SELECT * FROM ${schema}.entry`)).rows);
  const close = async (): Promise<void> => {
    await engram.close();
    await pool.query(`DROP SCHEMA ${schema} CASCADE`);
    await pool.end();
    await server?.stop();
  };
  return { name: "postgres", engram, createEmpty: create, scan, close };
}

/** The three backends, empty. */
export async function openBackends(count: number): Promise<readonly Backend[]> {
  return [openMemory(count), openSqlite(), await openPostgres()];
}

import { CosmoError } from "../../errors/index.js";
import type { Session } from "./connections.js";

/**
 * What made each version of the schema out of the one before; the table `store` says which it has. What is written once
 * is never changed: a new version is a new member.
 *
 * A `space` holds the entries of one namespace and Engram; whoever changes it holds its row. Its `revision` counts the
 * stored batches, `last_number` the entries, `floor` is the version above which places begin until `floor_until_ms`. An
 * `entry` is a record, with `seq` zero, or an item; `word` and `tag` find it by `number`. A `counter` outlives what it
 * counted, `told` is what imprint ids were answered. Texts compare by code point.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE store (store_id text NOT NULL, version integer NOT NULL);

  CREATE TABLE space (
    space bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    namespace text COLLATE "C" NOT NULL,
    engram_id text COLLATE "C" NOT NULL,
    revision bigint NOT NULL DEFAULT 0,
    last_number bigint NOT NULL DEFAULT 0,
    floor bigint NOT NULL DEFAULT 0,
    floor_until_ms bigint NOT NULL DEFAULT 0,
    UNIQUE (namespace, engram_id)
  );

  CREATE TABLE entry (
    space bigint NOT NULL,
    number bigint NOT NULL,
    revision bigint NOT NULL,
    id text COLLATE "C" NOT NULL,
    merge_key text COLLATE "C",
    seq bigint NOT NULL,
    version bigint NOT NULL,
    created_ms bigint NOT NULL,
    updated_ms bigint NOT NULL,
    expires_ms bigint,
    tags text NOT NULL,
    source text NOT NULL,
    trace_id text NOT NULL,
    imprint_id text NOT NULL,
    content text NOT NULL,
    PRIMARY KEY (space, number),
    UNIQUE (space, id),
    UNIQUE (space, merge_key, seq)
  );
  CREATE INDEX entry_order ON entry (space, updated_ms, id);
  CREATE INDEX entry_expiry ON entry (space, expires_ms) WHERE expires_ms IS NOT NULL;

  CREATE TABLE word (
    space bigint NOT NULL,
    word text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    leaf integer NOT NULL,
    size integer NOT NULL,
    PRIMARY KEY (space, word, number, leaf)
  );

  CREATE TABLE tag (
    space bigint NOT NULL,
    tag text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (space, tag, number)
  );

  CREATE TABLE counter (
    space bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    last_seq bigint NOT NULL,
    items bigint NOT NULL,
    buried_ms bigint,
    PRIMARY KEY (space, name)
  );
  CREATE INDEX counter_buried ON counter (space, buried_ms) WHERE buried_ms IS NOT NULL;

  CREATE TABLE told (
    space bigint NOT NULL,
    imprint_id text COLLATE "C" NOT NULL,
    fingerprint text NOT NULL,
    receipt bytea,
    rejection bytea,
    told_ms bigint NOT NULL,
    PRIMARY KEY (space, imprint_id)
  );
  CREATE INDEX told_order ON told (space, told_ms);
  `,
];

/** The tables whose rows are of a space. */
export const spaceTables = ["entry", "word", "tag", "counter", "told"] as const;

/**
 * Brings the schema up to the version that this driver knows, in one transaction, however many hosts start at once; the
 * id of the store. Throws `ENGRAM_FAILED` for a schema of a later version.
 */
export async function migrate(session: Session, schema: string, storeId: string): Promise<string> {
  const found = await readStore(session, schema);
  if (found?.version === migrations.length) return found.storeId;
  await session.query("BEGIN");
  // Whoever comes second waits here, and then finds it done.
  await session.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`cosmonapse ${schema}`]);
  const before = (await readStore(session, schema)) ?? { storeId, version: 0 };
  if (before.version > migrations.length) {
    const message = `schema ${schema} has version ${before.version}, this driver knows ${migrations.length}; update cosmonapse`;
    throw new CosmoError("ENGRAM_FAILED", message);
  }
  const name = quoteName(schema);
  const known = await session.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", [schema]);
  if (known.length === 0) await session.query(`CREATE SCHEMA ${name}`);
  await session.query(`SET LOCAL search_path TO ${name}`);
  for (const migration of migrations.slice(before.version)) await session.query(migration);
  if (before.version === 0) await session.query("INSERT INTO store VALUES ($1, 0)", [storeId]);
  await session.query("UPDATE store SET version = $1", [migrations.length]);
  await session.query("COMMIT");
  return before.storeId;
}

async function readStore(
  session: Session,
  schema: string,
): Promise<{ readonly storeId: string; readonly version: number } | undefined> {
  const name = `${quoteName(schema)}.store`;
  // Read from the catalog itself: what a connection remembers of names may be older than a lock that it waited for.
  const [table] = await session.query("SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = 'store'", [
    schema,
  ]);
  if (table === undefined) return undefined;
  const [row] = await session.query(`SELECT store_id, version FROM ${name}`);
  return row && { storeId: String(row["store_id"]), version: Number(row["version"]) };
}

/** A name as SQL has it between quotes. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

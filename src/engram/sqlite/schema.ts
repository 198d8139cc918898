import type { Database } from "better-sqlite3";
import { CosmoError } from "../../errors/index.js";

/** Marks a file as ours, in its header: `COSM`. */
const applicationId = 0x434f_534d;

/**
 * What made each version of the schema out of the one before; the file says which it has. What is written once is never
 * changed: a new version is a new member.
 *
 * A `space` holds the entries of one namespace and Engram. Its `revision` counts the stored batches, `floor` is the
 * version above which places begin until `floor_until_ms`. An `entry` is a record, with `seq` zero, or an item; `word`
 * and `tag` find it by `number`; words stand in buckets of 256 neighbouring entries, so that a commit writes few pages.
 * A `counter` outlives what it counted, `told` is what imprint ids were answered.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE store (store_id TEXT NOT NULL) STRICT;

  CREATE TABLE space (
    space INTEGER PRIMARY KEY,
    namespace TEXT NOT NULL,
    engram_id TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 0,
    floor INTEGER NOT NULL DEFAULT 0,
    floor_until_ms INTEGER NOT NULL DEFAULT 0,
    UNIQUE (namespace, engram_id)
  ) STRICT;

  CREATE TABLE entry (
    number INTEGER PRIMARY KEY,
    space INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    id TEXT NOT NULL,
    merge_key TEXT,
    seq INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    expires_ms INTEGER,
    tags TEXT NOT NULL,
    source TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    imprint_id TEXT NOT NULL,
    content TEXT NOT NULL,
    UNIQUE (space, id),
    UNIQUE (space, merge_key, seq)
  ) STRICT;
  CREATE INDEX entry_order ON entry (space, updated_ms, id);
  CREATE INDEX entry_expiry ON entry (space, expires_ms) WHERE expires_ms IS NOT NULL;

  CREATE TABLE word (
    space INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    word TEXT NOT NULL,
    number INTEGER NOT NULL,
    leaf INTEGER NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (space, bucket, word, number, leaf)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE tag (
    space INTEGER NOT NULL,
    tag TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (space, tag, number)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE counter (
    space INTEGER NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    items INTEGER NOT NULL,
    buried_ms INTEGER,
    PRIMARY KEY (space, name)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX counter_buried ON counter (buried_ms) WHERE buried_ms IS NOT NULL;

  CREATE TABLE told (
    space INTEGER NOT NULL,
    imprint_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    receipt BLOB,
    rejection BLOB,
    told_ms INTEGER NOT NULL,
    PRIMARY KEY (space, imprint_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX told_order ON told (told_ms);
  `,
];

/** SQL for the bucket of an entry's number. */
export function bucketOf(number: string): string {
  return `(${number} >> 8)`;
}

function numberOf(database: Database, pragma: string): number {
  return Number(database.pragma(pragma, { simple: true }));
}

/**
 * Brings the schema of a file up to the version that this driver knows, in one transaction, however many hosts start at
 * once. Throws `ENGRAM_FAILED` for a file of something else or of a later version.
 */
export function migrate(database: Database, storeId: string): void {
  const version = numberOf(database, "user_version");
  if (version === migrations.length && numberOf(database, "application_id") === applicationId) return;
  database
    .transaction(() => {
      const from = numberOf(database, "user_version");
      const isOurs = numberOf(database, "application_id") === applicationId;
      const tables = Number(database.prepare("SELECT count(*) FROM sqlite_schema").pluck().get());
      if (!isOurs && tables > 0) {
        throw new CosmoError("ENGRAM_FAILED", `${database.name} is the database of something else; give another path`);
      }
      if (from > migrations.length) {
        const message = `${database.name} has schema version ${from}, this driver knows ${migrations.length}; update cosmonapse`;
        throw new CosmoError("ENGRAM_FAILED", message);
      }
      for (const migration of migrations.slice(from)) database.exec(migration);
      if (from === 0) database.prepare("INSERT INTO store VALUES (?)").run(storeId);
      database.pragma(`application_id = ${applicationId}`);
      database.pragma(`user_version = ${migrations.length}`);
    })
    .immediate();
}

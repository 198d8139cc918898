import Sqlite, { SqliteError, type Database } from "better-sqlite3";
import { Durability } from "../../../gen/cosmonapse/v1/memory.js";
import { Effect } from "../../../gen/cosmonapse/v1/options.js";
import { CosmoError, describeThrown } from "../../errors/index.js";

/** After how many pages the log is copied into the file: 64 MiB, so that a page that changes often is copied once. */
const checkpointPages = 16_384;

/** For how long a locked file is tried again, milliseconds. */
const lockedMs = 10_000;

/**
 * Opens a file so that what is committed is on disk: WAL with `synchronous=FULL`. A lock is never waited for inside
 * SQLite, whose waits grow to a tenth of a second; `whileLocked` tries again sooner.
 */
export function openDatabase(path: string): Database {
  const database = new Sqlite(path, { timeout: 0 });
  try {
    whileLocked(() => database.pragma("journal_mode = WAL"));
    database.pragma("synchronous = FULL");
    database.pragma("cache_size = -65536");
    database.pragma(`wal_autocheckpoint = ${checkpointPages}`);
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/** How safely a connection keeps what it commits, as the live settings say. */
export function durabilityOf(database: Database): Durability {
  const isFull = Number(database.pragma("synchronous", { simple: true })) >= 2;
  return isFull ? Durability.DISK : Durability.OS;
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Does something, again and again while another process holds the lock; the last time its error is thrown. */
export function whileLocked<T>(run: () => T): T {
  const endMs = performance.now() + lockedMs;
  for (;;) {
    try {
      return run();
    } catch (thrown) {
      if (!isLocked(thrown) || performance.now() > endMs) throw thrown;
    }
    // This thread has nothing else to do, and nobody else waits for it.
    Atomics.wait(sleeper, 0, 0, 0.2 + 2 * Math.random());
  }
}

function isLocked(thrown: unknown): boolean {
  return thrown instanceof SqliteError && /^SQLITE_(?:BUSY|LOCKED)/.test(thrown.code);
}

const advice: readonly (readonly [code: RegExp, advice: string])[] = [
  [/^SQLITE_(?:BUSY|LOCKED)/, `it was locked by another process for ${lockedMs / 1_000} s; try again`],
  [/^SQLITE_FULL/, "the disk is full; make room and try again"],
  [/^SQLITE_READONLY/, "it cannot be written; change its permissions or give another path"],
  [/^SQLITE_CANTOPEN/, "it cannot be opened; give a path in a folder that exists and can be written"],
  [/^SQLITE_NOTADB/, "it is no SQLite database; give another path"],
  [/^SQLITE_CORRUPT/, "it is damaged; restore it from a backup"],
];

/**
 * What went wrong with a file, as the one error of a failing backend: `ENGRAM_FAILED`. A transaction that failed left
 * nothing, unless the disk itself failed (COS-OP-034).
 */
export function toEngramFailed(thrown: unknown, path: string): CosmoError {
  if (thrown instanceof CosmoError) return thrown;
  const code = thrown instanceof SqliteError ? thrown.code : "";
  const [, what = describeThrown(thrown)] = advice.find(([pattern]) => pattern.test(code)) ?? [];
  const effect = code.startsWith("SQLITE_IOERR") || code === "" ? Effect.UNKNOWN : Effect.NONE;
  return new CosmoError("ENGRAM_FAILED", `${path}: ${what}${code === "" ? "" : ` (${code})`}`, {
    effect,
    cause: thrown,
  });
}

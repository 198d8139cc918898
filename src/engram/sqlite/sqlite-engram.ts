import { resolve } from "node:path";
import { checkOptions, CosmoError } from "../../errors/index.js";
import { createUlidSource, systemClock, type Clock } from "../../foundation/index.js";
import { StoredEngram } from "../index.js";
import { SqliteStore } from "./sqlite-store.js";

/** How a `SqliteEngram` is made. */
export interface SqliteEngramOptions {
  /** The address on the Synapse, `[A-Za-z0-9_-]{1,64}`. */
  readonly engramId: string;
  /** What kind of memory it is, `[A-Za-z0-9_-]{1,64}`. */
  readonly engramKind: string;
  /** The file; made when it is opened, if it is not there. Several Engrams and processes may share one. */
  readonly path: string;
  /** The store's clock. Default: the machine's. */
  readonly clock?: Clock;
  /** Makes ULIDs for entries and the store. Default: a monotonic source over the clock. */
  readonly ids?: () => string;
}

const known = new Set(["engramId", "engramKind", "path", "clock", "ids"]);

/**
 * An Engram in a file of SQLite. An imprint is acknowledged when its transaction is on disk (`durability` is DISK), and
 * imprints that wait together share one (COS-ENT-019). Threads of its own hold the file, so that no event loop waits
 * for the disk; processes that share a file take turns, and see each other's imprints at once (COS-ENT-020). A file that
 * is locked for 10 seconds, full, damaged or not ours is `ENGRAM_FAILED` (COS-OP-034). Needs the package better-sqlite3.
 */
export class SqliteEngram extends StoredEngram {
  constructor(options: SqliteEngramOptions) {
    checkOptions("SqliteEngram", options, known);
    const { engramId, engramKind, clock = systemClock } = options;
    const ids = options.ids ?? createUlidSource(() => clock.wallMs());
    const path = readPath(options.path);
    super({ engramId, engramKind, ids, store: new SqliteStore({ path, engramId, clock, storeId: `sqlite_${ids()}` }) });
  }
}

function readPath(path: unknown): string {
  if (typeof path === "string" && path !== "" && path !== ":memory:" && !path.includes("\0")) return resolve(path);
  const message = `path is the name of a file, not ${JSON.stringify(path)}; for memory alone use InMemoryEngram`;
  throw new CosmoError("INVALID_ARGUMENT", message, { field: "path" });
}

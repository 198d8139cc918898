import { checkOptions, CosmoError } from "../../errors/index.js";
import { createUlidSource, systemClock, type Clock } from "../../foundation/index.js";
import { StoredEngram } from "../index.js";
import { Connections, type PostgresPool } from "./connections.js";
import { openPool } from "./pool.js";
import { PostgresStore } from "./postgres-store.js";

/** How a `PostgresEngram` is made. Exactly one of `dsn` and `pool` is given. */
export interface PostgresEngramOptions {
  /** The address on the Synapse, `[A-Za-z0-9_-]{1,64}`. */
  readonly engramId: string;
  /** What kind of memory it is, `[A-Za-z0-9_-]{1,64}`. */
  readonly engramKind: string;
  /** The database, as `postgresql://user:password@host:port/name`. */
  readonly dsn?: string;
  /** A pool of the package pg that is yours, and stays open. With its option `pipeline` it is faster. */
  readonly pool?: PostgresPool;
  /** The schema of the tables, made if it is not there. Engrams of one schema share a store. Default: `cosmonapse`. */
  readonly schema?: string;
  /** The store's clock, for tests. Default: the database's. */
  readonly clock?: Clock;
  /** Makes ULIDs for entries and the store. Default: a monotonic source over the clock. */
  readonly ids?: () => string;
}

const known = new Set(["engramId", "engramKind", "dsn", "pool", "schema", "clock", "ids"]);

/**
 * An Engram in a database of PostgreSQL 14 or later. An imprint is acknowledged when its transaction is on disk
 * (`durability` is DISK, or OS on a server without fsync), and imprints that wait together share one (COS-ENT-019). Any
 * number of processes serve the same entries, and see each other's imprints at once (COS-ENT-020). A broken connection
 * is replaced; a server that stays away for some seconds is `ENGRAM_FAILED` (COS-OP-034). Needs the package pg.
 */
export class PostgresEngram extends StoredEngram {
  constructor(options: PostgresEngramOptions) {
    checkOptions("PostgresEngram", options, known);
    const { engramId, engramKind, clock, schema = "cosmonapse" } = options;
    const ids = options.ids ?? createUlidSource(() => (clock ?? systemClock).wallMs());
    const connections = new Connections(readTarget(options));
    checkSchema(schema);
    const store = new PostgresStore({ connections, schema, engramId, clock, storeId: `postgres_${ids()}` });
    super({ engramId, engramKind, ids, store });
  }
}

function readTarget({ dsn, pool }: PostgresEngramOptions): ConstructorParameters<typeof Connections>[0] {
  if (pool !== undefined && dsn === undefined) return async () => ({ pool, end: async () => undefined });
  if (pool === undefined && typeof dsn === "string" && /^postgres(?:ql)?:\/\//.test(dsn)) return () => openPool(dsn);
  const message = "give either a dsn like postgresql://user:password@host:5432/name or a pool of the package pg";
  throw new CosmoError("INVALID_ARGUMENT", message, { field: "dsn" });
}

function checkSchema(schema: string): void {
  if (/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(schema) && !schema.startsWith("pg_")) return;
  const message = `schema is a name of letters, digits and _, not ${JSON.stringify(schema)}`;
  throw new CosmoError("INVALID_ARGUMENT", message, { field: "schema" });
}

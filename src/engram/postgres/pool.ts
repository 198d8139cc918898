import { CosmoError } from "../../errors/index.js";
import type { OwnPool } from "./connections.js";

/** How many connections a pool of our own has: one for each namespace that stores, and some that recall. */
const connectionsMax = 8;

/** Makes a pool. Throws INVALID_ARGUMENT if the package pg is not installed, or the DSN is none. */
export async function openPool(dsn: string): Promise<OwnPool> {
  const { default: pg } = await import("pg").catch((cause: unknown) => {
    const message =
      "PostgresEngram needs the package pg, which is not installed: npm install pg, or use InMemoryEngram or SqliteEngram";
    throw new CosmoError("INVALID_ARGUMENT", message, { cause });
  });
  const pool = new pg.Pool({
    connectionString: dsn,
    max: connectionsMax,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    query_timeout: 60_000,
    keepAlive: true,
    allowExitOnIdle: true,
    application_name: "cosmonapse",
    // Statements that do not need each other's results go out together.
    pipeline: true,
  });
  // An idle connection that breaks is replaced.
  pool.on("error", () => undefined);
  return { pool, end: () => pool.end() };
}

export type { PostgresClient, PostgresPool } from "./connections.js";
export { PostgresEngram, type PostgresEngramOptions } from "./postgres-engram.js";

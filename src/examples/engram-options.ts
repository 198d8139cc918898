import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { CosmoError, InMemoryEngram, type Engram } from "../index.js";

/** What the command line says: which Engram, and the words that follow. */
export interface MainOptions {
  /** Makes the Engram that was chosen. */
  readonly createEngram: () => Promise<Engram>;
  /** The words of the question. Empty: none. */
  readonly words: readonly string[];
}

const address = { engramId: "ctx", engramKind: "context" };

/**
 * Reads `--engram memory|sqlite|postgres` with `--path` or `--dsn`, and a question. A path is relative to `folder`, from
 * where npm was called. Throws INVALID_ARGUMENT for whatever does not fit.
 */
export function readMainOptions(args: readonly string[], folder: string): MainOptions {
  const { values, positionals: words } = parse(args);
  const { engram: kind = "memory", path, dsn } = values;
  if (path !== undefined && kind !== "sqlite") throw refuse("--path goes with --engram sqlite");
  if (dsn !== undefined && kind !== "postgres") throw refuse("--dsn goes with --engram postgres");
  switch (kind) {
    case "memory":
      return { words, createEngram: async () => new InMemoryEngram(address) };
    case "sqlite":
      if (path === undefined) throw refuse("--engram sqlite needs a file: --path memory.db");
      return {
        words,
        createEngram: async () => {
          const { SqliteEngram } = await import("../engram/sqlite/index.js");
          return new SqliteEngram({ ...address, path: resolve(folder, path) });
        },
      };
    case "postgres":
      if (dsn === undefined) {
        throw refuse("--engram postgres needs a database: --dsn postgresql://user:password@host:5432/name");
      }
      return {
        words,
        createEngram: async () => {
          const { PostgresEngram } = await import("../engram/postgres/index.js");
          return new PostgresEngram({ ...address, dsn });
        },
      };
    default:
      throw refuse(`there is no Engram '${kind}'; there are memory, sqlite and postgres`);
  }
}

function parse(args: readonly string[]): {
  values: { engram?: string; path?: string; dsn?: string };
  positionals: string[];
} {
  const option = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...args],
      options: { engram: option, path: option, dsn: option },
      allowPositionals: true,
    });
  } catch (thrown) {
    throw refuse(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function refuse(message: string): CosmoError {
  return new CosmoError("INVALID_ARGUMENT", message);
}

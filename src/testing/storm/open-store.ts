import type { Engram } from "../../engram/index.js";
import { InMemoryEngram } from "../../engram/memory/index.js";
import { PostgresEngram } from "../../engram/postgres/index.js";
import { SqliteEngram } from "../../engram/sqlite/index.js";
import { stormNamespace, type WriterOptions } from "./writer-options.js";

/** Opens the Engram of a store in the namespace of every writer. The caller closes it. */
export async function openStore(store: WriterOptions["store"]): Promise<Engram> {
  const name = { engramId: "storm", engramKind: "storm" };
  const engram = openEngram(store, name);
  await engram.open(stormNamespace);
  return engram;
}

function openEngram(store: WriterOptions["store"], name: { engramId: string; engramKind: string }): Engram {
  switch (store.kind) {
    case "memory":
      return new InMemoryEngram(name);
    case "sqlite":
      return new SqliteEngram({ ...name, path: store.path });
    case "postgres":
      return new PostgresEngram({ ...name, dsn: store.dsn, schema: store.schema });
  }
}

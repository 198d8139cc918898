import { resolve } from "node:path";
import { SqliteEngram } from "../../engram/sqlite/index.js";
import type { Call } from "../core/call.js";
import type { ServeFlags } from "./flags.js";
import { serveEngram } from "./serve.js";
import { explainSqlite } from "./stores.js";

/** `cosmo engram serve sqlite`. */
export async function run(call: Call<ServeFlags & { readonly path: string }>): Promise<undefined> {
  const { engramId, kind, path } = call.options;
  await serveEngram(call, {
    create: () => new SqliteEngram({ engramId, engramKind: kind, path }),
    store: resolve(path),
    explain: explainSqlite,
  });
}

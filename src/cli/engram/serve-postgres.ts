import { PostgresEngram } from "../../engram/postgres/index.js";
import type { Call } from "../core/call.js";
import type { ServeFlags } from "./flags.js";
import { serveEngram } from "./serve.js";
import { createPostgresExplainer, readDsn, showDsn } from "./stores.js";

/** `cosmo engram serve postgres`. */
export async function run(
  call: Call<ServeFlags & { readonly dsn?: string; readonly schema: string }>,
): Promise<undefined> {
  const { engramId, kind, schema } = call.options;
  const dsn = readDsn(call.options.dsn);
  await serveEngram(call, {
    create: () => new PostgresEngram({ engramId, engramKind: kind, dsn, schema }),
    store: `${showDsn(dsn)} schema ${schema}`,
    explain: createPostgresExplainer(dsn),
  });
}

import { PostgresEngram } from "../../engram/postgres/index.js";
import type { Call } from "../core/call.js";
import { forgetIn, type ForgetFlags } from "./forget.js";
import { createPostgresExplainer, readDsn, showDsn } from "./stores.js";

/** `cosmo engram forget postgres`. */
export async function run(
  call: Call<ForgetFlags & { readonly dsn?: string; readonly schema: string }>,
): Promise<undefined> {
  const { engramId, schema } = call.options;
  const dsn = readDsn(call.options.dsn);
  return forgetIn(call, {
    create: () => new PostgresEngram({ engramId, engramKind: "context", dsn, schema }),
    store: `${showDsn(dsn)} schema ${schema}`,
    explain: createPostgresExplainer(dsn),
  });
}

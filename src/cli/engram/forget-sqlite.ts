import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { SqliteEngram } from "../../engram/sqlite/index.js";
import type { Call } from "../core/call.js";
import { CliError } from "../core/cli-error.js";
import { forgetIn, type ForgetFlags } from "./forget.js";
import { explainSqlite } from "./stores.js";

/** `cosmo engram forget sqlite`. Throws INVALID_ARGUMENT for a file that is not there: nothing is made. */
export async function run(call: Call<ForgetFlags & { readonly path: string }>): Promise<undefined> {
  const { engramId, path } = call.options;
  if (!existsSync(path)) {
    throw new CliError("INVALID_ARGUMENT", `--path: ${path} is not there`, {
      field: "path",
      hint: "Give the file that `cosmo engram serve sqlite` was given.",
    });
  }
  return forgetIn(call, {
    create: () => new SqliteEngram({ engramId, engramKind: "context", path }),
    store: resolve(path),
    explain: explainSqlite,
  });
}

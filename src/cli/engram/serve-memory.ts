import { InMemoryEngram } from "../../engram/memory/index.js";
import type { Call } from "../core/call.js";
import type { ServeFlags } from "./flags.js";
import { serveEngram } from "./serve.js";

/** `cosmo engram serve memory`. */
export async function run(call: Call<ServeFlags>): Promise<undefined> {
  const { engramId, kind } = call.options;
  await serveEngram(call, { create: () => new InMemoryEngram({ engramId, engramKind: kind }), store: "memory" });
}

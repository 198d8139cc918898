import type { Call } from "../core/call.js";
import type { ExitCode } from "../core/exit-code.js";
import type { WorkerFlags } from "./flags.js";
import { host } from "./host.js";
import { supervise } from "./supervise.js";

/** `cosmo worker run`: hosts Neurons here, or with `--watch` in a process that is replaced when their code changes. */
export async function run(call: Call<WorkerFlags>): Promise<ExitCode> {
  if (call.options.watch === true) return supervise(call);
  await host(call);
  return 0;
}

import { Finding } from "../run/verdict.js";
import { HarnessFailure, type Harness } from "./harness.js";
import type { Command, Reply } from "./messages.js";

/** Asks the harness. Rejects with a Finding for what is no answer of the implementation. */
export async function askHarness(harness: Harness, command: Command): Promise<Reply> {
  const reply = await harness.ask(command).catch((thrown: unknown) => {
    if (!(thrown instanceof HarnessFailure)) throw thrown;
    throw new Finding(thrown.kind === "broken" ? "harness-error" : thrown.kind, thrown.message);
  });
  if (reply.unsupported !== undefined) throw new Finding("unsupported", reply.unsupported.reason);
  if (reply.harnessError !== undefined) throw new Finding("harness-error", reply.harnessError.message);
  return reply;
}

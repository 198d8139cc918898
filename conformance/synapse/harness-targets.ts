import type { ListenCommand } from "../control/messages.js";
import type { Harness } from "../control/harness.js";
import { Finding } from "../run/verdict.js";
import type { HarnessPool } from "../control/harness-pool.js";
import type { Targets } from "./play.js";

/** Synapses that a harness starts: one with the standard limits for all cases, and one more for each other set of limits. */
export function harnessTargets(pool: HarnessPool): Targets {
  const started = new Map<string, Promise<string>>();
  let current: Harness | undefined;
  const find = async (command: ListenCommand): Promise<string> => {
    const harness = await pool.take();
    // What another harness started is gone with it.
    if (current !== harness) started.clear();
    current = harness;
    const key = JSON.stringify(command);
    const address = started.get(key) ?? listen(harness, command);
    started.set(key, address);
    return address;
  };
  return {
    listen: find,
    drain: async (address) => {
      const { done } = await (await pool.take()).ask({ drain: { address } });
      if (done === undefined) throw new Finding("harness-error", "it did not drain");
    },
  };
}

async function listen(harness: Harness, command: ListenCommand): Promise<string> {
  const { listening, unsupported, refusal, harnessError } = await harness.ask({ listen: command });
  if (listening !== undefined) return listening.address;
  if (unsupported !== undefined) throw new Finding("unsupported", unsupported.reason);
  throw new Finding(
    "harness-error",
    `it did not listen: ${refusal?.message ?? harnessError?.message ?? "no reason given"}`,
  );
}

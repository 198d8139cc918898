import { askHarness } from "../control/ask-harness.js";
import type { ListenCommand } from "../control/messages.js";
import type { Harness } from "../control/harness.js";
import { Finding } from "../run/verdict.js";
import type { HarnessPool } from "../control/harness-pool.js";
import { Namespaces } from "./namespaces.js";
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
    // A case that is asked again asks again.
    address.catch(() => started.delete(key));
    return address;
  };
  return {
    namespaces: new Namespaces(false),
    listen: find,
    drain: async (address) => {
      const { done } = await askHarness(await pool.take(), { drain: { address } });
      if (done === undefined) throw new Finding("harness-error", "it did not drain");
    },
  };
}

async function listen(harness: Harness, command: ListenCommand): Promise<string> {
  const { listening, refusal } = await askHarness(harness, { listen: command });
  if (listening !== undefined) return listening.address;
  throw new Finding("harness-error", `it did not listen: ${refusal?.message ?? "no reason given"}`);
}

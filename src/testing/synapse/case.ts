import type { Limits } from "../../../gen/cosmonapse/v1/limits.js";
import type { Synapse } from "../../synapse/index.js";
import type { FakeClock } from "../fake-clock.js";
import { Peer, type PeerOptions } from "./peer.js";

/** What a case plays on: a fresh Synapse under a clock that the case moves. */
export interface Stage {
  readonly synapse: Synapse;
  readonly clock: FakeClock;
  /** Lets a peer join. */
  peer(dendriteId: string, options?: Partial<PeerOptions>): Promise<Peer>;
}

/** One thing that every Synapse does, and how it is seen. */
export interface SynapseCase {
  /** A sentence in the present tense. */
  readonly name: string;
  /** The requirements that it shows. */
  readonly requirements: readonly string[];
  /** Limits that differ from the standard. */
  readonly limits?: Partial<Limits>;
  /** Throws if the contract does not hold; never hangs on a Synapse that keeps it. */
  readonly run: (stage: Stage) => Promise<void>;
}

/** How a battery gets its Synapse: one for each case, under the clock of the case. */
export interface SynapseDriver {
  open(options: { readonly limits: Partial<Limits>; readonly clock: FakeClock }): Promise<Synapse>;
}

/** Plays one case on a fresh Synapse, and closes it. */
export async function runSynapseCase(one: SynapseCase, driver: SynapseDriver, clock: FakeClock): Promise<void> {
  const synapse = await driver.open({ limits: one.limits ?? {}, clock });
  try {
    const peer: Stage["peer"] = (dendriteId, options = {}) => Peer.open({ synapse, clock, dendriteId, ...options });
    await one.run({ synapse, clock, peer });
  } finally {
    await synapse.close();
  }
}

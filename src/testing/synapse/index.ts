import { routingCases } from "./routing-cases.js";
import type { SynapseCase } from "./case.js";

export { runSynapseCase, type Stage, type SynapseCase, type SynapseDriver } from "./case.js";
export { Peer, type Delivered, type PeerDraft, type PeerOptions } from "./peer.js";

/** What every Synapse does, one case after another. Play each with `runSynapseCase` on a driver of your own. */
export const synapseCases: readonly SynapseCase[] = [...routingCases];

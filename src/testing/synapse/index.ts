import type { SynapseCase } from "./case.js";
import { closingCases } from "./closing-cases.js";
import { edgeCases } from "./edge-cases.js";
import { fanoutCases } from "./fanout-cases.js";
import { headerCases } from "./header-cases.js";
import { outcomeCases } from "./outcome-cases.js";
import { orderCases } from "./order-cases.js";
import { redeliveryCases } from "./redelivery-cases.js";
import { observerCases } from "./observer-cases.js";
import { registrationCases } from "./registration-cases.js";
import { routingCases } from "./routing-cases.js";
import { sessionCases } from "./session-cases.js";
import { stopCases, traceCases } from "./trace-cases.js";
import { waitingCases } from "./waiting-cases.js";

export { runSynapseCase, type Stage, type SynapseCase, type SynapseDriver } from "./case.js";
export { simulate, type SimStep } from "./simulation/simulate.js";
export { Peer, type Delivered, type PeerDraft, type PeerOptions } from "./peer.js";

/** What every Synapse does, one case after another. Play each with `runSynapseCase` on a driver of your own. */
export const synapseCases: readonly SynapseCase[] = [
  ...headerCases,
  ...sessionCases,
  ...registrationCases,
  ...routingCases,
  ...fanoutCases,
  ...outcomeCases,
  ...waitingCases,
  ...orderCases,
  ...redeliveryCases,
  ...traceCases,
  ...stopCases,
  ...closingCases,
  ...observerCases,
  ...edgeCases,
];

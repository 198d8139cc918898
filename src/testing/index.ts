export { FakeClock } from "./fake-clock.js";
export {
  Peer,
  runSynapseCase,
  synapseCases,
  type Delivered,
  type PeerDraft,
  type PeerOptions,
  type Stage,
  type SynapseCase,
  type SynapseDriver,
} from "./synapse/index.js";

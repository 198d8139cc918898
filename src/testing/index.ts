export { Dice } from "./dice.js";
export { Scene, type SceneOptions } from "./dendrite/index.js";
export { FakeClock } from "./fake-clock.js";
export {
  Peer,
  runSynapseCase,
  simulate,
  synapseCases,
  type Delivered,
  type PeerDraft,
  type PeerOptions,
  type SimStep,
  type Stage,
  type SynapseCase,
  type SynapseDriver,
} from "./synapse/index.js";
export {
  createCall,
  createImprint,
  createRecall,
  engramBattery,
  runEngramBattery,
  runPaging,
  runProgram,
  runVector,
  type BatteryReport,
  type EngramCase,
  type OpenEngram,
  type PagingStage,
  type ProgramStage,
  type Vector,
  type VectorFilter,
  type VectorImprint,
  type VectorQuery,
  type VectorStep,
} from "./engram/index.js";

export { Axon, type AxonOptions, type EngramBinding } from "./axon/index.js";
export {
  Dendrite,
  type DendriteOptions,
  type DendriteRole,
  type Dispatch,
  type DispatchAndWait,
  type EngramAddress,
  type ObserveOptions,
  type Participant,
} from "./dendrite/index.js";
export type { Engram, EngramCall } from "./engram/index.js";
export { InMemoryEngram } from "./engram/memory/index.js";
export { CosmoError, type CosmoErrorOptions, type ErrorName } from "./errors/index.js";
export type { Clock, Json, JsonObject } from "./foundation/index.js";
export type {
  Imprint,
  ImprintOptions,
  ImprintReceipt,
  ImprintResult,
  Provenance,
  Neuron,
  NeuronTools,
  Recall,
  RecallHit,
  RecallMode,
  RecallOptions,
  RecallQuery,
  RecallResult,
  SubTask,
  TaskHandle,
  TaskInfo,
  TaskReply,
  Where,
} from "./neuron/index.js";
export { Pathway, type Observation, type Reply } from "./pathway/index.js";
export {
  createIdSource,
  createSignal,
  decodeSignal,
  encodeSignal,
  signalToJson,
  validateSignal,
  type Finding,
  type IdSource,
  type SignalDraft,
} from "./signal/index.js";
export type { Session, SessionReceiver, SessionRequest, Synapse } from "./synapse/index.js";
export { MemorySynapse, type MemorySynapseOptions } from "./synapse/memory/index.js";

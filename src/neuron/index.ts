export type {
  Comparison,
  Imprint,
  ImprintOptions,
  ImprintReceipt,
  ImprintResult,
  Provenance,
  Recall,
  RecallHit,
  RecallMode,
  RecallOptions,
  RecallQuery,
  RecallResult,
  Where,
} from "./memory.js";
export type { Neuron, NeuronResult, NeuronTools, SubTask, TaskHandle, TaskInfo, TaskReply } from "./neuron.js";

export { Axon, type AxonOptions } from "./axon.js";
export type { EngramBinding } from "./binding.js";
export type { AxonHost, ReplyDraft } from "./run-neuron.js";

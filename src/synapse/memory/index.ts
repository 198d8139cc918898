export { MemorySynapse, type MemorySynapseOptions } from "./memory-synapse.js";

export { MemorySynapse, type MemorySynapseOptions } from "./memory-synapse.js";
export { openMemorySession, type MemorySessionOwner } from "./open-session.js";

import type { Synapse } from "../index.js";
import { MemorySynapse } from "../memory/index.js";
import { GrpcSynapse, type GrpcSynapseOptions } from "./client/grpc-synapse.js";

/**
 * Reaches the bus at an address: `cosmo://host:port` is gRPC, `cosmos://host:port` gRPC with TLS, `memory://` a new bus
 * in this process. Rejects with INVALID_ARGUMENT for any other address, and with UNAVAILABLE if nobody answers.
 */
export async function connectSynapse(url: string, options: GrpcSynapseOptions = {}): Promise<Synapse> {
  const synapse = url === "memory://" ? new MemorySynapse() : new GrpcSynapse(url, options);
  try {
    await synapse.connect();
    return synapse;
  } catch (thrown) {
    await synapse.close();
    throw thrown;
  }
}

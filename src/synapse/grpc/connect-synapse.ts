import type { Synapse } from "../index.js";
import { MemorySynapse } from "../memory/index.js";
import { GrpcSynapse, type GrpcSynapseOptions } from "./client/grpc-synapse.js";

/** How a bus is reached. */
export interface ConnectOptions extends GrpcSynapseOptions {
  /** Gives up connecting: it rejects with CANCELLED. What is connected goes on. */
  readonly abort?: AbortSignal;
}

/**
 * Reaches the bus at an address: `cosmo://host:port` is gRPC, `cosmos://host:port` gRPC with TLS, `memory://` a new bus
 * in this process. Rejects with INVALID_ARGUMENT for any other address, with UNAVAILABLE if nobody
 * answers, and with CANCELLED.
 */
export async function connectSynapse(url: string, options: ConnectOptions = {}): Promise<Synapse> {
  const { abort, ...own } = options;
  const synapse = url === "memory://" ? new MemorySynapse() : new GrpcSynapse(url, own);
  try {
    await synapse.connect(abort === undefined ? {} : { abort });
    return synapse;
  } catch (thrown) {
    await synapse.close();
    throw thrown;
  }
}

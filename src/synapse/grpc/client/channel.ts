import { Client, type ChannelOptions } from "@grpc/grpc-js";
import { LIMIT_TABLE } from "../../../../gen/cosmonapse/v1/tables.js";
import { CosmoError } from "../../../errors/index.js";
import { hostInUrl, readAddress, type SynapseAddress } from "../link/address.js";
import { isLoopback } from "../link/loopback.js";
import { RECEIVE_WINDOW_BYTES } from "../link/receive-window.js";
import { createChannelCredentials, type ClientProof } from "./client-credentials.js";

/** A connection of one's own, tried again soon, whose death is noticed within ten seconds. */
const channelOptions = {
  "grpc.use_local_subchannel_pool": 1,
  "grpc.initial_reconnect_backoff_ms": 50,
  "grpc.min_reconnect_backoff_ms": 50,
  "grpc.max_reconnect_backoff_ms": 1_000,
  "grpc.keepalive_time_ms": 5_000,
  "grpc.keepalive_timeout_ms": 5_000,
  "grpc.max_receive_message_length": LIMIT_TABLE.messageBytes.ceiling,
  "grpc.max_send_message_length": -1,
  "grpc-node.flow_control_window": RECEIVE_WINDOW_BYTES,
  "grpc.enable_retries": 0,
};

function channelOptionsOf({ host }: SynapseAddress, serverName: string | undefined): ChannelOptions {
  return {
    ...channelOptions,
    // Through a proxy, this machine is another one: what may stay unencrypted here would leave it (COS-SEC-011).
    ...(isLoopback(host) ? { "grpc.enable_http_proxy": 0 } : {}),
    ...(serverName === undefined ? {} : { "grpc.ssl_target_name_override": serverName }),
  };
}

/** A client of the Synapse at an address; it connects when it is used. Throws INVALID_ARGUMENT. */
export function createClient(url: string, proof: ClientProof): Client {
  const address = readAddress(url);
  return new Client(
    `${hostInUrl(address.host)}:${address.port}`,
    createChannelCredentials(address, proof),
    channelOptionsOf(address, proof.tls?.serverName),
  );
}

/** The error of whoever waited in vain for a Synapse. */
export function noAnswer(url: string, withinMs: number, cause: unknown): CosmoError {
  return new CosmoError("UNAVAILABLE", `No Synapse answers at ${url} within ${withinMs} ms`, { cause });
}

import { SynapseOperator } from "../../synapse/grpc/index.js";
import type { BusFlags } from "../core/bus-flags.js";
import { readBusOptions } from "../core/join.js";
import type { Terminal } from "../core/terminal.js";

/** The flags of a command that asks a Synapse as its operator. */
export interface OperatorFlags extends Omit<BusFlags, "namespace"> {
  readonly namespace?: string;
}

/** The operators' side of the Synapse that the flags name. */
export function openOperator(flags: OperatorFlags, terminal: Terminal): SynapseOperator {
  const { connectTimeoutMs: timeoutMs, token, tls } = readBusOptions(flags, terminal);
  return new SynapseOperator(flags.url, {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(token === undefined ? {} : { token }),
    ...(tls === undefined ? {} : { tls }),
  });
}

import { readFileSync } from "node:fs";
import { describeThrown } from "../../errors/index.js";
import { connectSynapse, type GrpcSynapseOptions } from "../../synapse/grpc/index.js";
import type { Synapse } from "../../synapse/index.js";
import type { BusFlags } from "./bus-flags.js";
import { CliError } from "./cli-error.js";
import type { Terminal } from "./terminal.js";

/**
 * Joins the Synapse that the flags name. Rejects with what is wrong with them, UNAVAILABLE if nobody answers, CANCELLED if
 * it is interrupted before.
 */
export async function joinSynapse(
  flags: Omit<BusFlags, "namespace">,
  terminal: Terminal,
  abort?: AbortSignal,
): Promise<Synapse> {
  if (flags.url === "memory://") {
    throw new CliError("INVALID_ARGUMENT", "memory:// is a bus inside one process, which nobody else can join", {
      field: "url",
      hint: "Start a Synapse with `cosmo synapse start memory` and use its URL.",
    });
  }
  const options = readBusOptions(flags, terminal);
  return connectSynapse(flags.url, abort === undefined ? options : { ...options, abort });
}

/** What the flags say of credentials. */
export function readBusOptions(flags: Omit<BusFlags, "namespace">, terminal: Terminal): GrpcSynapseOptions {
  const { ca, cert, key, serverName, tokenFile, connectTimeout } = flags;
  const token = tokenFile === undefined ? terminal.env["COSMO_TOKEN"] : readFlagFile("token-file", tokenFile).trim();
  const tls = {
    ...(ca === undefined ? {} : { ca: readFlagFile("ca", ca) }),
    ...(cert === undefined ? {} : { cert: readFlagFile("cert", cert) }),
    ...(key === undefined ? {} : { key: readFlagFile("key", key) }),
    ...(serverName === undefined ? {} : { serverName }),
  };
  return {
    connectTimeoutMs: connectTimeout,
    ...(token === undefined || token === "" ? {} : { token }),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
  };
}

/** The text of a file that a flag names. Throws INVALID_ARGUMENT with both names. */
export function readFlagFile(flag: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (thrown) {
    throw new CliError("INVALID_ARGUMENT", `--${flag}: ${describeThrown(thrown)}`, {
      field: flag,
      hint: "Give the path of a file that can be read.",
      cause: thrown,
    });
  }
}

import { isIP } from "node:net";
import { CosmoError } from "../../../errors/index.js";

/** The port of a Synapse, unless it is told another. */
export const DEFAULT_PORT = 7070;

/** Where a Synapse on the network is. */
export interface SynapseAddress {
  readonly host: string;
  readonly port: number;
  /** True for `cosmos://`. */
  readonly isSecure: boolean;
}

/** A host as it stands in a URL: an IPv6 address in brackets. */
export function hostInUrl(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** The URL of an address. */
export function toUrl({ host, port, isSecure }: SynapseAddress): string {
  return `${isSecure ? "cosmos" : "cosmo"}://${hostInUrl(host)}:${port}`;
}

/** Reads `cosmo://host:port` and `cosmos://host:port`; the port is 7070 unless given. Throws INVALID_ARGUMENT. */
export function readAddress(url: string): SynapseAddress {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isSecure = parsed?.protocol === "cosmos:";
  if (parsed === undefined || (!isSecure && parsed.protocol !== "cosmo:")) {
    throw wrong(url, "it begins with cosmo:// (gRPC), cosmos:// (gRPC with TLS) or memory:// (this process)");
  }
  if (parsed.username !== "" || parsed.password !== "") throw wrong("a URL with a user", "give a token as an option");
  if (parsed.hostname === "") throw wrong(url, "it names a host, for example cosmo://127.0.0.1:7070");
  const extra = parsed.search + parsed.hash + (parsed.pathname === "/" ? "" : parsed.pathname);
  if (extra !== "") throw wrong(url, `it ends after the port, without '${extra}'`);
  const host = parsed.hostname.replace(/^\[(.*)\]$/, "$1");
  return { host, port: parsed.port === "" ? DEFAULT_PORT : Number(parsed.port), isSecure };
}

function wrong(url: string, rule: string): CosmoError {
  return new CosmoError("INVALID_ARGUMENT", `'${url}' is no address of a Synapse: ${rule}`, { field: "url" });
}

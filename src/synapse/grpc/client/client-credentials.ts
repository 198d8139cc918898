import { credentials, Metadata, type ChannelCredentials } from "@grpc/grpc-js";
import { CosmoError, describeThrown } from "../../../errors/index.js";
import type { SynapseAddress } from "../link/address.js";
import { isLoopback } from "../link/loopback.js";

/** The TLS of a client, in PEM. */
export interface ClientTls {
  /** Who signs the Synapse's certificate. Default: those that Node trusts. */
  readonly ca?: string | Uint8Array;
  /** The client's own certificate chain, where the Synapse asks for one. */
  readonly cert?: string | Uint8Array;
  /** Its private key. */
  readonly key?: string | Uint8Array;
  /** The name in the Synapse's certificate, if it is not that of the address. */
  readonly serverName?: string;
}

/** What a client shows of itself. */
export interface ClientProof {
  readonly tls: ClientTls | undefined;
  readonly token: string | (() => string) | undefined;
}

/**
 * The credentials of a channel. Throws INVALID_ARGUMENT for TLS to an address without it, for what is no PEM, and for a
 * token that would cross the network in the clear (COS-SEC-011).
 */
export function createChannelCredentials(
  { host, isSecure }: SynapseAddress,
  { tls, token }: ClientProof,
): ChannelCredentials {
  if (!isSecure) {
    if (tls !== undefined) throw wrong("tls", "a cosmo:// address has no TLS; use cosmos://");
    if (token !== undefined && !isLoopback(host))
      throw wrong("token", "a token goes over cosmos:// only, or to this machine");
    return credentials.createInsecure();
  }
  try {
    return credentials.createSsl(toBuffer(tls?.ca), toBuffer(tls?.key), toBuffer(tls?.cert));
  } catch (thrown) {
    throw wrong("tls", describeThrown(thrown));
  }
}

/** The metadata of a call: the token, as it is now. */
export function createCallMetadata({ token }: ClientProof): Metadata {
  const metadata = new Metadata();
  const now = typeof token === "function" ? token() : token;
  if (now !== undefined) metadata.set("authorization", `Bearer ${now}`);
  return metadata;
}

function toBuffer(pem: string | Uint8Array | undefined): Buffer | null {
  return pem === undefined ? null : Buffer.from(pem);
}

function wrong(field: string, message: string): CosmoError {
  return new CosmoError("INVALID_ARGUMENT", `${field}: ${message}`, { field });
}

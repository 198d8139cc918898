import { X509Certificate } from "node:crypto";
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
 * The credentials of a channel. Throws INVALID_ARGUMENT for TLS to an address without it, for what is no PEM, for what is
 * no token, and for one that would cross the network in the clear (COS-SEC-011).
 */
export function createChannelCredentials(
  { host, isSecure }: SynapseAddress,
  { tls, token }: ClientProof,
): ChannelCredentials {
  if (typeof token === "string") checkToken(token);
  if (!isSecure) {
    if (tls !== undefined) throw wrong("tls", "a cosmo:// address has no TLS; use cosmos://");
    if (token !== undefined && !isLoopback(host))
      throw wrong("token", "a token goes over cosmos:// only, or to this machine");
    return credentials.createInsecure();
  }
  try {
    // Authorities that cannot be read are trusted by nobody, without a word.
    if (tls?.ca !== undefined) void new X509Certificate(tls.ca);
    return credentials.createSsl(toBuffer(tls?.ca), toBuffer(tls?.key), toBuffer(tls?.cert));
  } catch (thrown) {
    throw wrong("tls", describeThrown(thrown));
  }
}

/** The metadata of a call: the token, as it is now. Throws INVALID_ARGUMENT if whoever gives it fails, or gives none. */
export function createCallMetadata({ token }: ClientProof): Metadata {
  const metadata = new Metadata();
  const now = typeof token === "function" ? ask(token) : token;
  if (now !== undefined) metadata.set("authorization", `Bearer ${now}`);
  return metadata;
}

function ask(give: () => string): string {
  let token: string;
  try {
    token = give();
  } catch (cause) {
    // Its message is not ours to repeat: it may know the token.
    throw new CosmoError("INVALID_ARGUMENT", "token: the function that gives it failed", { field: "token", cause });
  }
  checkToken(token);
  return token;
}

/** Of a wrong token, not even a part is shown (COS-SEC-011). */
function checkToken(token: string): void {
  if (!/^[!-~]+$/.test(token)) {
    throw wrong("token", "it is empty, or has what no token has: a space, the end of a line, letters beyond ASCII");
  }
}

function toBuffer(pem: string | Uint8Array | undefined): Buffer | null {
  return pem === undefined ? null : Buffer.from(pem);
}

function wrong(field: string, message: string): CosmoError {
  return new CosmoError("INVALID_ARGUMENT", `${field}: ${message}`, { field });
}

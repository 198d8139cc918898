import { readFileSync } from "node:fs";
import { experimental, ServerCredentials } from "@grpc/grpc-js";
import { CosmoError, describeThrown } from "../../../errors/index.js";

/** The TLS of a server, from files in PEM. They are read again when they change, without a restart. */
export interface ServerTls {
  /** The certificate chain. */
  readonly certFile: string;
  /** Its private key. */
  readonly keyFile: string;
  /** Who signs the certificates of clients. Given: every client must have one (mTLS). */
  readonly clientCaFile?: string;
}

/** How soon a file that changed is read, milliseconds. */
const refreshMs = 1_000;

/** The credentials of a server. Rejects with INVALID_ARGUMENT for a file that cannot be read. */
export async function createServerCredentials(tls: ServerTls | undefined): Promise<ServerCredentials> {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const { certFile, keyFile, clientCaFile } = tls;
  for (const file of [certFile, keyFile, clientCaFile]) if (file !== undefined) checkReadable(file);
  const provider = new experimental.FileWatcherCertificateProvider({
    certificateFile: certFile,
    privateKeyFile: keyFile,
    caCertificateFile: clientCaFile,
    refreshIntervalMs: refreshMs,
  });
  // Nobody connects before there is something to show.
  await new Promise<void>((resolve) => {
    const shown = (update: unknown): void => {
      if (update === null) return;
      resolve();
      // Not from within: the provider is going through its listeners.
      queueMicrotask(() => provider.removeIdentityCertificateListener(shown));
    };
    provider.addIdentityCertificateListener(shown);
  });
  return experimental.createCertificateProviderServerCredentials(
    provider,
    clientCaFile === undefined ? null : provider,
    clientCaFile !== undefined,
  );
}

function checkReadable(file: string): void {
  try {
    readFileSync(file);
  } catch (thrown) {
    throw new CosmoError("INVALID_ARGUMENT", `TLS: ${describeThrown(thrown)}`, { field: "tls" });
  }
}

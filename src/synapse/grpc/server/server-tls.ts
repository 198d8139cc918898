import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { experimental, type ServerCredentials } from "@grpc/grpc-js";
import { CosmoError, describeThrown } from "../../../errors/index.js";
import type { Clock } from "../../../foundation/index.js";
import { FileWatch } from "./file-watch.js";

/** The TLS of a server, from files in PEM. They are read again when they change, without a restart. */
export interface ServerTls {
  /** The certificate chain. */
  readonly certFile: string;
  /** Its private key. */
  readonly keyFile: string;
  /** Who signs the certificates of clients. Given: every client must have one (mTLS). */
  readonly clientCaFile?: string;
}

/** What a TLS source is made with. */
export interface TlsSourceOptions {
  readonly tls: ServerTls;
  readonly clock: Clock;
  /** Takes what is wrong with files that changed: new links are shown what was good before. */
  readonly onError: (error: CosmoError) => void;
}

interface Pems {
  readonly certificate: Buffer;
  readonly privateKey: Buffer;
  readonly caCertificate: Buffer | undefined;
}

/** The TLS of a server as it is now. Files that cannot be read, or do not belong together, change nothing. */
export class TlsSource {
  /** What gRPC serves with: new links get what the files have now. */
  readonly credentials: ServerCredentials;
  readonly #options: TlsSourceOptions;
  readonly #listeners = new Set<() => void>();
  #pems: Pems;
  #watch: FileWatch | undefined;

  /** Throws INVALID_ARGUMENT for files that cannot be read, are no PEM, or do not belong together. */
  constructor(options: TlsSourceOptions) {
    this.#options = options;
    this.#pems = readPems(options.tls);
    const { clientCaFile } = options.tls;
    const provider = this.#createProvider();
    this.credentials = experimental.createCertificateProviderServerCredentials(
      provider,
      clientCaFile === undefined ? null : provider,
      clientCaFile !== undefined,
    );
  }

  /** Begins to watch the files. */
  start(): void {
    const { tls, clock, onError } = this.#options;
    const { certFile, keyFile, clientCaFile } = tls;
    const files = [certFile, keyFile, ...(clientCaFile === undefined ? [] : [clientCaFile])];
    this.#watch = new FileWatch({ files, clock, read: () => this.#reload(), onError });
  }

  /** Watches no more. */
  close(): void {
    this.#watch?.close();
  }

  #reload(): void {
    const before = this.#pems;
    this.#pems = readPems(this.#options.tls);
    if (!isSame(before, this.#pems)) for (const listener of this.#listeners) listener();
  }

  #createProvider(): experimental.CertificateProvider {
    const tellers = new Map<unknown, () => void>();
    const add = (listener: unknown, tell: () => void): void => {
      tellers.set(listener, tell);
      this.#listeners.add(tell);
      // gRPC listens to its own credentials only after this call.
      queueMicrotask(tell);
    };
    const remove = (listener: unknown): void => {
      const tell = tellers.get(listener);
      if (tell !== undefined) this.#listeners.delete(tell);
      tellers.delete(listener);
    };
    return {
      addIdentityCertificateListener: (listener) => add(listener, () => listener(this.#pems)),
      addCaCertificateListener: (listener) =>
        add(listener, () => {
          const { caCertificate } = this.#pems;
          listener(caCertificate === undefined ? null : { caCertificate });
        }),
      removeIdentityCertificateListener: remove,
      removeCaCertificateListener: remove,
    };
  }
}

function readPems({ certFile, keyFile, clientCaFile }: ServerTls): Pems {
  try {
    const pems = {
      certificate: readFileSync(certFile),
      privateKey: readFileSync(keyFile),
      caCertificate: clientCaFile === undefined ? undefined : readFileSync(clientCaFile),
    };
    // Throws what the handshake of every client would end with.
    createSecureContext({ cert: pems.certificate, key: pems.privateKey, ca: pems.caCertificate });
    // Authorities that cannot be read would refuse every client, without a word.
    if (pems.caCertificate !== undefined) void new X509Certificate(pems.caCertificate);
    return pems;
  } catch (thrown) {
    const files = [certFile, keyFile, clientCaFile].filter((file) => file !== undefined).join(", ");
    throw new CosmoError("INVALID_ARGUMENT", `TLS from ${files}: ${describeThrown(thrown)}`, { field: "tls" });
  }
}

function isSame(one: Pems, other: Pems): boolean {
  const [ca, otherCa] = [one.caCertificate, other.caCertificate];
  return (
    one.certificate.equals(other.certificate) &&
    one.privateKey.equals(other.privateKey) &&
    (ca === undefined || otherCa === undefined ? ca === otherCa : ca.equals(otherCa))
  );
}

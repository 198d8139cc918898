import type { Client } from "@grpc/grpc-js";
import { Hello } from "../../../../gen/cosmonapse/v1/frames.js";
import { checkOptions, CosmoError } from "../../../errors/index.js";
import { systemClock, type Clock } from "../../../foundation/index.js";
import type { Session, SessionReceiver, SessionRequest, Synapse } from "../../index.js";
import { IMPLEMENTATION } from "../link/implementation.js";
import { createClient, noAnswer } from "./channel.js";
import { createCallMetadata, type ClientProof, type ClientTls } from "./client-credentials.js";
import { ClientSession } from "./client-session.js";

/** How a `GrpcSynapse` is made. */
export interface GrpcSynapseOptions {
  /** How long `connect` waits for the Synapse, milliseconds. Default: 10,000. */
  readonly connectTimeoutMs?: number;
  /** What proves who calls, or a function that gives it for each connection: tokens can be rotated. */
  readonly token?: string | (() => string);
  /** TLS, for `cosmos://`. Default: the authorities that Node trusts, and no certificate of one's own. */
  readonly tls?: ClientTls;
  /** Time. Default: the machine's. */
  readonly clock?: Clock;
}

const parts: ReadonlySet<string> = new Set([
  "connectTimeoutMs",
  "token",
  "tls",
  "clock",
] satisfies (keyof GrpcSynapseOptions)[]);

/**
 * The bus at an address, over gRPC. Its sessions share one connection, and survive the loss of it: they open it again
 * and go on where they were. A session that the Synapse does not know any more ends with SESSION_LOST.
 */
export class GrpcSynapse implements Synapse {
  /** The address, as it was given. */
  readonly url: string;
  readonly #options: GrpcSynapseOptions;
  readonly #clock: Clock;
  readonly #client: Client;
  readonly #proof: ClientProof;
  readonly #sessions = new Set<ClientSession>();
  readonly #closing = new AbortController();
  #hold: NodeJS.Timeout | undefined;

  /** Throws INVALID_ARGUMENT for an address or an option that is wrong. */
  constructor(url: string, options: GrpcSynapseOptions = {}) {
    checkOptions("The GrpcSynapse", options, parts);
    this.url = url;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#proof = { tls: options.tls, token: options.token };
    this.#client = createClient(url, this.#proof);
  }

  /**
   * Resolves when the Synapse answers. From then on this object keeps the process alive until it is closed, also while
   * there is no connection: what waits for one again must not end with the event loop.
   * Rejects with UNAVAILABLE when it does not within the time, CANCELLED, CLOSED.
   */
  async connect({ abort }: { readonly abort?: AbortSignal } = {}): Promise<void> {
    if (this.#closing.signal.aborted) throw closed();
    this.#hold ??= setInterval(() => undefined, longestMs);
    const { connectTimeoutMs = 10_000 } = this.#options;
    await new Promise<void>((resolve, reject) => {
      const giveUp = (): void => reject(new CosmoError("CANCELLED", `Connecting to ${this.url} was given up`));
      if (abort?.aborted === true) giveUp();
      abort?.addEventListener("abort", giveUp, { once: true });
      this.#client.waitForReady(Date.now() + connectTimeoutMs, (error) => {
        abort?.removeEventListener("abort", giveUp);
        if (error === undefined) resolve();
        else reject(noAnswer(this.url, connectTimeoutMs, error));
      });
    });
  }

  async open(
    { namespace, dendriteId, rights = [], abort }: SessionRequest,
    receiver: SessionReceiver,
  ): Promise<Session> {
    if (this.#closing.signal.aborted) throw closed();
    this.#hold ??= setInterval(() => undefined, longestMs);
    const session = await ClientSession.open(
      {
        client: this.#client,
        credential: () => createCallMetadata(this.#proof),
        hello: Hello.create({
          versions: [1],
          namespace,
          dendriteId,
          rights: [...rights],
          implementation: IMPLEMENTATION,
        }),
        receiver,
        clock: this.#clock,
        onEnded: (ended) => void this.#sessions.delete(ended),
      },
      abort === undefined ? this.#closing.signal : AbortSignal.any([abort, this.#closing.signal]),
    );
    this.#sessions.add(session);
    return session;
  }

  /** Ends each session once all that it published is decided. What is in flight is for its Dendrites to wait for. */
  drain(): Promise<void> {
    return this.close();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#hold);
    await Promise.all([...this.#sessions].map((session) => session.close()));
    this.#client.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.drain();
  }
}

/** As long as a timer can be. */
const longestMs = 2 ** 31 - 1;

function closed(): CosmoError {
  return new CosmoError("CLOSED", "The Synapse was closed");
}

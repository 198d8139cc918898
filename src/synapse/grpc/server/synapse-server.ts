import { randomUUID } from "node:crypto";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { checkOptions, CosmoError, toCosmoError } from "../../../errors/index.js";
import { createDeferred, systemClock, type Clock } from "../../../foundation/index.js";
import type { Limits } from "../../../../gen/cosmonapse/v1/limits.js";
import type { IdSource } from "../../../signal/index.js";
import { Hub, type Synapse } from "../../index.js";
import { DEFAULT_PORT, hostInUrl, toUrl } from "../link/address.js";
import { synapseService } from "../link/service.js";
import { toStatus } from "../link/status.js";
import { checkListenAddress } from "./listen-address.js";
import type { Grant } from "./grant.js";
import { LocalSynapse } from "./local-synapse.js";
import type { MetricsServer } from "./metrics-server.js";
import { createOperatorHandlers } from "./operators.js";
import { ServerLink, type ConnectCall, type FrameCounts } from "./server-link.js";
import { TlsSource, type ServerTls } from "./server-tls.js";
import { SessionBook } from "./session-book.js";
import type { StandardServices } from "./standard-services.js";
import { TokenSource, type Tokens } from "./token-source.js";

/** How a `SynapseServer` is made. */
export interface SynapseServerOptions {
  /** The address to listen on. Default: 127.0.0.1. */
  readonly host?: string;
  /** The port; 0 is any that is free. Default: 7070. */
  readonly port?: number;
  /** Limits that differ from the standard. */
  readonly limits?: Partial<Limits>;
  /** Time. Default: the machine's. */
  readonly clock?: Clock;
  /** TLS. Default: none. */
  readonly tls?: ServerTls;
  /** The credentials that callers need. Default: none are asked for. */
  readonly tokens?: Tokens;
  /** True: listens on any address without TLS and tokens. Default: false. */
  readonly insecure?: boolean;
  /** The port on this machine where Prometheus finds the figures; 0 is any that is free. Default: none. */
  readonly metricsPort?: number;
  /** Takes errors that nobody waits for: of files with tokens or TLS that changed and are wrong. Default: a warning. */
  readonly onError?: (error: CosmoError) => void;
  /** Where the ids of the Synapse's own Signals come from. Default: random ULIDs. */
  readonly ids?: IdSource;
}

/** Where a server listens. */
export interface Listening {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Where Prometheus finds the figures, if that was asked for. */
  readonly metricsUrl: string | undefined;
}

const parts: ReadonlySet<string> = new Set([
  "host",
  "port",
  "limits",
  "clock",
  "ids",
  "tls",
  "tokens",
  "insecure",
  "metricsPort",
  "onError",
] satisfies (keyof SynapseServerOptions)[]);

/**
 * The bus on the network: the same hub as in memory, behind `cosmonapse.v1.SynapseService`. It keeps nothing on disk:
 * after a restart its peers begin anew.
 *
 * `new` → `start` → `drain` or `close`; the last two are idempotent. `await using` drains.
 */
export class SynapseServer {
  /** The router. */
  readonly hub: Hub;
  readonly #options: SynapseServerOptions;
  readonly #clock: Clock;
  readonly #server: Server;
  readonly #sessions: SessionBook;
  readonly #tokens: TokenSource;
  #tls: TlsSource | undefined;
  #standard: StandardServices | undefined;
  #metrics: MetricsServer | undefined;
  readonly #links = new Set<ServerLink>();
  readonly #frames: FrameCounts = { received: 0, sent: 0 };
  #ending: Promise<void> | undefined;

  /** Throws INVALID_ARGUMENT for an option that is unknown or wrong. */
  constructor(options: SynapseServerOptions = {}) {
    checkOptions("The SynapseServer", options, parts);
    const { limits = {}, clock = systemClock, ids } = options;
    this.#options = options;
    this.#clock = clock;
    this.hub = new Hub({ limits, clock, ...(ids === undefined ? {} : { ids }) });
    this.#sessions = new SessionBook({ hub: this.hub, clock, instanceId: randomUUID() });
    this.#tokens = new TokenSource({
      tokens: options.tokens,
      clock,
      onChange: () => this.#sessions.recheck((grant) => this.#tokens.current(grant)),
      onError: (error) => this.#warn(error),
    });
    this.#server = new Server(channelOptions(this.hub.limits));
    this.#server.addService(synapseService, {
      connect: (call: ConnectCall) => this.#connect(call),
      ...createOperatorHandlers(this.hub, (call) => this.#authenticate(call)),
    });
  }

  /** Listens. Rejects with UNAVAILABLE if an address is taken; then it is closed. */
  async start(): Promise<Listening> {
    const { host = "127.0.0.1", port = DEFAULT_PORT } = this.#options;
    const { tls, insecure = false } = this.#options;
    const clock = this.#clock;
    const protection = { hasTls: tls !== undefined, hasTokens: this.#tokens.isRequired, isInsecure: insecure };
    checkListenAddress(host, protection);
    this.#tls = tls === undefined ? undefined : new TlsSource({ tls, clock, onError: (error) => this.#warn(error) });
    // Who only connects need not wait for what only a server needs.
    const { StandardServices } = await import("./standard-services.js");
    this.#standard = new StandardServices(this.#server);
    const credentials = this.#tls?.credentials ?? ServerCredentials.createInsecure();
    const bound = createDeferred<number>();
    this.#server.bindAsync(`${hostInUrl(host)}:${port}`, credentials, (error, boundPort) => {
      if (error === null) bound.resolve(boundPort);
      else
        bound.reject(
          new CosmoError("UNAVAILABLE", `Cannot listen on ${host}:${port}: ${error.message}`, { cause: error }),
        );
    });
    const listening = await bound.promise;
    this.#tokens.start();
    this.#tls?.start();
    const metricsUrl = await this.#serveMetrics().catch(async (thrown: unknown) => {
      await this.close();
      throw thrown;
    });
    return { url: toUrl({ host, port: listening, isSecure: tls !== undefined }), host, port: listening, metricsUrl };
  }

  /**
   * Takes no new sessions and requests, waits until those in flight have their outcomes and these have arrived, then
   * closes; after `withinMs` it closes in any case. Default: 30,000 (COS-SES-009, COS-SES-015).
   */
  drain({ withinMs = 30_000 }: { readonly withinMs?: number } = {}): Promise<void> {
    this.#ending ??= this.#drain(withinMs);
    return this.#ending;
  }

  /** The same bus for this process itself: no link, no credential. What is closed there is its own sessions only. */
  local(): Synapse {
    return new LocalSynapse(this.hub);
  }

  /** Ends all sessions and links now. */
  async close(): Promise<void> {
    this.#standard?.stopServing();
    this.#metrics?.close();
    this.#tokens.close();
    this.#tls?.close();
    this.hub.close(new CosmoError("UNAVAILABLE", "The Synapse was closed"));
    for (const link of [...this.#links]) link.fail(new CosmoError("UNAVAILABLE", "The Synapse was closed"));
    const closed = createDeferred<void>();
    this.#server.tryShutdown(() => closed.resolve());
    // What was told to those who read is on its way by the next turn; nobody waits for those who do not.
    this.#clock.schedule(0, () => this.#server.forceShutdown());
    await closed.promise;
  }

  /** Drains. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.drain();
  }

  async #drain(withinMs: number): Promise<void> {
    this.#standard?.stopServing();
    const late = createDeferred<void>();
    const cancel = this.#clock.schedule(withinMs, late.resolve);
    const drained = this.hub.drain();
    for (const session of this.#sessions.all()) session.announceDrain(withinMs);
    await Promise.race([late.promise, drained]);
    await Promise.race([late.promise, Promise.all([...this.#sessions.all()].map((session) => session.settled()))]);
    cancel();
    await this.close();
  }

  async #serveMetrics(): Promise<string | undefined> {
    const { metricsPort } = this.#options;
    if (metricsPort === undefined) return undefined;
    const [{ createMetrics }, { MetricsServer }] = await Promise.all([
      import("./metrics.js"),
      import("./metrics-server.js"),
    ]);
    const registry = createMetrics(this.hub, () => ({
      links: this.#links.size,
      resumed: this.#sessions.resumed,
      framesReceived: this.#frames.received,
      framesSent: this.#frames.sent,
    }));
    this.#metrics = new MetricsServer(registry, () => this.#ending === undefined);
    return this.#metrics.start(metricsPort);
  }

  #warn(error: CosmoError): void {
    if (this.#options.onError === undefined) process.emitWarning(error);
    else this.#options.onError(error);
  }

  #connect(call: ConnectCall): void {
    try {
      // Nothing of a stranger is waited for or read. Asked again at the Hello: credentials change.
      this.#authenticate(call);
    } catch (thrown) {
      call.emit("error", toStatus(toCosmoError(thrown, "INTERNAL")));
      call.resume();
      return;
    }
    const link = new ServerLink({
      call,
      limits: this.hub.limits,
      clock: this.#clock,
      frames: this.#frames,
      greet: (hello, own) => this.#sessions.greet(hello, this.#authenticate(call), own),
      onClosed: () => void this.#links.delete(link),
    });
    this.#links.add(link);
  }

  #authenticate(call: Pick<ConnectCall, "metadata" | "getAuthContext">): Grant {
    const [authorization] = call.metadata.get("authorization");
    const name: unknown = call.getAuthContext().sslPeerCertificate?.subject.CN;
    return this.#tokens.authenticate({
      authorization: authorization?.toString(),
      certificate: typeof name === "string" ? name : undefined,
    });
  }
}

function channelOptions(limits: Limits): ConstructorParameters<typeof Server>[0] {
  return {
    "grpc.max_receive_message_length": limits.messageBytes,
    "grpc.max_send_message_length": -1,
    "grpc.keepalive_time_ms": limits.heartbeatMs,
    "grpc.keepalive_timeout_ms": limits.heartbeatMs,
  };
}

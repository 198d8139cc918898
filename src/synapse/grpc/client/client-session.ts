import type { Client, Metadata } from "@grpc/grpc-js";
import type { Credit, Hello, ObserveFilter, Receipt, Welcome } from "../../../../gen/cosmonapse/v1/frames.js";
import type { Limits } from "../../../../gen/cosmonapse/v1/limits.js";
import { CosmoError, toCosmoError } from "../../../errors/index.js";
import { Backoff, createDeferred, type CancelTimer, type Clock, type Deferred } from "../../../foundation/index.js";
import { resolveWelcomeLimits } from "./welcome-limits.js";
import type { PublishOptions, Session, SessionReceiver, Unnumbered } from "../../index.js";
import type { ResponseFrame } from "../link/read-frame.js";
import { ClientLink } from "./client-link.js";
import { Deliveries } from "./deliveries.js";
import { Publications, tooLarge } from "./publications.js";

/** What a session is opened with. */
export interface ClientSessionOptions {
  readonly client: Client;
  /** The credential of each link, as it is when that opens. */
  readonly credential: () => Metadata;
  readonly hello: Hello;
  readonly receiver: SessionReceiver;
  readonly clock: Clock;
  /** Called once, when the session is over. */
  readonly onEnded: (session: ClientSession) => void;
}

/** What the bytes of a frame take beside those of its Signals, at most. */
const frameRoomBytes = 1024;

/** How long an end waits for the Synapse, milliseconds. */
const closeMs = 5_000;

/** Errors after which another link would end as this one did. */
const final = new Set([
  "MALFORMED",
  "UNAUTHENTICATED",
  "PERMISSION_DENIED",
  "VERSION_UNSUPPORTED",
  "UNIMPLEMENTED",
  "INTERNAL",
]);

const nothing: CancelTimer = () => undefined;

/**
 * A session on the network. It outlives its link: when that breaks it opens another and goes on where the two sides
 * were, until the Synapse does not know it any more or cannot be reached for longer than the grace (COS-SES-010).
 *
 * linking → linked ⇄ waiting → ended, and each → ended.
 */
export class ClientSession implements Session {
  readonly #options: ClientSessionOptions;
  readonly #welcomed: Deferred<void> = createDeferred();
  readonly #over: Deferred<void> = createDeferred();
  readonly #backoff = new Backoff();
  readonly #deliveries: Deliveries;
  #welcome: Welcome | undefined;
  #publications: Publications | undefined;
  #limits: Limits | undefined;
  #link: ClientLink | undefined;
  #lostMs: number | undefined;
  #cancelRetry = nothing;
  #closing: Promise<void> | undefined;
  #onSettled: (() => void) | undefined;
  #ended: { readonly reason: CosmoError | undefined } | undefined;

  private constructor(options: ClientSessionOptions) {
    this.#options = options;
    const { receiver, clock } = options;
    this.#deliveries = new Deliveries({
      receiver,
      clock,
      acknowledge: (received) => this.#link?.urge({ $case: "ack", value: { received: BigInt(received) } }),
      onThrown: (thrown) => this.#abort(toCosmoError(thrown, "INTERNAL")),
    });
  }

  /** Opens a session. Rejects with what the Synapse refuses, UNAVAILABLE if it cannot be reached, CANCELLED. */
  static async open(options: ClientSessionOptions, abort: AbortSignal): Promise<ClientSession> {
    const session = new ClientSession(options);
    const giveUp = (): void => session.#abort(new CosmoError("CANCELLED", "Opening the session was given up"));
    if (abort.aborted) giveUp();
    else abort.addEventListener("abort", giveUp, { once: true });
    try {
      if (session.#ended === undefined) session.#connect();
      await session.#welcomed.promise;
    } finally {
      abort.removeEventListener("abort", giveUp);
    }
    return session;
  }

  get id(): string {
    return this.#welcome?.sessionId ?? "";
  }

  get limits(): Limits {
    if (this.#limits === undefined) throw new CosmoError("CLOSED", "The session is not open yet");
    return this.#limits;
  }

  publish(signal: Uint8Array, { attempt = 0 }: PublishOptions = {}): Promise<Receipt> {
    if (this.#ended !== undefined || this.#closing !== undefined) return Promise.resolve(refused(sessionOver()));
    if (this.#publications === undefined) return Promise.reject(closed());
    const most = this.limits.messageBytes - frameRoomBytes;
    if (signal.length > most) return Promise.resolve(refused(tooLarge(signal.length, most)));
    const decided = this.#publications.publish(signal, attempt);
    this.#link?.wake();
    return decided;
  }

  async subscribe(subscriptionId: string, filter: ObserveFilter): Promise<bigint> {
    const publications = this.#live();
    const live = this.#deliveries.subscribed(subscriptionId);
    publications
      .instruct((number) => ({ $case: "subscribe", value: { subscriptionId, filter, number } }))
      .catch(() => undefined);
    this.#link?.wake();
    return live;
  }

  async unsubscribe(subscriptionId: string): Promise<void> {
    if (this.#ended !== undefined || this.#closing !== undefined) return;
    await this.#instruct((number) => ({ $case: "unsubscribe", value: { subscriptionId, number } }));
  }

  credit(credit: Unnumbered<Credit>): void {
    if (this.#ended !== undefined || this.#closing !== undefined) return;
    this.#instruct((number) => ({ $case: "credit", value: { ...credit, number } })).catch(() => undefined);
  }

  async drain(): Promise<void> {
    if (this.#ended !== undefined || this.#closing !== undefined) return;
    await this.#instruct((number) => ({ $case: "drain", value: { within: undefined, number } }));
  }

  /**
   * Waits until what was published is decided, then ends the session. Without a link, or after five seconds, it does not
   * wait: the Synapse ends the session when its grace has passed.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#ended !== undefined) return;
    const cancel = this.#options.clock.schedule(closeMs, () => this.#abort(undefined));
    try {
      await this.#settled();
      if (this.#link === undefined) this.#abort(undefined);
      this.#link?.goodbye();
      await this.#over.promise;
    } finally {
      cancel();
    }
  }

  #settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#onSettled = (): void => {
        if (this.#ended !== undefined || this.#link === undefined || this.#publications?.isSettled === true) resolve();
      };
      this.#onSettled();
    });
  }

  #live(): Publications {
    if (this.#ended !== undefined || this.#closing !== undefined) throw sessionOver();
    if (this.#publications === undefined) throw closed();
    return this.#publications;
  }

  async #instruct(make: Parameters<Publications["instruct"]>[0]): Promise<void> {
    const decided = this.#live().instruct(make);
    this.#link?.wake();
    await decided;
  }

  #connect(): void {
    const { client, credential, hello } = this.#options;
    const { sessionId = "", sessionSecret = new Uint8Array() } = this.#welcome ?? {};
    const metadata = credential();
    const received = BigInt(this.#deliveries.rewind());
    const link = new ClientLink({
      client,
      metadata,
      hello: { ...hello, sessionId, sessionSecret, received },
      next: () => this.#publications?.next(),
      onFrame: (frame, size) => this.#receive(frame, size),
      onEnded: (error) => this.#lost(link, error),
    });
    this.#link = link;
  }

  #receive(frame: Exclude<ResponseFrame, undefined>, size: number): void {
    switch (frame.$case) {
      case "welcome":
        this.#greeted(frame.value);
        break;
      case "receipts":
        if (this.#deliveries.take(frame, size)) this.#publications?.decide(frame.value);
        this.#onSettled?.();
        // What was decided made room.
        this.#link?.wake();
        break;
      case "goodbye": {
        const { detail } = frame.value;
        this.#end(detail === undefined ? undefined : new CosmoError(detail));
        break;
      }
      case "ping":
        this.#link?.urge({ $case: "pong", value: frame.value });
        break;
      case "pong":
        break;
      default:
        this.#deliveries.take(frame, size);
    }
  }

  #greeted(welcome: Welcome): void {
    this.#backoff.reset();
    this.#lostMs = undefined;
    if (this.#welcome === undefined) {
      this.#welcome = welcome;
      this.#limits = resolveWelcomeLimits(welcome);
      this.#publications = new Publications(this.#limits);
      this.#deliveries.limit(this.#limits);
      this.#welcomed.resolve();
      return;
    }
    if (welcome.resumed && this.#publications?.resume(Number(welcome.received)) === true) return;
    // The new session that came in place of this one is of no use to whoever has this one.
    this.#link?.goodbye();
    const message = "The Synapse does not know the session any more: it was restarted, or the grace has passed";
    this.#end(new CosmoError("SESSION_LOST", message, { requirement: "COS-SES-011" }));
  }

  #lost(link: ClientLink | undefined, error: CosmoError): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    if (this.#ended !== undefined || this.#closing !== undefined) {
      this.#end(undefined);
      return;
    }
    if (this.#welcome === undefined || final.has(error.code)) {
      this.#end(error);
      return;
    }
    const { clock } = this.#options;
    const nowMs = clock.monotonicMs();
    this.#lostMs ??= nowMs;
    // As long again as the grace: whatever comes then cannot be this session any more.
    if (nowMs - this.#lostMs > this.limits.sessionGraceMs * 2) {
      this.#end(
        new CosmoError("SESSION_LOST", `The Synapse cannot be reached: ${error.detail.message}`, { cause: error }),
      );
      return;
    }
    this.#cancelRetry = clock.schedule(this.#backoff.next(), () => {
      try {
        this.#connect();
      } catch (thrown) {
        this.#lost(undefined, toCosmoError(thrown, "INTERNAL"));
      }
    });
  }

  /** Ends the session from this side, without a word to the Synapse. */
  #abort(reason: CosmoError | undefined): void {
    const link = this.#link;
    this.#end(reason);
    link?.abandon();
  }

  #end(reason: CosmoError | undefined): void {
    if (this.#ended !== undefined) return;
    this.#ended = { reason };
    this.#cancelRetry();
    this.#link = undefined;
    this.#publications?.fail(reason ?? closed());
    if (reason === undefined) this.#deliveries.endNow(reason);
    else this.#deliveries.end(reason);
    this.#welcomed.reject(reason ?? closed());
    this.#over.resolve();
    this.#onSettled?.();
    this.#options.onEnded(this);
  }
}

function refused({ detail: rejection }: CosmoError): Receipt {
  return { number: 0n, rejection, asked: [], repeated: false, position: 0n, count: 0 };
}

function sessionOver(): CosmoError {
  return new CosmoError("SESSION_LOST", "The session has ended", { requirement: "COS-SES-006" });
}

function closed(): CosmoError {
  return new CosmoError("CLOSED", "The session was closed");
}

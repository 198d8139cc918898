import type { Credit, ObserveFilter, Receipt } from "../../../gen/cosmonapse/v1/frames.js";
import type { Limits } from "../../../gen/cosmonapse/v1/limits.js";
import { toCosmoError, type CosmoError } from "../../errors/index.js";
import { nextTurn } from "../../foundation/index.js";
import {
  ReceiverPump,
  type Hub,
  type HubSession,
  type PublishOptions,
  type Session,
  type SessionReceiver,
  type Unnumbered,
} from "../index.js";

/** How many Signals a session publishes before others get their turn. */
const publishedPerTurn = 64;

/** A session in this process: what the hub has for it is handed over in order, outside the caller's stack. */
export class MemorySession implements Session {
  readonly id: string;
  readonly limits: Limits;
  readonly #hub: Hub;
  readonly #session: HubSession;
  readonly #receiver: SessionReceiver;
  readonly #pump: ReceiverPump;
  #published = 0;

  constructor(hub: Hub, session: HubSession, receiver: SessionReceiver) {
    this.id = session.id;
    this.limits = hub.limits;
    this.#hub = hub;
    this.#session = session;
    this.#receiver = receiver;
    this.#pump = new ReceiverPump({
      receiver,
      take: () => session.outbox.take(),
      onThrown: (thrown) => hub.endSession(session, toCosmoError(thrown, "INTERNAL")),
    });
    session.outbox.onWake(() => this.#pump.wake());
  }

  async publish(signal: Uint8Array, { attempt = 0 }: PublishOptions = {}): Promise<Receipt> {
    const receipt = this.#hub.publish(this.#session, signal.slice(), attempt);
    this.#published += 1;
    // Whoever only publishes leaves the others their turns, so that observers keep up.
    if (this.#published % publishedPerTurn === 0) await new Promise<void>(nextTurn);
    return receipt;
  }

  async subscribe(subscriptionId: string, filter: ObserveFilter): Promise<bigint> {
    this.#hub.subscribe(this.#session, subscriptionId, filter);
    return this.#pump.subscribed(subscriptionId);
  }

  unsubscribe(subscriptionId: string): Promise<void> {
    if (this.#session.state !== "ended") this.#hub.unsubscribe(this.#session, subscriptionId);
    return Promise.resolve();
  }

  credit(credit: Unnumbered<Credit>): void {
    if (this.#session.state !== "ended") this.#hub.credit(this.#session, credit);
  }

  drain(): Promise<void> {
    if (this.#session.state !== "ended") this.#hub.drainSession(this.#session);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#hub.endSession(this.#session);
    return Promise.resolve();
  }

  /** Resolves when its receiver has taken what the hub had for it. */
  settled(): Promise<void> {
    return this.#pump.settled();
  }

  /** Called by the hub when the session is over. */
  ended(reason: CosmoError | undefined): void {
    this.#pump.end(reason);
    this.#receiver.ended(reason);
  }
}

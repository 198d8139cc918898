import type { Credit, ObserveFilter, Receipt } from "../../../gen/cosmonapse/v1/frames.js";
import type { Limits } from "../../../gen/cosmonapse/v1/limits.js";
import { CosmoError, toCosmoError } from "../../errors/index.js";
import { createDeferred, nextTurn, type Deferred } from "../../foundation/index.js";
import type { Hub, HubSession, Outbound, PublishOptions, Session, SessionReceiver, Unnumbered } from "../index.js";

/** How many Signals a session publishes before others get their turn. */
const publishedPerTurn = 64;

/** How many deliveries run in one turn before others get theirs. */
const deliveriesPerTurn = 256;

/**
 * A session in this process. What the hub has for it is handed over outside the caller's stack, in order; a promise
 * that the receiver returns holds back the rest.
 */
export class MemorySession implements Session {
  readonly id: string;
  readonly limits: Limits;
  readonly #hub: Hub;
  readonly #session: HubSession;
  readonly #receiver: SessionReceiver;
  readonly #subscribing = new Map<string, Deferred<bigint>>();
  #isPumping = false;
  #sinceTurn = 0;
  #published = 0;

  constructor(hub: Hub, session: HubSession, receiver: SessionReceiver) {
    this.id = session.id;
    this.limits = hub.limits;
    this.#hub = hub;
    this.#session = session;
    this.#receiver = receiver;
    session.outbox.onWake(() => this.#wake());
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
    const live = this.#subscribing.get(subscriptionId) ?? createDeferred<bigint>();
    this.#subscribing.set(subscriptionId, live);
    return live.promise;
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

  /** Called by the hub when the session is over. */
  ended(reason: CosmoError | undefined): void {
    for (const live of this.#subscribing.values()) live.reject(reason ?? sessionClosed());
    this.#subscribing.clear();
    this.#receiver.ended(reason);
  }

  #wake(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    queueMicrotask(() => {
      this.#pump().catch((thrown: unknown) => this.#hub.endSession(this.#session, toCosmoError(thrown, "INTERNAL")));
    });
  }

  async #pump(): Promise<void> {
    for (let item = this.#session.outbox.take(); item !== undefined; item = this.#session.outbox.take()) {
      const taken = this.#hand(item);
      if (taken !== undefined) await taken;
      this.#sinceTurn += 1;
      if (this.#sinceTurn >= deliveriesPerTurn) {
        this.#sinceTurn = 0;
        await new Promise<void>(nextTurn);
      }
    }
    this.#isPumping = false;
  }

  #hand(item: Outbound): void | Promise<void> {
    switch (item.kind) {
      case "deliver":
        return this.#receiver.deliver(item.signal, item.note);
      case "credit":
        return this.#receiver.credit(item.credit);
      case "gap":
        return this.#receiver.gap(item.gap);
      case "live":
        this.#subscribing.get(item.live.subscriptionId)?.resolve(item.live.position);
        this.#subscribing.delete(item.live.subscriptionId);
        return this.#receiver.live(item.live);
    }
  }
}

function sessionClosed(): CosmoError {
  return new CosmoError("CLOSED", "The session was closed");
}

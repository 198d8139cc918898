import { createDeferred, nextTurn, type Deferred } from "../../foundation/index.js";
import { CosmoError } from "../../errors/index.js";
import type { Outbound } from "./outbox.js";
import type { SessionReceiver } from "../synapse.js";

/** How many deliveries run in one turn before others get theirs. */
const deliveriesPerTurn = 256;

/** What a pump works with. */
export interface ReceiverPumpOptions {
  readonly receiver: SessionReceiver;
  /** Takes the next thing for the receiver; undefined: there is none. */
  readonly take: () => Outbound | undefined;
  /** Called if the receiver throws. */
  readonly onThrown: (thrown: unknown) => void;
}

/**
 * Hands what came for a session to its receiver, outside the caller's stack and in order; a promise that the receiver
 * returns holds back the rest.
 */
export class ReceiverPump {
  readonly #options: ReceiverPumpOptions;
  readonly #subscribing = new Map<string, Deferred<bigint>>();
  readonly #onIdle: (() => void)[] = [];
  #isPumping = false;
  #sinceTurn = 0;

  constructor(options: ReceiverPumpOptions) {
    this.#options = options;
  }

  /** There may be something to hand over. */
  wake(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    queueMicrotask(() => {
      this.#pump().catch(this.#options.onThrown);
    });
  }

  /** Resolves when everything that is there was taken. */
  settled(): Promise<void> {
    if (!this.#isPumping) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
    });
  }

  /** Resolves when the snapshot of a subscription was handed over; rejects with the reason of its refusal. */
  async subscribed(subscriptionId: string): Promise<bigint> {
    const live = this.#subscribing.get(subscriptionId) ?? createDeferred<bigint>();
    this.#subscribing.set(subscriptionId, live);
    return live.promise;
  }

  /** The session is over: who waits for a subscription waits no longer. */
  end(reason: CosmoError | undefined): void {
    const error = reason ?? new CosmoError("CLOSED", "The session was closed");
    for (const live of this.#subscribing.values()) live.reject(error);
    this.#subscribing.clear();
  }

  async #pump(): Promise<void> {
    const { take } = this.#options;
    for (let item = take(); item !== undefined; item = take()) {
      const taken = this.#hand(item);
      if (taken !== undefined) await taken;
      this.#sinceTurn += 1;
      if (this.#sinceTurn >= deliveriesPerTurn) {
        this.#sinceTurn = 0;
        await new Promise<void>(nextTurn);
      }
    }
    this.#isPumping = false;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  #hand(item: Outbound): void | Promise<void> {
    const { receiver } = this.#options;
    switch (item.kind) {
      case "deliver":
        return receiver.deliver(item.signal, item.note);
      case "credit":
        return receiver.credit(item.credit);
      case "gap":
        return receiver.gap(item.gap);
      case "live":
        return this.#handLive(item.live);
      case "decided":
        // A decision is the answer to a call, and nothing for the receiver.
        return undefined;
    }
  }

  #handLive(live: Extract<Outbound, { kind: "live" }>["live"]): void {
    const waiting = this.#subscribing.get(live.subscriptionId);
    this.#subscribing.delete(live.subscriptionId);
    if (live.rejection !== undefined) {
      waiting?.reject(new CosmoError(live.rejection));
      return;
    }
    waiting?.resolve(live.position);
    this.#options.receiver.live(live);
  }
}

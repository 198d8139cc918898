import type { CosmoError } from "../../../errors/index.js";
import { Fifo } from "../../../foundation/index.js";
import { ReceiverPump, type Outbound, type SessionReceiver } from "../../index.js";

/** One numbered thing that came. */
export interface InboxItem {
  readonly number: number;
  /** The bytes that it stands for. */
  readonly size: number;
  /** Undefined for what is no affair of the receiver. */
  readonly item: Outbound | undefined;
}

/** What an inbox works with. */
export interface InboxOptions {
  readonly receiver: SessionReceiver;
  /** The receiver has taken it, and everything before it. */
  readonly onTaken: (taken: InboxItem) => void;
  /** The receiver threw. */
  readonly onThrown: (thrown: unknown) => void;
}

/**
 * What came for a session and waits for its receiver, in order. What the Synapse may send is bounded by what was not
 * acknowledged, and only what the receiver has taken is: so its slowness reaches the Synapse, and nothing grows here.
 */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #pump: ReceiverPump;
  readonly #items = new Fifo<InboxItem>();
  #inHand: InboxItem | undefined;
  #end: { readonly reason: CosmoError | undefined } | undefined;
  #isOver = false;

  constructor(options: InboxOptions) {
    this.#options = options;
    const { receiver, onThrown } = options;
    this.#pump = new ReceiverPump({ receiver, take: () => this.#take(), onThrown });
  }

  /** Resolves when the snapshot of a subscription was handed over; rejects with the reason of its refusal. */
  subscribed(subscriptionId: string): Promise<bigint> {
    return this.#pump.subscribed(subscriptionId);
  }

  /** Adds one thing. */
  push(item: InboxItem): void {
    if (this.#end !== undefined) return;
    this.#items.push(item);
    this.#pump.wake();
  }

  /** Drops what waits; the number of the last that was handed over. */
  clear(): number | undefined {
    this.#items.clear();
    return this.#inHand?.number;
  }

  /** Hands over what is there, then says that the session is over. */
  end(reason: CosmoError | undefined): void {
    this.#end ??= { reason };
    this.#pump.end(reason);
    this.#pump.wake();
  }

  #take(): Outbound | undefined {
    for (;;) {
      const before = this.#inHand;
      this.#inHand = this.#items.shift();
      // Whoever asks for the next has taken the one before.
      if (before !== undefined) this.#options.onTaken(before);
      if (this.#inHand === undefined) {
        this.#finish();
        return undefined;
      }
      if (this.#inHand.item !== undefined) return this.#inHand.item;
    }
  }

  #finish(): void {
    if (this.#end === undefined || this.#isOver) return;
    this.#isOver = true;
    this.#options.receiver.ended(this.#end.reason);
  }
}

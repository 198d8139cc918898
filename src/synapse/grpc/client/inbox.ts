import type { CosmoError } from "../../../errors/index.js";
import { ReceiverPump, type Outbound, type SessionReceiver } from "../../index.js";
import { Fifo } from "../../../foundation/index.js";

/** Things that wait for a receiver before the link reads no more. */
const waitingMax = 4_096;
/** Their bytes. */
const waitingBytesMax = 8 * 1024 * 1024;

/** What an inbox works with. */
export interface InboxOptions {
  readonly receiver: SessionReceiver;
  /** There is room again, after `isFull`. */
  readonly onRoom: () => void;
  /** The receiver threw. */
  readonly onThrown: (thrown: unknown) => void;
}

/** What came for a session and waits for its receiver, in order. It outlives the link. */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #pump: ReceiverPump;
  readonly #items = new Fifo<Outbound>();
  #bytes = 0;
  #wasFull = false;
  #end: { readonly reason: CosmoError | undefined } | undefined;
  #isOver = false;

  constructor(options: InboxOptions) {
    this.#options = options;
    const { receiver, onThrown } = options;
    this.#pump = new ReceiverPump({ receiver, take: () => this.#take(), onThrown });
  }

  /** True if the link should read no more for now. */
  get isFull(): boolean {
    const isFull = this.#items.size >= waitingMax || this.#bytes >= waitingBytesMax;
    if (isFull) this.#wasFull = true;
    return isFull;
  }

  /** Resolves when the snapshot of a subscription was handed over; rejects with the reason of its refusal. */
  subscribed(subscriptionId: string): Promise<bigint> {
    return this.#pump.subscribed(subscriptionId);
  }

  /** Adds one thing. */
  push(item: Outbound): void {
    if (this.#end !== undefined) return;
    this.#items.push(item);
    if (item.kind === "deliver") this.#bytes += item.signal.length;
    this.#pump.wake();
  }

  /** Hands over what is there, then says that the session is over. */
  end(reason: CosmoError | undefined): void {
    this.#end ??= { reason };
    this.#pump.end(reason);
    this.#pump.wake();
  }

  /** Drops what is there. */
  clear(): void {
    this.#items.clear();
    this.#bytes = 0;
  }

  #take(): Outbound | undefined {
    const item = this.#items.shift();
    if (item === undefined) {
      this.#finish();
      return undefined;
    }
    if (item.kind === "deliver") this.#bytes -= item.signal.length;
    if (this.#wasFull && this.#items.size < waitingMax / 2) {
      this.#wasFull = false;
      this.#options.onRoom();
    }
    return item;
  }

  #finish(): void {
    if (this.#end === undefined || this.#isOver) return;
    this.#isOver = true;
    this.#options.receiver.ended(this.#end.reason);
  }
}

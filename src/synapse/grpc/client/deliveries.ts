import type { Limits } from "../../../../gen/cosmonapse/v1/limits.js";
import { CosmoError } from "../../../errors/index.js";
import type { CancelTimer, Clock } from "../../../foundation/index.js";
import type { Outbound, SessionReceiver } from "../../index.js";
import type { ResponseFrame } from "../link/read-frame.js";
import { Inbox, type InboxItem } from "./inbox.js";

/** An acknowledgement goes at once when such a part of what may be open is. */
const openShare = 1 / 16;
/** How long an acknowledgement waits for others, milliseconds. */
const acknowledgeMs = 50;

/** What deliveries work with. */
export interface DeliveriesOptions {
  readonly receiver: SessionReceiver;
  readonly clock: Clock;
  /** Tells the Synapse what was taken. */
  readonly acknowledge: (taken: number) => void;
  /** The receiver threw. */
  readonly onThrown: (thrown: unknown) => void;
}

const nothing: CancelTimer = () => undefined;

type Delivered = Extract<ResponseFrame, { $case: "deliver" | "receipts" | "live" | "gap" | "credit" | "drain" }>;

/** What comes from the Synapse, by its numbers: each once and in order to the receiver, then acknowledged (COS-GRPC-017). */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #inbox: Inbox;
  #numbersMax = 1;
  #bytesMax = 1;
  /** The last number that came. */
  #received = 0;
  /** The last number that the receiver took. */
  #taken = 0;
  #acknowledged = 0;
  #bytes = 0;
  #cancelAck = nothing;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
    const { receiver, onThrown } = options;
    this.#inbox = new Inbox({ receiver, onThrown, onTaken: (item) => this.#owe(item) });
  }

  /** The limits of the session are known. */
  limit({ unacknowledged, unacknowledgedBytes }: Limits): void {
    this.#numbersMax = unacknowledged * openShare;
    this.#bytesMax = unacknowledgedBytes * openShare;
  }

  /** Resolves when the snapshot of a subscription was handed over; rejects with the reason of its refusal. */
  subscribed(subscriptionId: string): Promise<bigint> {
    return this.#inbox.subscribed(subscriptionId);
  }

  /** Takes a numbered frame; false if all of it was seen before. Throws MALFORMED for a hole. */
  take(frame: Delivered, size: number): boolean {
    switch (frame.$case) {
      case "deliver": {
        const { first, signals, notes } = frame.value;
        if (notes.length !== signals.length) {
          throw new CosmoError("MALFORMED", "A Deliver has one note for each Signal", { requirement: "COS-GRPC-011" });
        }
        const before = this.#received;
        for (const [index, signal] of signals.entries()) {
          const note = notes[index];
          if (note === undefined) continue;
          this.#push(Number(first) + index, signal.length, { kind: "deliver", signal, note });
        }
        return this.#received > before;
      }
      case "live":
        return this.#push(Number(frame.value.number), size, { kind: "live", live: frame.value });
      case "gap":
        return this.#push(Number(frame.value.number), size, { kind: "gap", gap: frame.value });
      case "credit":
        return this.#push(Number(frame.value.number), size, { kind: "credit", credit: frame.value });
      case "receipts":
      case "drain":
        // Who published knows; and while a Synapse drains, each request that it refuses says so itself.
        return this.#push(Number(frame.value.number), size, undefined);
    }
  }

  /** A new link: what the receiver has not taken comes again. Returns the last number that it took. */
  rewind(): number {
    this.#received = this.#inbox.clear() ?? this.#taken;
    this.#acknowledged = this.#received;
    this.#bytes = 0;
    this.#cancelAck();
    this.#cancelAck = nothing;
    return this.#received;
  }

  /** Drops what waits, and says that the session is over. */
  endNow(reason: CosmoError | undefined): void {
    this.#inbox.clear();
    this.end(reason);
  }

  /** Hands over what is there, then says that the session is over. */
  end(reason: CosmoError | undefined): void {
    this.#cancelAck();
    this.#inbox.end(reason);
  }

  #push(number: number, size: number, item: Outbound | undefined): boolean {
    if (number <= this.#received) return false;
    if (number !== this.#received + 1) {
      const message = `After number ${this.#received} comes ${this.#received + 1}, not ${number}`;
      throw new CosmoError("MALFORMED", message, { requirement: "COS-GRPC-007" });
    }
    this.#received = number;
    this.#inbox.push({ number, size, item });
    return true;
  }

  #owe({ number, size }: InboxItem): void {
    this.#taken = number;
    this.#bytes += size;
    if (number - this.#acknowledged >= this.#numbersMax || this.#bytes >= this.#bytesMax) {
      this.#acknowledge();
    } else if (this.#cancelAck === nothing) {
      this.#cancelAck = this.#options.clock.schedule(acknowledgeMs, () => this.#acknowledge());
    }
  }

  #acknowledge(): void {
    this.#cancelAck();
    this.#cancelAck = nothing;
    this.#bytes = 0;
    this.#acknowledged = this.#taken;
    this.#options.acknowledge(this.#taken);
  }
}

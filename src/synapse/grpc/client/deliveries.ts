import { CosmoError } from "../../../errors/index.js";
import type { CancelTimer, Clock } from "../../../foundation/index.js";
import type { SessionReceiver } from "../../index.js";
import type { ResponseFrame } from "../read-frame.js";
import { Inbox } from "./inbox.js";

/** Numbers after which an acknowledgement goes at once. */
const acknowledgeNumbers = 1_024;
/** Their bytes. */
const acknowledgeBytes = 1024 * 1024;
/** How long an acknowledgement waits for others, milliseconds. */
const acknowledgeMs = 50;

/** What deliveries work with. */
export interface DeliveriesOptions {
  readonly receiver: SessionReceiver;
  readonly clock: Clock;
  /** Tells the Synapse what came. */
  readonly acknowledge: (received: number) => void;
  /** There is room again, after `isFull`. */
  readonly onRoom: () => void;
  /** The receiver threw. */
  readonly onThrown: (thrown: unknown) => void;
}

const nothing: CancelTimer = () => undefined;

type Delivered = Extract<ResponseFrame, { $case: "deliver" | "live" | "gap" | "credit" | "drain" }>;

/** What comes from the Synapse, by its numbers: each once and in order to the inbox, then acknowledged (COS-GRPC-017). */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #inbox: Inbox;
  #received = 0;
  #acknowledged = 0;
  #bytes = 0;
  #cancelAck = nothing;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
    this.#inbox = new Inbox(options);
  }

  /** The last number that came. */
  get received(): number {
    return this.#received;
  }

  /** True if the link should read no more for now. */
  get isFull(): boolean {
    return this.#inbox.isFull;
  }

  /** Resolves when the snapshot of a subscription was handed over; rejects with the reason of its refusal. */
  subscribed(subscriptionId: string): Promise<bigint> {
    return this.#inbox.subscribed(subscriptionId);
  }

  /** Takes a numbered frame; what was seen before is skipped. Throws MALFORMED for a hole. */
  take(frame: Delivered, size: number): void {
    switch (frame.$case) {
      case "deliver": {
        const { first, signals, notes } = frame.value;
        if (notes.length !== signals.length) {
          throw new CosmoError("MALFORMED", "A Deliver has one note for each Signal", { requirement: "COS-GRPC-011" });
        }
        for (const [index, signal] of signals.entries()) {
          const note = notes[index];
          if (note !== undefined && this.#isNew(Number(first) + index))
            this.#inbox.push({ kind: "deliver", signal, note });
        }
        this.#owe(size);
        break;
      }
      case "live":
        if (this.count(frame.value.number, size)) this.#inbox.push({ kind: "live", live: frame.value });
        break;
      case "gap":
        if (this.count(frame.value.number, size)) this.#inbox.push({ kind: "gap", gap: frame.value });
        break;
      case "credit":
        if (this.count(frame.value.number, size)) this.#inbox.push({ kind: "credit", credit: frame.value });
        break;
      case "drain":
        // New requests are refused from now on; each says so itself.
        this.count(frame.value.number, size);
    }
  }

  /** Counts a frame that takes one number. False if it was seen before. Throws MALFORMED for a hole. */
  count(number: bigint, size: number): boolean {
    const isNew = this.#isNew(Number(number));
    this.#owe(size);
    return isNew;
  }

  /** There is no link to acknowledge on; the next Hello does. */
  unlinked(): void {
    this.#acknowledged = this.#received;
    this.#bytes = 0;
    this.#cancelAck();
    this.#cancelAck = nothing;
  }

  /** Drops what waits. */
  clear(): void {
    this.#inbox.clear();
  }

  /** Hands over what is there, then says that the session is over. */
  end(reason: CosmoError | undefined): void {
    this.unlinked();
    this.#inbox.end(reason);
  }

  #isNew(number: number): boolean {
    if (number <= this.#received) return false;
    if (number !== this.#received + 1) {
      const message = `After number ${this.#received} comes ${this.#received + 1}, not ${number}`;
      throw new CosmoError("MALFORMED", message, { requirement: "COS-GRPC-007" });
    }
    this.#received = number;
    return true;
  }

  #owe(size: number): void {
    this.#bytes += size;
    if (this.#received - this.#acknowledged >= acknowledgeNumbers || this.#bytes >= acknowledgeBytes) {
      this.#acknowledge();
    } else if (this.#cancelAck === nothing) {
      this.#cancelAck = this.#options.clock.schedule(acknowledgeMs, () => this.#acknowledge());
    }
  }

  #acknowledge(): void {
    this.#cancelAck();
    this.#cancelAck = nothing;
    this.#bytes = 0;
    this.#acknowledged = this.#received;
    this.#options.acknowledge(this.#received);
  }
}

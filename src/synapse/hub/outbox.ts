import type { Unnumbered } from "../synapse.js";
import type { Credit, DeliveryNote, Gap, Live } from "../../../gen/cosmonapse/v1/frames.js";

/** A Signal that waits for a session's link. */
export interface OutboundDelivery {
  readonly kind: "deliver";
  readonly signal: Uint8Array;
  readonly note: DeliveryNote;
  /** True if it need not be delivered any more. */
  readonly isStale?: () => boolean;
  /** Called when the link takes it. */
  readonly onTaken?: () => void;
}

/** One thing that waits for a session's link. */
export type Outbound =
  | OutboundDelivery
  | { readonly kind: "live"; readonly live: Unnumbered<Live> }
  | { readonly kind: "gap"; readonly gap: Unnumbered<Gap> }
  | { readonly kind: "credit"; readonly credit: Unnumbered<Credit> };

const compactAt = 1024;

/**
 * What waits for a session's link, in order. It is bounded by those who put things in: work by `max_in_flight`,
 * replies by the session's pending requests and their windows, observed Signals by the subscription's buffer.
 */
export class Outbox {
  #items: Outbound[] = [];
  #head = 0;
  #wake: (() => void) | undefined;

  /** How many things wait. */
  get size(): number {
    return this.#items.length - this.#head;
  }

  /** Names what is called whenever something was put into the empty outbox. */
  onWake(wake: () => void): void {
    this.#wake = wake;
    if (this.size > 0) wake();
  }

  /** Puts one thing at the end. */
  push(item: Outbound): void {
    const wasEmpty = this.size === 0;
    this.#items.push(item);
    if (wasEmpty) this.#wake?.();
  }

  /** Takes the first thing that is not stale; what is taken counts as written. */
  take(): Outbound | undefined {
    for (;;) {
      const item = this.#shift();
      if (item === undefined) return undefined;
      if (item.kind !== "deliver") return item;
      if (item.isStale?.() === true) continue;
      item.onTaken?.();
      return item;
    }
  }

  #shift(): Outbound | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#head += 1;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head >= compactAt && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Drops everything that waits. */
  clear(): void {
    this.#items = [];
    this.#head = 0;
    this.#wake = undefined;
  }
}

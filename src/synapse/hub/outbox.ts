import { Fifo } from "../../foundation/index.js";
import type { Counters } from "./counters.js";
import type { Unnumbered } from "../synapse.js";
import type { Credit, DeliveryNote, Gap, Live, Receipt } from "../../../gen/cosmonapse/v1/frames.js";

/** Whose delivery it is. */
export interface DeliveryOwner {
  /** True if it need not be delivered any more. */
  isStale(): boolean;
  /** Called when the link takes it. */
  taken(signal: Uint8Array): void;
}

/** A Signal that waits for a session's link. */
export interface OutboundDelivery {
  readonly kind: "deliver";
  readonly signal: Uint8Array;
  readonly note: DeliveryNote;
  /** Undefined: it is delivered in any case, and nobody asks. */
  readonly owner?: DeliveryOwner;
}

/** What the driver itself puts between: something of the session was decided, and what is before it is told first. */
export interface OutboundDecision {
  readonly kind: "decided";
  /** The number that the session gave it. */
  readonly number: number;
  /** What became of a Signal; undefined for anything else. */
  readonly receipt: Receipt | undefined;
}

/** One thing that waits for a session's link. */
export type Outbound =
  | OutboundDelivery
  | OutboundDecision
  | { readonly kind: "live"; readonly live: Unnumbered<Live> }
  | { readonly kind: "gap"; readonly gap: Unnumbered<Gap> }
  | { readonly kind: "credit"; readonly credit: Unnumbered<Credit> };

/**
 * What waits for a session's link, in order. It is bounded by those who put things in: work by `max_in_flight`,
 * replies by the session's pending requests and their windows, observed Signals by the subscription's buffer.
 */
export class Outbox {
  readonly #items = new Fifo<Outbound>();
  readonly #counters: Counters;
  #wake: (() => void) | undefined;

  /** What links take is counted. */
  constructor(counters: Counters) {
    this.#counters = counters;
  }

  /** How many things wait. */
  get size(): number {
    return this.#items.size;
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
      const item = this.#items.shift();
      if (item === undefined) return undefined;
      if (item.kind !== "deliver") return item;
      if (item.owner?.isStale() === true) continue;
      item.owner?.taken(item.signal);
      this.#counters.delivered += 1;
      this.#counters.deliveredBytes += item.signal.length;
      return item;
    }
  }

  /** Drops everything that waits. */
  clear(): void {
    this.#items.clear();
    this.#wake = undefined;
  }
}

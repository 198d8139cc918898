import type { ErrorDetail } from "../../gen/cosmonapse/v1/error.js";
import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { CosmoError } from "../errors/index.js";

/** One thing that an observer learns. */
export type Observation =
  | {
      /** A Signal that the Synapse accepted. */
      readonly kind: "signal";
      readonly signal: Signal;
      /** The number of its body. */
      readonly type: number;
      /** Its number in the namespace, ascending with acceptance. */
      readonly position: bigint;
      /** Of a request: the ids of those who were asked. */
      readonly asked: readonly string[];
      /** Of a reply: the attempt that made it. */
      readonly attempt: number;
    }
  | {
      /** A reply that was refused to its sender; it has no number. */
      readonly kind: "refused";
      readonly signal: Signal;
      readonly type: number;
      readonly reason: ErrorDetail;
    }
  | {
      /** A live REGISTER, from before the observation began. */
      readonly kind: "snapshot";
      readonly signal: Signal;
    }
  | {
      /** The snapshot is complete; what follows is live. */
      readonly kind: "live";
      /** The number of the first Signal that can follow. */
      readonly position: bigint;
    }
  | {
      /** Signals that did not fit: `missed` of those from `first` to `last` matched. */
      readonly kind: "gap";
      readonly first: bigint;
      readonly last: bigint;
      readonly missed: bigint;
    };

interface MissedRange {
  first: bigint;
  last: bigint;
  missed: bigint;
}

/**
 * A bounded line of observations between a Synapse and one consumer. What does not fit becomes a gap, with numbers and
 * a count; nothing is dropped in silence. The snapshot and the word that it is complete always fit. It is iterated once,
 * by one consumer.
 */
export class ObservationQueue implements AsyncIterable<Observation> {
  readonly #boundMax: number;
  readonly #items: Observation[] = [];
  readonly #onEnd: () => void;
  #gap: MissedRange | undefined;
  /** The number of the latest Signal that came; a refused reply has none of its own. */
  #position = 0n;
  #ending: { readonly reason: CosmoError | undefined } | undefined;
  #isIterated = false;
  #wake: (() => void) | undefined;

  /** `onEnd` is called once, when nothing more is wanted or nothing more can come. */
  constructor(options: { readonly boundMax: number; readonly onEnd: () => void }) {
    this.#boundMax = options.boundMax;
    this.#onEnd = options.onEnd;
  }

  /** True once nothing follows. */
  get isEnded(): boolean {
    return this.#ending !== undefined;
  }

  /** Adds an observation, or counts it into a gap if there is no room. */
  push(item: Observation): void {
    if (this.#ending !== undefined) return;
    if (item.kind === "signal" || item.kind === "live") this.#position = item.position;
    const isFull = this.#items.length >= this.#boundMax && (item.kind === "signal" || item.kind === "refused");
    if (item.kind === "gap") this.#widenGap(item);
    else if (isFull) this.#widenGap({ first: this.#position, last: this.#position, missed: 1n });
    else {
      this.#flushGap();
      this.#items.push(item);
    }
    this.#notify();
  }

  /** Nothing follows; `reason` is thrown to the consumer after what is there. */
  end(reason?: CosmoError): void {
    if (this.#ending !== undefined) return;
    this.#ending = { reason };
    this.#notify();
    this.#onEnd();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Observation, void, void> {
    if (this.#isIterated) throw new CosmoError("INVALID_ARGUMENT", "It is iterated already; observe again instead");
    this.#isIterated = true;
    try {
      for (;;) {
        if (this.#items.length === 0) this.#flushGap();
        const item = this.#items.shift();
        if (item !== undefined) yield item;
        else if (this.#ending !== undefined) {
          if (this.#ending.reason !== undefined) throw this.#ending.reason;
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      this.end();
    }
  }

  #widenGap({ first, last, missed }: MissedRange): void {
    const before = this.#gap;
    this.#gap = { first: before?.first ?? first, last, missed: (before?.missed ?? 0n) + missed };
  }

  #flushGap(): void {
    if (this.#gap === undefined) return;
    this.#items.push({ kind: "gap", ...this.#gap });
    this.#gap = undefined;
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

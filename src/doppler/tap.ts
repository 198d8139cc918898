import {
  DeliveryReason,
  Right,
  type DeliveryNote,
  type Gap,
  type ObserveFilter,
} from "../../gen/cosmonapse/v1/frames.js";
import { describeThrown, toCosmoError, type CosmoError } from "../errors/index.js";
import { Backoff, createDeferred, Fifo, systemClock, type Clock, type Deferred } from "../foundation/index.js";
import { createIdSource, decodeSignal } from "../signal/index.js";
import type { Session, SessionReceiver, Synapse, Unnumbered } from "../synapse/index.js";
import type { DopplerRecord, NoteRecord } from "./record.js";

/** How a tap watches. */
export interface TapOptions {
  readonly synapse: Synapse;
  readonly namespace: string;
  /** What is asked of the Synapse. Default: everything. */
  readonly filter?: ObserveFilter;
  /** Ends the tap. */
  readonly abort?: AbortSignal;
  /** Records that wait for the consumer before the Synapse has to wait. Default: 4096. */
  readonly waitingMax?: number;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

const everything: ObserveFilter = { types: [], traceIds: [], participants: [] };
const subscriptionId = "doppler";

/**
 * Watches one namespace, with the right to observe and no other. Iterate it once: what it sees comes in order, with
 * gaps where Signals are missing. When nobody takes the records the Synapse counts what it leaves out, so memory stays
 * bounded and the senders are not slowed. A lost session is opened again: a note and a gap of unknown size say so.
 * Rejects if the first session is refused, and with the refusal if a later one cannot be mended by trying again.
 */
export class Tap implements AsyncIterable<DopplerRecord> {
  readonly #options: TapOptions;
  readonly #clock: Clock;
  readonly #waitingMax: number;
  readonly #records = new Fifo<DopplerRecord>();
  #number = 0;
  #isOver = false;
  #failure: CosmoError | undefined;
  #wake: Deferred<void> = createDeferred();
  #room: Deferred<void> = createDeferred();
  #pause: Deferred<void> = createDeferred();
  #session: Session | undefined;

  constructor(options: TapOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#waitingMax = options.waitingMax ?? 4_096;
  }

  /** Begins to watch, and ends the session when the consumer leaves. */
  async *[Symbol.asyncIterator](): AsyncGenerator<DopplerRecord, void, void> {
    const { abort } = this.#options;
    const end = (): void => this.#end();
    abort?.addEventListener("abort", end, { once: true });
    if (abort?.aborted === true) end();
    try {
      if (!this.#isOver) await this.#open();
      while (!this.#isOver || this.#records.size > 0) {
        const record = this.#records.shift();
        if (record !== undefined) {
          this.#room.resolve();
          yield record;
        } else {
          this.#wake = createDeferred();
          await this.#wake.promise;
        }
      }
      if (this.#failure !== undefined && abort?.aborted !== true) throw this.#failure;
    } finally {
      abort?.removeEventListener("abort", end);
      this.#end();
      await this.#session?.close();
    }
  }

  async #open(): Promise<void> {
    const { synapse, namespace, filter = everything, abort } = this.#options;
    const lost = createDeferred<CosmoError | undefined>();
    const session = await synapse.open(
      {
        namespace,
        dendriteId: `doppler-${createIdSource(this.#clock).signalId().slice(4)}`,
        rights: [Right.OBSERVE],
        ...(abort === undefined ? {} : { abort }),
      },
      this.#receiver(lost.resolve),
    );
    this.#session = session;
    if (this.#isOver) return session.close();
    try {
      await session.subscribe(subscriptionId, filter);
    } catch (thrown) {
      await session.close();
      throw thrown;
    }
    // Not before: until then whoever opens learns of the loss, and two would open again.
    void lost.promise.then((reason) => this.#lost(reason));
    return undefined;
  }

  #receiver(ended: (reason: CosmoError | undefined) => void): SessionReceiver {
    return {
      deliver: (bytes, note) => this.#deliver(bytes, note),
      live: ({ rejection }) => {
        if (rejection === undefined) this.#note("live", "the snapshot is complete, what follows is live");
      },
      gap: (gap) => this.#gap(gap),
      credit: () => undefined,
      ended,
    };
  }

  #deliver(bytes: Uint8Array, note: DeliveryNote): void | Promise<void> {
    const { position, reason, type, asked, attempt, refused } = note;
    const base = { at: this.#clock.wallMs(), namespace: this.#options.namespace };
    try {
      const signal = decodeSignal(bytes);
      const isSnapshot = reason === DeliveryReason.SNAPSHOT;
      this.#number += 1;
      const seen = { number: this.#number, signal, type, bytes, position, isSnapshot, asked, attempt };
      this.#push({ kind: "signal", ...base, ...seen, ...(refused === undefined ? {} : { refused }) });
    } catch (thrown) {
      const why = `it cannot be read: ${describeThrown(thrown)}`;
      this.#push({ kind: "gap", ...base, missed: 1n, first: position, last: position, reason: why });
    }
    if (this.#records.size < this.#waitingMax || this.#isOver) return undefined;
    this.#room = createDeferred();
    return this.#room.promise;
  }

  #gap({ first, last, missed }: Unnumbered<Gap>): void {
    const reason = "this watcher was too slow";
    const { namespace } = this.#options;
    this.#push({ kind: "gap", at: this.#clock.wallMs(), namespace, missed, first, last, reason });
  }

  #lost(reason: CosmoError | undefined): void {
    if (this.#isOver) return;
    const why = reason === undefined ? "the session was closed" : reason.message;
    this.#note("lost", `the Synapse is lost, trying to reach it again: ${why}`);
    this.#push({
      kind: "gap",
      at: this.#clock.wallMs(),
      namespace: this.#options.namespace,
      missed: undefined,
      reason: "the session was lost",
    });
    this.#session = undefined;
    this.#openAgain().catch((thrown: unknown) => {
      this.#failure = toCosmoError(thrown, "INTERNAL");
      this.#end();
    });
  }

  async #openAgain(): Promise<void> {
    const backoff = new Backoff();
    while (!this.#isOver) {
      this.#pause = createDeferred();
      const cancel = this.#clock.schedule(backoff.next(), this.#pause.resolve);
      await this.#pause.promise;
      cancel();
      try {
        if (!this.#isOver) await this.#open();
        return;
      } catch (thrown) {
        const error = toCosmoError(thrown, "INTERNAL");
        if (!error.retryable) throw error;
      }
    }
  }

  #note(about: NoteRecord["about"], text: string): void {
    this.#push({ kind: "note", at: this.#clock.wallMs(), namespace: this.#options.namespace, about, text });
  }

  #push(record: DopplerRecord): void {
    if (this.#isOver) return;
    this.#records.push(record);
    this.#wake.resolve();
  }

  #end(): void {
    this.#isOver = true;
    this.#wake.resolve();
    this.#room.resolve();
    this.#pause.resolve();
  }
}

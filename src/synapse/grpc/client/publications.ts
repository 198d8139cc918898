import type { PublishNote, Receipt, Receipts } from "../../../../gen/cosmonapse/v1/frames.js";
import type { ConnectRequest } from "../../../../gen/cosmonapse/v1/synapse_service.js";
import type { Limits } from "../../../../gen/cosmonapse/v1/limits.js";
import type { CosmoError } from "../../../errors/index.js";
import { createDeferred, Fifo, type Deferred } from "../../../foundation/index.js";
import { SentLog } from "../sent-log.js";
import { encodeRequest } from "./client-link.js";

type Frame = NonNullable<ConnectRequest["frame"]>;

interface Publication {
  readonly signal: Uint8Array;
  readonly attempt: number;
  readonly decided: Deferred<Receipt>;
}

interface Instruction {
  readonly make: (number: bigint) => Frame;
  readonly decided: Deferred<Receipt>;
}

/** What a session says to the Synapse, in order: numbered, kept until it is decided, sent again on a new link. */
export class Publications {
  readonly #limits: Limits;
  readonly #log: SentLog;
  readonly #pending = new Map<number, Deferred<Receipt>>();
  readonly #waiting = new Fifo<Publication | Instruction>();

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#log = new SentLog({ numbersMax: limits.unacknowledged, bytesMax: limits.unacknowledgedBytes });
  }

  /** True if everything was decided. */
  get isSettled(): boolean {
    return this.#pending.size === 0 && this.#waiting.size === 0;
  }

  /** Adds a Signal; resolves when it is decided. */
  publish(signal: Uint8Array, attempt: number): Promise<Receipt> {
    const decided = createDeferred<Receipt>();
    this.#waiting.push({ signal, attempt, decided });
    return decided.promise;
  }

  /** Adds a frame that is no Publish; resolves when the Synapse acted on it. */
  instruct(make: (number: bigint) => Frame): Promise<Receipt> {
    const decided = createDeferred<Receipt>();
    this.#waiting.push({ make, decided });
    return decided.promise;
  }

  /** The next frame: what a link before this one sent in vain, then what waits; undefined while nothing may be sent. */
  next(): Uint8Array | undefined {
    const again = this.#log.takeUnsent();
    if (again !== undefined) return again;
    this.#fill();
    return this.#log.takeUnsent();
  }

  /** Takes what the Synapse decided. */
  decide({ through, receipts }: Receipts): void {
    const last = Number(through);
    this.#log.acknowledge(last);
    let at = 0;
    for (const [number, decided] of this.#pending) {
      if (number > last) break;
      this.#pending.delete(number);
      while (at < receipts.length && Number(receipts[at]?.number) < number) at += 1;
      const own = receipts[at];
      decided.resolve(own !== undefined && Number(own.number) === number ? own : plainReceipt(number));
    }
  }

  /** A new link: the Synapse saw everything up to `received`. False if it saw what was never sent, or forgot some. */
  resume(received: number): boolean {
    return this.#log.resume(received);
  }

  /** Nothing is decided any more. */
  fail(error: CosmoError): void {
    for (const decided of this.#pending.values()) decided.reject(error);
    for (const { decided } of this.#waiting) decided.reject(error);
    this.#pending.clear();
    this.#waiting.clear();
  }

  #fill(): void {
    const signals: Uint8Array[] = [];
    const notes: PublishNote[] = [];
    const decisions: Deferred<Receipt>[] = [];
    const signalsMax = Math.min(this.#limits.frameSignals, this.#log.room);
    let bytes = 0;
    while (signals.length < signalsMax) {
      const item = this.#waiting.peek();
      if (item === undefined) break;
      if ("make" in item) {
        if (signals.length > 0) break;
        this.#waiting.shift();
        this.#append([item.decided], (number) => item.make(number));
        return;
      }
      const size = bytes + item.signal.length;
      if (size > this.#log.roomBytes || (signals.length > 0 && size > this.#limits.frameBytes)) break;
      this.#waiting.shift();
      if (item.attempt !== 0) notes.push({ index: signals.length, attempt: item.attempt });
      signals.push(item.signal);
      decisions.push(item.decided);
      bytes = size;
    }
    if (signals.length > 0)
      this.#append(decisions, (first) => ({ $case: "publish", value: { first, signals, notes } }));
  }

  #append(decisions: readonly Deferred<Receipt>[], make: (first: bigint) => Frame): void {
    this.#log.append(decisions.length, (first) => {
      for (const [index, decided] of decisions.entries()) this.#pending.set(first + index, decided);
      return encodeRequest(make(BigInt(first)));
    });
  }
}

function plainReceipt(number: number): Receipt {
  return { number: BigInt(number), rejection: undefined, asked: [], repeated: false, position: 0n };
}

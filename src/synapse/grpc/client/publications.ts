import { PublishNote, type Receipt, type Receipts } from "../../../../gen/cosmonapse/v1/frames.js";
import type { ConnectRequest } from "../../../../gen/cosmonapse/v1/synapse_service.js";
import type { Limits } from "../../../../gen/cosmonapse/v1/limits.js";
import { CosmoError } from "../../../errors/index.js";
import { Fifo } from "../../../foundation/index.js";
import { encodeBatch } from "../link/encode-batch.js";
import { encodeMessage } from "../link/encode-message.js";
import { SentLog } from "../link/sent-log.js";
import { encodeRequest } from "./client-link.js";

type Frame = NonNullable<ConnectRequest["frame"]>;

/** Something that the Synapse has not decided yet. */
interface Undecided {
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: CosmoError) => void;
}

interface Publication extends Undecided {
  readonly signal: Uint8Array;
  readonly attempt: number;
}

interface Instruction extends Undecided {
  readonly make: (number: bigint) => Frame;
}

/** What a session says to the Synapse, in order: numbered, kept until it is decided, sent again on a new link. */
export class Publications {
  readonly #limits: Limits;
  readonly #log: SentLog;
  readonly #waiting = new Fifo<Publication | Instruction>();
  /** What was sent, from the first number that is not decided. */
  readonly #pending = new Fifo<Undecided>();
  #decided = 0;

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
    return new Promise((resolve, reject) => {
      this.#waiting.push({ signal, attempt, resolve, reject });
    });
  }

  /** Adds a frame that is no Publish; resolves when the Synapse acted on it. */
  instruct(make: (number: bigint) => Frame): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ make, resolve, reject });
    });
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
    for (const receipt of receipts) {
      const number = Number(receipt.number);
      this.#decidePlain(number - 1, 0);
      if (receipt.count > 1) this.#decidePlain(Math.min(last, number - 1 + receipt.count), Number(receipt.position));
      else if (this.#decided < last) this.#resolveNext(receipt);
    }
    this.#decidePlain(last, 0);
  }

  /** A new link: the Synapse saw everything up to `received`. False if it saw what was never sent, or forgot some. */
  resume(received: number): boolean {
    return this.#log.resume(received);
  }

  /** Nothing is decided any more. */
  fail(error: CosmoError): void {
    for (const { reject } of this.#pending) reject(error);
    for (const { reject } of this.#waiting) reject(error);
    this.#pending.clear();
    this.#waiting.clear();
  }

  /** What was accepted, and there is nothing to say of it but its place, if it has one: a run begins at `position`. */
  #decidePlain(last: number, position: number): void {
    for (let at = position; this.#decided < last && this.#pending.size > 0; at += position === 0 ? 0 : 1) {
      this.#resolveNext(plainReceipt(this.#decided + 1, at));
    }
  }

  #resolveNext(receipt: Receipt): void {
    this.#decided += 1;
    this.#pending.shift()?.resolve(receipt);
  }

  #fill(): void {
    const signals: Uint8Array[] = [];
    const notes: Uint8Array[] = [];
    const signalsMax = Math.min(this.#limits.frameSignals, this.#log.room);
    let bytes = 0;
    while (signals.length < signalsMax) {
      const item = this.#waiting.peek();
      if (item === undefined) break;
      if ("make" in item) {
        if (signals.length > 0) break;
        this.#waiting.shift();
        this.#pending.push(item);
        this.#log.append(1, (number) => encodeRequest(item.make(BigInt(number))));
        return;
      }
      const size = bytes + item.signal.length;
      if (size > this.#log.roomBytes || (signals.length > 0 && size > this.#limits.frameBytes)) break;
      this.#waiting.shift();
      this.#pending.push(item);
      if (item.attempt !== 0) {
        notes.push(encodeMessage(PublishNote, { index: signals.length, attempt: item.attempt }));
      }
      signals.push(item.signal);
      bytes = size;
    }
    if (signals.length > 0) this.#log.append(signals.length, (first) => encodeBatch(first, signals, notes));
  }
}

function plainReceipt(number: number, position: number): Receipt {
  const rejection = undefined;
  return { number: BigInt(number), rejection, asked: [], repeated: false, position: BigInt(position), count: 1 };
}

/** Why a Signal was not published that no frame of the Synapse has room for. */
export function tooLarge(bytes: number, most: number): CosmoError {
  const message = `The Signal takes ${bytes} bytes, where a message of this Synapse has room for ${most}`;
  return new CosmoError("TOO_LARGE", message, { requirement: "COS-ENV-032" });
}

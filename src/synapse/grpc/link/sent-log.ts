import { CosmoError } from "../../../errors/index.js";

interface SentFrame {
  /** The last number that it takes. */
  readonly last: number;
  readonly bytes: Uint8Array;
}

/** What one side may leave unacknowledged (COS-SES-013). */
export interface SentBounds {
  readonly numbersMax: number;
  readonly bytesMax: number;
}

const compactAt = 256;

/**
 * The numbered frames of one direction of a session, from the first that the other side has not acknowledged. They
 * outlive the link: the next one sends again what was not seen, and nothing else (COS-SES-010).
 */
export class SentLog {
  readonly #bounds: SentBounds;
  #frames: SentFrame[] = [];
  #head = 0;
  /** The first that this link has not sent. */
  #unsent = 0;
  #last = 0;
  #acknowledged = 0;
  #bytes = 0;

  constructor(bounds: SentBounds) {
    this.#bounds = bounds;
  }

  /** The last number that was given. */
  get last(): number {
    return this.#last;
  }

  /** The last number that the other side acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** How many numbers may still be given. */
  get room(): number {
    if (this.#bytes >= this.#bounds.bytesMax) return 0;
    return this.#bounds.numbersMax - (this.#last - this.#acknowledged);
  }

  /** How many bytes may still be sent; anything fits if nothing waits. */
  get roomBytes(): number {
    return this.#bytes === 0 ? Infinity : this.#bounds.bytesMax - this.#bytes;
  }

  /** Gives the next numbers to a frame, as many as it takes. */
  append(count: number, encode: (first: number) => Uint8Array): void {
    const bytes = encode(this.#last + 1);
    this.#last += count;
    this.#bytes += bytes.length;
    this.#frames.push({ last: this.#last, bytes });
  }

  /** The next frame that this link has not sent. */
  takeUnsent(): Uint8Array | undefined {
    const frame = this.#frames[this.#unsent];
    if (frame !== undefined) this.#unsent += 1;
    return frame?.bytes;
  }

  /** Forgets what the other side saw. True if that was news. Throws MALFORMED for a number that was never given. */
  acknowledge(through: number): boolean {
    if (through > this.#last) {
      const message = `Number ${through} was acknowledged, and the last that was sent is ${this.#last}`;
      throw new CosmoError("MALFORMED", message, { requirement: "COS-GRPC-006" });
    }
    if (through <= this.#acknowledged) return false;
    this.#acknowledged = through;
    for (let frame = this.#frames[this.#head]; frame !== undefined && frame.last <= through;) {
      this.#bytes -= frame.bytes.length;
      this.#head += 1;
      frame = this.#frames[this.#head];
    }
    this.#unsent = Math.max(this.#unsent, this.#head);
    if (this.#head >= compactAt && this.#head * 2 >= this.#frames.length) {
      this.#frames = this.#frames.slice(this.#head);
      this.#unsent -= this.#head;
      this.#head = 0;
    }
    return true;
  }

  /** A new link: the other side saw everything up to `received`. False if what follows is not here any more. */
  resume(received: number): boolean {
    if (received < this.#acknowledged || received > this.#last) return false;
    this.acknowledge(received);
    this.#unsent = this.#head;
    return true;
  }
}

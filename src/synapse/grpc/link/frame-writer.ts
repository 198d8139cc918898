import { nextTurn } from "../../../foundation/index.js";

/** The writing side of a gRPC stream. */
export interface FrameStream {
  write(frame: Uint8Array, encoding: undefined, taken: () => void): boolean;
}

/**
 * How many frames are in the hands of gRPC at once. More would only lengthen its queue, which nobody can take back;
 * meanwhile what waits here grows into fuller frames.
 */
const writingMax = 2;

/** Urgent frames that may wait: answers to Pings of a peer that reads nothing. */
const urgentMax = 1024;

/**
 * Writes frames to a stream: those that are ready at the end of the turn, and while the stream is busy, what has come
 * meanwhile when it is not. So an idle sender waits for nothing, and a busy one fills its frames (COS-GRPC-016).
 */
export class FrameWriter {
  readonly #stream: FrameStream;
  readonly #next: () => Uint8Array | undefined;
  readonly #urgent: Uint8Array[] = [];
  #writing = 0;
  #isWoken = false;
  #isClosed = false;

  /** `next` gives the next frame whenever the stream can take one; undefined: there is none. */
  constructor(stream: FrameStream, next: () => Uint8Array | undefined) {
    this.#stream = stream;
    this.#next = next;
  }

  /** There may be frames: they are asked for at the end of this turn. */
  wake(): void {
    if (this.#isWoken) return;
    this.#isWoken = true;
    nextTurn(() => {
      this.#isWoken = false;
      this.flush();
    });
  }

  /** Puts a frame before all others. False if too many of them wait. */
  urge(frame: Uint8Array): boolean {
    if (this.#urgent.length >= urgentMax) return false;
    this.#urgent.push(frame);
    this.wake();
    return true;
  }

  /** Writes what is ready and what the stream can take. */
  flush(): void {
    while (!this.#isClosed && this.#writing < writingMax) {
      const frame = this.#urgent.shift() ?? this.#next();
      if (frame === undefined) return;
      this.#writing += 1;
      this.#stream.write(frame, undefined, () => {
        this.#writing -= 1;
        this.flush();
      });
    }
  }

  /** Writes nothing more. */
  close(): void {
    this.#isClosed = true;
  }
}

import { CosmoError } from "../errors/index.js";
import { createDeferred, type Deferred } from "../foundation/index.js";

/** How many PARTIALs a Neuron may still send. The window opens as the asker consumes them (COS-TASK). */
export class PartialWindow {
  readonly #waiting: Deferred<void>[] = [];
  #room: number;
  #isClosed = false;
  #reason: CosmoError | undefined;

  constructor(size: number) {
    this.#room = size;
  }

  /** Takes one place; resolves when there is one, in the order of the calls. Rejects once the work is stopped. */
  take(): Promise<void> {
    if (this.#isClosed) return Promise.reject(this.#closed());
    if (this.#room > 0) {
      this.#room -= 1;
      return Promise.resolve();
    }
    const place = createDeferred<void>();
    this.#waiting.push(place);
    return place.promise;
  }

  /** Gives places back. */
  add(places: number): void {
    this.#room += places;
    while (this.#room > 0) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#room -= 1;
      next.resolve();
    }
  }

  /** Ends the wait of everyone, now and later: with the reason, or LATE since the work has its outcome. */
  close(reason?: CosmoError): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#reason = reason;
    for (const place of this.#waiting.splice(0)) place.reject(this.#closed());
  }

  #closed(): CosmoError {
    return this.#reason ?? new CosmoError("LATE", "The task has its outcome; no part can follow");
  }
}

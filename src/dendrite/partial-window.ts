import type { CosmoError } from "../errors/index.js";
import { createDeferred, type Deferred } from "../foundation/index.js";

/** How many PARTIALs a Neuron may still send. The window opens as the asker consumes them (COS-TASK-012). */
export class PartialWindow {
  readonly #waiting: Deferred<void>[] = [];
  #room: number;
  #createReason: (() => CosmoError) | undefined;

  constructor(size: number) {
    this.#room = size;
  }

  /** Takes one place; resolves when there is one, in the order of the calls. Rejects once the work is over. */
  take(): Promise<void> {
    if (this.#createReason !== undefined) return Promise.reject(this.#createReason());
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

  /** Ends the wait of everyone, now and later; the error is made only for those who wait. */
  fail(createReason: () => CosmoError): void {
    this.#createReason ??= createReason;
    for (const place of this.#waiting.splice(0)) place.reject(createReason());
  }
}

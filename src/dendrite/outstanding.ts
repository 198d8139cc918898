/** Promises that have not settled yet. */
export class Outstanding {
  readonly #promises = new Set<Promise<unknown>>();

  /** Notes a promise until it settles; its rejection counts as looked at. */
  add(promise: Promise<unknown>): void {
    const forget = (): void => void this.#promises.delete(promise);
    this.#promises.add(promise);
    promise.then(forget, forget);
  }

  /** Resolves when all have settled, those that are added meanwhile included. */
  async settled(): Promise<void> {
    while (this.#promises.size > 0) await Promise.allSettled(this.#promises);
  }
}

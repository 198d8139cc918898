/**
 * What arrives for somebody, in order. Who waits for something that matches gets the first such thing, whether it is
 * there or still to come.
 */
export class Arrivals<Thing> {
  readonly #there: Thing[] = [];
  readonly #waiting = new Set<{ readonly matches: (thing: Thing) => boolean; readonly take: (thing: Thing) => void }>();

  /** What is there and was not taken. */
  get there(): readonly Thing[] {
    return this.#there;
  }

  /** Something has arrived. */
  add(thing: Thing): void {
    for (const one of this.#waiting) {
      if (!one.matches(thing)) continue;
      this.#waiting.delete(one);
      one.take(thing);
      return;
    }
    this.#there.push(thing);
  }

  /** Takes the first that is there and matches; undefined: none. */
  takeNow(matches: (thing: Thing) => boolean): Thing | undefined {
    const index = this.#there.findIndex(matches);
    return index === -1 ? undefined : this.#there.splice(index, 1)[0];
  }

  /** Takes the first that matches, and waits for it if need be. */
  take(matches: (thing: Thing) => boolean): Promise<Thing> {
    const now = this.takeNow(matches);
    if (now !== undefined) return Promise.resolve(now);
    return new Promise((take) => {
      this.#waiting.add({ matches, take });
    });
  }
}

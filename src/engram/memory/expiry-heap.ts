/** Something that becomes invisible at an instant. */
export interface Expiring {
  /** The entry. */
  readonly id: string;
  /** Its instant, milliseconds. */
  readonly expiresAtMs: number;
}

/** The entries with a time to live, the first to expire on top. Whether one still counts is asked when it comes up. */
export class ExpiryHeap {
  #items: Expiring[] = [];
  #rebuildAt = 64;

  /** Adds one. `isCurrent` is asked of all when more than half may be out of date. */
  add(item: Expiring, isCurrent: (item: Expiring) => boolean): void {
    if (this.#items.length >= this.#rebuildAt) {
      const current = this.#items.filter(isCurrent);
      // A sorted list is a heap.
      this.#items = current.sort((left, right) => left.expiresAtMs - right.expiresAtMs);
      this.#rebuildAt = Math.max(64, 2 * current.length);
    }
    this.#items.push(item);
    this.#rise(this.#items.length - 1);
  }

  /** Takes the first that has expired; undefined if none has. */
  takeExpired(nowMs: number): Expiring | undefined {
    const first = this.#items[0];
    if (first === undefined || first.expiresAtMs > nowMs) return undefined;
    const last = this.#items.pop();
    if (last !== undefined && this.#items.length > 0) {
      this.#items[0] = last;
      this.#sink();
    }
    return first;
  }

  #rise(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfEarlier(index, parent)) return;
      index = parent;
    }
  }

  #sink(): void {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      const child = this.#timeOf(right) < this.#timeOf(left) ? right : left;
      if (!this.#swapIfEarlier(child, index)) return;
      index = child;
    }
  }

  #timeOf(index: number): number {
    return this.#items[index]?.expiresAtMs ?? Infinity;
  }

  #swapIfEarlier(lower: number, upper: number): boolean {
    const low = this.#items[lower];
    const up = this.#items[upper];
    if (low === undefined || up === undefined || low.expiresAtMs >= up.expiresAtMs) return false;
    this.#items[lower] = up;
    this.#items[upper] = low;
    return true;
  }
}

const compactAt = 1_024;

/** A list that grows at its end and is forgotten from its beginning, each step in constant time on average. */
export class RecordList<Item> {
  #items: Item[] = [];
  #head = 0;

  /** How many there are. */
  get length(): number {
    return this.#items.length - this.#head;
  }

  /** The item at an index, from 0; undefined beyond the end. */
  at(index: number): Item | undefined {
    return index < 0 ? undefined : this.#items[this.#head + index];
  }

  /** The last item. */
  last(): Item | undefined {
    return this.at(this.length - 1);
  }

  /** Puts an item at the end. */
  push(item: Item): void {
    this.#items.push(item);
  }

  /** Forgets the first item, and answers it. */
  shift(): Item | undefined {
    const item = this.at(0);
    if (this.length === 0) return undefined;
    this.#head += 1;
    if (this.#head >= compactAt && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    } else if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    }
    return item;
  }

  /** A copy of a part: from an index, up to another and without it. Default: all. */
  slice(from = 0, to = this.length): Item[] {
    return this.#items.slice(this.#head + Math.max(0, from), this.#head + Math.min(this.length, to));
  }

  /** The index of the first item for which a test holds, if it holds for all behind it; the length if it never does. */
  indexWhere(holds: (item: Item) => boolean): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const item = this.at(middle);
      if (item !== undefined && holds(item)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

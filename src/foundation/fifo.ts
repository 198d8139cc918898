const compactAt = 1024;

/** A queue: first in, first out, each step in constant time on average. */
export class Fifo<Item extends object> implements Iterable<Item> {
  #items: Item[] = [];
  #head = 0;

  /** How many items wait. */
  get size(): number {
    return this.#items.length - this.#head;
  }

  /** The first item; it stays. */
  peek(): Item | undefined {
    return this.#items[this.#head];
  }

  /** Puts an item at the end. */
  push(item: Item): void {
    this.#items.push(item);
  }

  /** Takes the first item. */
  shift(): Item | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#head += 1;
    if (this.#head === this.#items.length) this.clear();
    else if (this.#head >= compactAt && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Drops all items. */
  clear(): void {
    this.#items = [];
    this.#head = 0;
  }

  /** The items that wait, first to last. */
  *[Symbol.iterator](): Iterator<Item> {
    for (let at = this.#head; at < this.#items.length; at += 1) {
      const item = this.#items[at];
      if (item !== undefined) yield item;
    }
  }
}

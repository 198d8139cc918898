/** Which members stand under which words: an index that finds without looking at every member. */
export class Postings<T> {
  readonly #sets = new Map<string, Set<T>>();

  /** Puts a member under each word. */
  add(words: Iterable<string>, member: T): void {
    for (const word of words) {
      const set = this.#sets.get(word);
      if (set === undefined) this.#sets.set(word, new Set([member]));
      else set.add(member);
    }
  }

  /** Takes a member from under each word. */
  remove(words: Iterable<string>, member: T): void {
    for (const word of words) {
      const set = this.#sets.get(word);
      set?.delete(member);
      if (set?.size === 0) this.#sets.delete(word);
    }
  }

  /** The members under one word. */
  get(word: string): ReadonlySet<T> {
    return this.#sets.get(word) ?? new Set();
  }

  /** Under the rarest of these words: every member that stands under all of them is among these. */
  rarest(words: Iterable<string>): ReadonlySet<T> {
    let best: ReadonlySet<T> | undefined;
    for (const word of words) {
      const set = this.get(word);
      if (best === undefined || set.size < best.size) best = set;
    }
    return best ?? new Set();
  }

  /** The members that stand under at least one of these words. */
  union(words: Iterable<string>): ReadonlySet<T> {
    const members = new Set<T>();
    for (const word of words) for (const member of this.get(word)) members.add(member);
    return members;
  }
}

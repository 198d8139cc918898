/** The bounds of an `ExpiringMap`. */
export interface ExpiringMapOptions {
  /** How long an entry is kept, milliseconds. */
  readonly ttlMs: number;
  /** How many entries are kept; the oldest go first. */
  readonly sizeMax: number;
}

interface Entry<Value> {
  readonly key: string;
  readonly value: Value;
  readonly expiresMs: number;
}

const compactAt = 1_024;

/**
 * Remembers values for a while, at most so many. Each step takes constant time on average, also when old entries go as
 * fast as new ones come. Time is the caller's and must not go back.
 */
export class ExpiringMap<Value> {
  readonly #options: ExpiringMapOptions;
  readonly #entries = new Map<string, Entry<Value>>();
  /** In the order of their making; one that was replaced since is no longer in the map. */
  #order: (Entry<Value> | undefined)[] = [];
  #head = 0;

  constructor(options: ExpiringMapOptions) {
    this.#options = options;
  }

  /** How many entries are kept; some may have expired. */
  get size(): number {
    return this.#entries.size;
  }

  /** The value of a key, unless it expired or was forgotten. */
  get(key: string, nowMs: number): Value | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.expiresMs > nowMs ? entry.value : undefined;
  }

  /** Remembers a value anew; forgets what is too old or too much. */
  set(key: string, value: Value, nowMs: number): void {
    const entry: Entry<Value> = { key, value, expiresMs: nowMs + this.#options.ttlMs };
    this.#entries.set(key, entry);
    this.#order.push(entry);
    for (;;) {
      const oldest = this.#order[this.#head];
      if (oldest === undefined) return;
      const isReplaced = this.#entries.get(oldest.key) !== oldest;
      if (!isReplaced && this.#entries.size <= this.#options.sizeMax && oldest.expiresMs > nowMs) return;
      if (!isReplaced) this.#entries.delete(oldest.key);
      this.#dropHead();
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
    this.#order = [];
    this.#head = 0;
  }

  #dropHead(): void {
    this.#order[this.#head] = undefined;
    this.#head += 1;
    if (this.#head < compactAt || this.#head * 2 < this.#order.length) return;
    this.#order = this.#order.slice(this.#head);
    this.#head = 0;
  }
}

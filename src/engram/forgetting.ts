import type { StoredEntry } from "./entry.js";
import type { Outcome } from "./outcome.js";
import type { QueryPlan } from "./query.js";

/**
 * What a purge takes beside its entries. A driver removes the entries and adds them here, drops the places under which
 * nothing lives any more, and then removes what imprint ids were told of it. Versions do not begin again: the highest
 * is kept, without a name (COS-ENT-023, COS-ENT-024).
 */
export class Forgetting {
  /** Ids whose tombstones go, too. A driver takes out those that still live: a query may name more than it matches. */
  readonly ids: Set<string>;
  /** Keys to be dropped if nothing is left under them. */
  readonly keys = new Set<string>();
  readonly #dropped = new Set<string>();
  /** The dropped keys as the messages of rejections write them. */
  readonly #writtenKeys = new Set<string>();
  #highest = 0n;

  /** Begins with the places that the query itself names. */
  constructor({ ids = [], mergeKey }: Pick<QueryPlan, "ids" | "mergeKey">) {
    this.ids = new Set(ids);
    if (mergeKey !== undefined) this.keys.add(mergeKey);
  }

  /** The highest version that was forgotten. */
  get highest(): bigint {
    return this.#highest;
  }

  /** Takes an entry that was removed. */
  add({ id, mergeKey, version }: StoredEntry): void {
    this.ids.add(id);
    if (mergeKey !== undefined) this.keys.add(mergeKey);
    this.raise(version);
  }

  /** Takes a key under which nothing is left, with its last version. */
  drop(mergeKey: string, version: bigint): void {
    this.#dropped.add(mergeKey);
    this.#writtenKeys.add(JSON.stringify(mergeKey.slice(0, 80)));
    this.raise(version);
  }

  /** Takes a version that is known no more. */
  raise(version: bigint): void {
    if (version > this.#highest) this.#highest = version;
  }

  /** True if what an imprint id was told is of something that is forgotten. */
  concerns(outcome: Outcome): boolean {
    if ("receipt" in outcome) {
      const { id, mergeKey } = outcome.receipt;
      return this.ids.has(id) || (mergeKey !== undefined && this.#dropped.has(mergeKey));
    }
    // A rejection names its place in words only, the key cut short: better one too many than a name that stays.
    const { message } = outcome.rejection;
    const ids: readonly string[] = message.match(/eng_[0-9A-Z]{26}/g) ?? [];
    const keys: readonly string[] = message.match(/"(?:[^"\\]|\\.)*"/g) ?? [];
    return ids.some((id) => this.ids.has(id)) || keys.some((key) => this.#writtenKeys.has(key));
  }
}

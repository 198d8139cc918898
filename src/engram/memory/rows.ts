import type { Json } from "../../foundation/index.js";
import {
  Forgetting,
  isAfter,
  leafTokens,
  scoreEntry,
  takeFirst,
  TOMBSTONE_WINDOW_MS,
  type Candidate,
  type Effect,
  type Found,
  type ImprintPlan,
  type QueryPlan,
  type Scene,
  type StoredEntry,
} from "../index.js";
import { Counters } from "./counters.js";
import { ExpiryHeap, type Expiring } from "./expiry-heap.js";
import { Postings } from "./postings.js";

interface Row extends Candidate {
  /** The number of the effect that wrote it. */
  readonly revision: number;
}

/** The rows of one namespace with their indexes. Every method is one step: nothing runs between its parts. */
export class Rows {
  readonly #rows = new Map<string, Row>();
  readonly #words = new Postings<Row>();
  readonly #tags = new Postings<Row>();
  readonly #keys = new Postings<Row>();
  readonly #keyCounters = new Counters();
  readonly #idCounters = new Counters();
  readonly #expiries = new ExpiryHeap();
  #revision = 0;
  /** The version above which places begin, and until when. */
  #floor = { version: 0n, untilMs: -Infinity };

  /** The number of the last effect. */
  get revision(): number {
    return this.#revision;
  }

  /** Makes tombstones of what has expired, and forgets tombstones whose window has ended. */
  sweep(nowMs: number): void {
    for (;;) {
      const expired = this.#expiries.takeExpired(nowMs);
      if (expired === undefined) break;
      const row = this.#rows.get(expired.id);
      if (row !== undefined && this.#isCurrent(expired)) this.#bury(row, row.entry.version, nowMs);
    }
    this.#keyCounters.sweep(nowMs, TOMBSTONE_WINDOW_MS);
    this.#idCounters.sweep(nowMs, TOMBSTONE_WINDOW_MS);
  }

  /** What lives where an imprint points. Call `sweep` before. */
  load(plan: ImprintPlan, nowMs: number): Scene {
    const floor = nowMs < this.#floor.untilMs ? this.#floor.version : 0n;
    const byId = plan.id === undefined ? undefined : this.#rows.get(plan.id)?.entry;
    const mergeKey = plan.mergeKey ?? byId?.mergeKey;
    const [first] = mergeKey === undefined ? [] : this.#keys.get(mergeKey);
    const isSequence = first?.entry.seq !== undefined;
    const key = mergeKey === undefined ? undefined : this.#keyCounters.get(mergeKey, floor);
    return {
      byId,
      idVersion: byId?.version ?? (plan.id === undefined ? 0n : this.#idCounters.get(plan.id, floor).version),
      record: isSequence ? undefined : first?.entry,
      isSequence,
      keyVersion: key?.version ?? 0n,
      lastSeq: key?.lastSeq ?? 0n,
    };
  }

  /** Makes the effect of a decision. */
  apply(effect: Effect, nowMs: number): void {
    this.#revision += 1;
    switch (effect.kind) {
      case "put":
        this.#put(effect.entry);
        return;
      case "remove": {
        const row = this.#rows.get(effect.id);
        if (row !== undefined) this.#bury(row, effect.version, nowMs);
        return;
      }
      case "clear":
        for (const row of [...this.#keys.get(effect.mergeKey)]) this.#bury(row, effect.version, nowMs);
        return;
    }
  }

  #put(entry: StoredEntry): void {
    const before = this.#rows.get(entry.id);
    if (before !== undefined) this.#unlink(before);
    const content: Json = JSON.parse(entry.contentText);
    const row: Row = { entry, content, leaves: leafTokens(content, entry.tags), revision: this.#revision };
    this.#rows.set(entry.id, row);
    for (const leaf of row.leaves) this.#words.add(leaf, row);
    this.#tags.add(entry.tags, row);
    if (entry.mergeKey !== undefined) {
      this.#keys.add([entry.mergeKey], row);
      this.#keyCounters.raise(entry.mergeKey, entry.version, entry.seq);
    }
    if (entry.expiresAtMs !== undefined) {
      this.#expiries.add({ id: entry.id, expiresAtMs: entry.expiresAtMs }, (item) => this.#isCurrent(item));
    }
  }

  #isCurrent(item: Expiring): boolean {
    return this.#rows.get(item.id)?.entry.expiresAtMs === item.expiresAtMs;
  }

  #bury(row: Row, version: bigint, nowMs: number): void {
    const { id, mergeKey } = row.entry;
    this.#unlink(row);
    this.#idCounters.bury(id, version, nowMs);
    if (mergeKey === undefined) return;
    const keyVersion = this.#keyCounters.get(mergeKey).version;
    const last = keyVersion > version ? keyVersion : version;
    if (this.#keys.get(mergeKey).size === 0) this.#keyCounters.bury(mergeKey, last, nowMs);
    else this.#keyCounters.raise(mergeKey, last, undefined);
  }

  #unlink(row: Row): void {
    const { id, mergeKey, tags } = row.entry;
    this.#rows.delete(id);
    for (const leaf of row.leaves) this.#words.remove(leaf, row);
    this.#tags.remove(tags, row);
    if (mergeKey !== undefined) this.#keys.remove([mergeKey], row);
  }

  /** Purges what matches, or everything; what it was. Call `sweep` before. */
  forget(plan: QueryPlan | undefined, nowMs: number): { entries: number; forgetting: Forgetting } {
    const forgetting = new Forgetting(plan ?? { ids: this.#idCounters.places(), mergeKey: undefined });
    if (plan === undefined) for (const key of this.#keyCounters.places()) forgetting.keys.add(key);
    const gone = [...(plan === undefined ? this.#rows.values() : this.#candidates(plan))].filter(
      (row) => plan === undefined || scoreEntry(plan, row, nowMs) !== undefined,
    );
    for (const row of gone) {
      this.#unlink(row);
      forgetting.add(row.entry);
    }
    for (const id of forgetting.ids) {
      if (this.#rows.has(id)) forgetting.ids.delete(id);
      else forgetting.raise(this.#idCounters.forget(id));
    }
    for (const key of forgetting.keys) {
      if (this.#keys.get(key).size === 0) forgetting.drop(key, this.#keyCounters.forget(key));
    }
    const before = nowMs < this.#floor.untilMs ? this.#floor.version : 0n;
    const version = before > forgetting.highest ? before : forgetting.highest;
    this.#floor = { version, untilMs: nowMs + TOMBSTONE_WINDOW_MS };
    return { entries: gone.length, forgetting };
  }

  /** The first `topK`, and one more if there is one, of what matches after the cursor and was there at `asOf`. */
  search(plan: QueryPlan, nowMs: number, asOf: number): readonly Found[] {
    return takeFirst(this.#matches(plan, nowMs, asOf), plan.topK + 1);
  }

  *#matches(plan: QueryPlan, nowMs: number, asOf: number): Iterable<Found> {
    for (const row of this.#candidates(plan)) {
      if (row.revision > asOf) continue;
      const score = scoreEntry(plan, row, nowMs);
      if (score === undefined) continue;
      const found = { entry: row.entry, score };
      if (isAfter(found, plan.cursor)) yield found;
    }
  }

  /** The smallest set that an index gives; everything only if no part of the query has an index. */
  #candidates(plan: QueryPlan): Iterable<Row> {
    if (plan.ids !== undefined) {
      return plan.ids.map((id) => this.#rows.get(id)).filter((row) => row !== undefined);
    }
    const sets: ReadonlySet<Row>[] = [];
    if (plan.mergeKey !== undefined) sets.push(this.#keys.get(plan.mergeKey));
    if (plan.tags.length > 0) sets.push(this.#tags.rarest(plan.tags));
    if (plan.words !== undefined) sets.push(this.#wordCandidates(plan.words, plan.matchesAny));
    const [smallest] = sets.sort((left, right) => left.size - right.size);
    return smallest ?? this.#rows.values();
  }

  #wordCandidates(words: ReadonlySet<string>, matchesAny: boolean): ReadonlySet<Row> {
    return matchesAny ? this.#words.union(words) : this.#words.rarest(words);
  }
}

import { ImprintOp, type Durability } from "../../../gen/cosmonapse/v1/memory.js";
import { CosmoError } from "../../errors/index.js";
import { decideImprint, type Effect, type Scene } from "../decide.js";
import { TOMBSTONE_WINDOW_MS } from "../engram.js";
import { isLive, type StoredEntry } from "../entry.js";
import type { Digest } from "../fingerprint.js";
import { digestImprint, type ImprintPlan } from "../imprint-plan.js";
import { replayOutcome, type Outcome, type Remembered } from "../outcome.js";
import { idCounter, keyCounter, type Counter, type Row } from "./rows.js";

/** One imprint of a batch. */
export interface ImprintRequest {
  /** What is wanted. */
  readonly plan: ImprintPlan;
  /** The id for a new entry, if it becomes one. */
  readonly entryId: string;
  /** The participant that imprints. */
  readonly source: string;
  /** The trace of the imprint. */
  readonly traceId: string;
}

/** What a batch needs to see of the store. */
export interface Places {
  /** Imprint ids that may have been used before. */
  readonly imprintIds: readonly string[];
  /** Ids whose entries are needed, with their counters and the counters of their keys. */
  readonly ids: readonly string[];
  /** Keys whose records are needed, with their counters. */
  readonly keys: readonly string[];
  /** Keys of which every entry is needed. */
  readonly wholeKeys: readonly string[];
}

/** What a batch of imprints needs to see, each place once. */
export function placesOf(requests: readonly ImprintRequest[]): Places {
  const plans = requests.map(({ plan }) => plan);
  const isDelete = ({ op }: ImprintPlan): boolean => op === ImprintOp.DELETE;
  const unique = (texts: readonly (string | undefined)[]): string[] => [
    ...new Set(texts.filter((text) => text !== undefined)),
  ];
  return {
    imprintIds: unique(plans.map(({ imprintId }) => imprintId)),
    ids: unique(plans.map(({ id }) => id)),
    keys: unique(plans.map(({ mergeKey }) => mergeKey)),
    wholeKeys: unique(plans.filter(isDelete).map(({ id, mergeKey }) => (id === undefined ? mergeKey : undefined))),
  };
}

/** What a driver has loaded, in the transaction that will store the changes. */
export interface Loaded {
  /** The entries at the places, and whatever else has expired. */
  readonly rows: readonly Row[];
  /** The counters of the places and of the keys and ids of the rows, by name. */
  readonly counters: ReadonlyMap<string, Counter>;
  /** What the imprint ids were told before, if that is still within the window. */
  readonly told: ReadonlyMap<string, Remembered>;
  /** The version above which every place begins. */
  readonly floor: bigint;
}

/** What the Engram stamps on every decision. */
export interface BatchStamp {
  /** The store's clock. */
  readonly nowMs: number;
  /** The Engram that answers. */
  readonly engramId: string;
  /** How safely it keeps. */
  readonly durability: Durability;
  /** Makes the fingerprints. */
  readonly digest: Digest;
}

/** What is written in place of what was there. */
export interface Put {
  /** The entry. */
  readonly entry: StoredEntry;
  /** The row that it replaces; undefined: none. */
  readonly before: Row | undefined;
}

/** All that a batch changes, to be stored at once or not at all. */
export interface Changes {
  /** Rows that go. Before anything is put. */
  readonly removed: readonly Row[];
  /** Entries that come, or replace. */
  readonly put: readonly Put[];
  /** Counters that are new or other than before, by name. */
  readonly counters: readonly (readonly [name: string, counter: Counter])[];
  /** What imprint ids were told. */
  readonly told: readonly (readonly [imprintId: string, remembered: Remembered])[];
}

interface Slot {
  readonly before: Row | undefined;
  readonly now: StoredEntry | undefined;
}

/**
 * Imprints that are stored together, decided one after another as if each were stored before the next is looked at. It
 * works on what was loaded and gives what has to be stored; every SQL driver is one way to do these two
 * (COS-OP-026, COS-OP-028).
 */
export class ImprintBatch {
  readonly #slots = new Map<string, Slot>();
  readonly #records = new Map<string, string>();
  readonly #counters = new Map<string, Counter>();
  readonly #told = new Map<string, Remembered>();
  readonly #loaded: Loaded;
  readonly #stamp: BatchStamp;

  /** Starts with what is there; what has expired becomes a tombstone first (COS-OP-020). */
  constructor(loaded: Loaded, stamp: BatchStamp) {
    this.#loaded = loaded;
    this.#stamp = stamp;
    for (const row of loaded.rows) {
      const { id, mergeKey, seq } = row.entry;
      this.#slots.set(id, { before: row, now: row.entry });
      if (mergeKey !== undefined && seq === undefined) this.#records.set(mergeKey, id);
    }
    for (const { entry } of loaded.rows) if (!isLive(entry, stamp.nowMs)) this.#bury(entry, entry.version);
  }

  /** Decides the next imprint: its receipt or its rejection, `replayed` if the imprint id was used before. */
  decide({ plan, ...request }: ImprintRequest): Outcome {
    const fingerprint = digestImprint(plan, this.#stamp.digest);
    const before = this.#told.get(plan.imprintId) ?? this.#loaded.told.get(plan.imprintId);
    if (before !== undefined) return replay(plan, fingerprint, before);
    const { outcome, effect } = decideImprint(plan, this.#scene(plan), {
      ...this.#stamp,
      entryId: () => request.entryId,
      source: request.source,
      traceId: request.traceId,
    });
    if (effect !== undefined) this.#apply(effect);
    this.#told.set(plan.imprintId, { fingerprint, outcome });
    return outcome;
  }

  /** What has to be stored now. */
  changes(): Changes {
    const slots = [...this.#slots.values()];
    return {
      removed: slots.flatMap(({ before, now }) => (before !== undefined && now === undefined ? [before] : [])),
      put: slots.flatMap(({ before, now }) =>
        now !== undefined && now !== before?.entry ? [{ entry: now, before }] : [],
      ),
      counters: [...this.#counters],
      told: [...this.#told],
    };
  }

  #counter(name: string): Counter {
    const counter = this.#counters.get(name) ?? this.#loaded.counters.get(name);
    const isKnown = counter !== undefined && !this.#isForgotten(counter);
    if (isKnown) return counter;
    return { version: this.#loaded.floor, lastSeq: 0n, items: 0, buriedAtMs: undefined };
  }

  #isForgotten({ buriedAtMs }: Counter): boolean {
    return buriedAtMs !== undefined && this.#stamp.nowMs - buriedAtMs >= TOMBSTONE_WINDOW_MS;
  }

  #scene(plan: ImprintPlan): Scene {
    const byId = plan.id === undefined ? undefined : this.#slots.get(plan.id)?.now;
    const mergeKey = plan.mergeKey ?? byId?.mergeKey;
    const key = mergeKey === undefined ? undefined : this.#counter(keyCounter(mergeKey));
    return {
      byId,
      idVersion: byId?.version ?? (plan.id === undefined ? 0n : this.#counter(idCounter(plan.id)).version),
      record: mergeKey === undefined ? undefined : this.#record(mergeKey),
      isSequence: key !== undefined && key.items > 0,
      keyVersion: key?.version ?? 0n,
      lastSeq: key?.lastSeq ?? 0n,
    };
  }

  #record(mergeKey: string): StoredEntry | undefined {
    const id = this.#records.get(mergeKey);
    return id === undefined ? undefined : this.#slots.get(id)?.now;
  }

  #apply(effect: Effect): void {
    switch (effect.kind) {
      case "put":
        this.#put(effect.entry);
        return;
      case "remove": {
        const entry = this.#slots.get(effect.id)?.now;
        if (entry !== undefined) this.#bury(entry, effect.version);
        return;
      }
      case "clear":
        for (const { now } of [...this.#slots.values()]) {
          if (now?.mergeKey === effect.mergeKey) this.#bury(now, effect.version);
        }
        return;
    }
  }

  #put(entry: StoredEntry): void {
    const { id, mergeKey, seq, version } = entry;
    const slot = this.#slots.get(id);
    this.#slots.set(id, { before: slot?.before, now: entry });
    if (mergeKey === undefined) return;
    const { lastSeq, items } = this.#counter(keyCounter(mergeKey));
    if (seq === undefined) this.#records.set(mergeKey, id);
    this.#counters.set(keyCounter(mergeKey), {
      version,
      lastSeq: seq ?? lastSeq,
      items: seq === undefined ? items : items + 1,
      buriedAtMs: undefined,
    });
  }

  #bury(entry: StoredEntry, version: bigint): void {
    const { id, mergeKey, seq } = entry;
    const buriedAtMs = this.#stamp.nowMs;
    this.#slots.set(id, { before: this.#slots.get(id)?.before, now: undefined });
    this.#counters.set(idCounter(id), { version, lastSeq: 0n, items: 0, buriedAtMs });
    if (mergeKey === undefined) return;
    // The id may live again in this batch, without the key.
    if (seq === undefined) this.#records.delete(mergeKey);
    const key = this.#counter(keyCounter(mergeKey));
    const items = seq === undefined ? key.items : key.items - 1;
    this.#counters.set(keyCounter(mergeKey), {
      version: version > key.version ? version : key.version,
      lastSeq: key.lastSeq,
      items,
      buriedAtMs: items === 0 ? buriedAtMs : undefined,
    });
  }
}

function replay(plan: ImprintPlan, fingerprint: string, before: Remembered): Outcome {
  try {
    return { receipt: replayOutcome(plan, fingerprint, before) };
  } catch (thrown) {
    if (thrown instanceof CosmoError) return { rejection: thrown.detail };
    throw thrown;
  }
}

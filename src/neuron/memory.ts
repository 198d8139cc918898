import type { Json, JsonObject } from "../foundation/index.js";

/** One comparison of one field of the content; a comparison with a missing field is false. */
export interface Comparison {
  /** Where in the content: a JSON Pointer, RFC 6901, for example `/author/name`. */
  readonly path: string;
  /** How to compare. */
  readonly op: "eq" | "ne" | "gt" | "gte" | "lt" | "lte" | "in" | "nin" | "exists" | "prefix" | "contains";
  /** What to compare with: a list for `in` and `nin`, true or false for `exists`. */
  readonly value: Json;
}

/** A condition on the content of an entry, at most 16 deep. */
export type Where =
  Comparison | { readonly and: readonly Where[] } | { readonly or: readonly Where[] } | { readonly not: Where };

/** Which entries to recall. Every part that is given must hold; an empty query matches all. */
export interface RecallQuery {
  /** Words to find in the string leaves and the tags. */
  readonly text?: string;
  /** Whether all words must be there, or any of them. Default: all. */
  readonly textMatch?: "all" | "any";
  /** Ids to look among. */
  readonly ids?: readonly string[];
  /** The key of the record or of the sequence. */
  readonly mergeKey?: string;
  /** Tags that the entry must have, all of them. */
  readonly tags?: readonly string[];
  /** A condition on the content. */
  readonly where?: Where;
  /** Only entries updated at this instant or later. */
  readonly since?: Date;
  /** Only entries updated before this instant. */
  readonly until?: Date;
  /** The most hits, from 1 to 1000. Default: 50. */
  readonly topK?: number;
  /** The least score, from 0 to 1. An exact text scores 1. */
  readonly minScore?: number;
  /** Where the page before ended. */
  readonly cursor?: string;
}

/** How the answers of several Engrams become one. */
export type RecallMode = "first" | "merge" | "all";

/** How one recall is made. */
export interface RecallOptions {
  /** What to find. Default: everything. */
  readonly query?: RecallQuery;
  /** How answers become one. Default: the binding's, else `first`. */
  readonly mode?: RecallMode;
  /** How long the Engrams have, milliseconds. Default: the binding's, else 2,000; never more than the task has left. */
  readonly deadlineMs?: number;
  /** Ends the wait. */
  readonly abort?: AbortSignal;
}

/** Who wrote a version of an entry. */
export interface Provenance {
  /** The participant that imprinted. */
  readonly source: string;
  /** The trace of the imprint. */
  readonly traceId: string;
  /** The id of idempotency of the imprint. */
  readonly imprintId: string;
}

/** One entry that was found. A copy: changing it changes nothing stored. */
export interface RecallHit {
  /** The Engram that holds it; of a combined hit, the newest. */
  readonly engramId: string;
  /** `eng_…`, immutable. */
  readonly id: string;
  /** The key under which it lives. */
  readonly mergeKey: string | undefined;
  /** What was imprinted, without tags and id. */
  readonly content: JsonObject;
  /** In ascending order of code points. */
  readonly tags: readonly string[];
  /** Counts the effects on the key, from 1. Safe to compare; exact up to 2^53. */
  readonly version: number;
  /** The number of an item in the sequence of its key. */
  readonly seq: number | undefined;
  /** The store's clock. */
  readonly createdAt: Date;
  /** The store's clock. */
  readonly updatedAt: Date;
  /** The store's clock: from this instant on it is invisible. Undefined: never. */
  readonly expiresAt: Date | undefined;
  /** Who wrote this version; of a combined hit, the newest. Stamped by the Engram's host. */
  readonly provenance: Provenance | undefined;
  /** How well the text matched, above 0 and up to 1. One without a text. */
  readonly score: number;
  /** The Engrams whose entries were combined in this hit. */
  readonly sources: readonly string[];
}

/** What was found. */
export interface RecallResult {
  /** Best first. At most one in mode `first`. */
  readonly hits: readonly RecallHit[];
  /** True if an Engram that was asked gave no complete answer in time; in `first`, only if there is no hit. */
  readonly partial: boolean;
  /** The Engrams that did not answer. */
  readonly missing: readonly string[];
  /** The Engrams that answered with an error. */
  readonly errors: readonly { readonly engramId: string; readonly code: string; readonly message: string }[];
  /** True if more was found than was returned. */
  readonly truncated: boolean;
  /** Where the next page begins, if one Engram was asked and it has more. */
  readonly cursor: string | undefined;
}

/** Finds entries in the memory that the Axon binds under `binding`. */
export type Recall = (binding: string, options?: RecallOptions) => Promise<RecallResult>;

/** How one imprint is made. */
export interface ImprintOptions {
  /** What to do. `add` fails if something lives there, `append` grows a sequence, the others are as they are called. */
  readonly op: "add" | "append" | "merge" | "upsert" | "delete";
  /** The content; `tags` (strings) and `id` (`eng_…`) are lifted out of it, unless the options give one of them. */
  readonly entry?: JsonObject;
  /** The entry to address, `eng_…`. With it or `tags`, `entry` is the content as it is, whatever its names are. */
  readonly id?: string;
  /** The tags. With them or `id`, `entry` is the content as it is, whatever its names are. */
  readonly tags?: readonly string[];
  /** The key to address. */
  readonly mergeKey?: string;
  /** 0: nothing lives there. n: exactly version n lives there. */
  readonly ifVersion?: number;
  /** How long the entry stays visible, milliseconds. */
  readonly ttlMs?: number;
  /** The key of idempotency. Default: one for this call; derived from the task in a Neuron that is `retrySafe`. */
  readonly imprintId?: string;
  /** How `merge` combines. Default: `mergePatch` (RFC 7396). */
  readonly strategy?: "mergePatch" | "deepUnion";
  /** Change every Engram that the binding reaches, instead of the only one. Default: false. */
  readonly all?: boolean;
  /** Wait for the receipt of the Engram. Default: true; false resolves when the Synapse accepts. */
  readonly awaitAck?: boolean;
  /** How long the Engram has, milliseconds. Default: the binding's, else 2,000; never more than the task has left. */
  readonly deadlineMs?: number;
  /** Ends the wait; what was sent may still take effect. */
  readonly abort?: AbortSignal;
}

/** What an Engram says that it did. */
export interface ImprintReceipt {
  /** The Engram that made the effect. */
  readonly engramId: string;
  /** The entry; empty on a delete that found nothing. */
  readonly id: string;
  /** The key, if there is one. */
  readonly mergeKey: string | undefined;
  /** The version after the effect. */
  readonly version: number;
  /** The number of an appended item. */
  readonly seq: number | undefined;
  /** True if the entry was not there before. */
  readonly created: boolean;
  /** True if something was removed. */
  readonly deleted: boolean;
  /** True if this is the receipt that the same imprint id got before. */
  readonly replayed: boolean;
  /** How safely the effect is kept. */
  readonly durability: "memory" | "os" | "disk";
}

/** The outcome of an imprint. */
export interface ImprintResult {
  /** The id of idempotency that was used: pass it again to repeat the same imprint. */
  readonly imprintId: string;
  /** True if the effect was acknowledged; false with `awaitAck: false`. */
  readonly acknowledged: boolean;
  /** One for each Engram that acknowledged. */
  readonly receipts: readonly ImprintReceipt[];
  /** The only receipt, when one Engram was asked and acknowledged. */
  readonly receipt: ImprintReceipt | undefined;
  /** True if an Engram that was asked with `all` did not acknowledge. */
  readonly partial: boolean;
  /** The Engrams that did not acknowledge. */
  readonly missing: readonly string[];
  /** The Engrams that answered with an error. */
  readonly errors: readonly { readonly engramId: string; readonly code: string; readonly message: string }[];
}

/** Changes the memory that the Axon binds under `binding`. */
export type Imprint = (binding: string, options: ImprintOptions) => Promise<ImprintResult>;

import type { JsonObject } from "../../foundation/index.js";

/** A condition of a vector: the wire's names, operators in lower case; nothing given is a filter without a node. */
export interface VectorFilter {
  readonly all?: readonly VectorFilter[];
  readonly any?: readonly VectorFilter[];
  readonly negation?: VectorFilter;
  readonly path?: string;
  readonly op?: string;
  /** The value as JSON text, sent byte for byte. */
  readonly value_text?: string;
  /** True: with a part that no version has. */
  readonly unknown?: boolean;
}

/** The query of a vector: the wire's names; times are milliseconds from the start of the vector. */
export interface VectorQuery {
  readonly text?: string;
  readonly text_match?: string;
  readonly ids?: readonly string[];
  readonly merge_key?: string;
  readonly tags?: readonly string[];
  readonly where?: VectorFilter;
  readonly since_ms?: number;
  readonly until_ms?: number;
  readonly top_k?: number;
  readonly min_score?: number;
  readonly cursor?: string;
  /** True: with a part that no version has. */
  readonly unknown?: boolean;
}

/** The imprint of a vector. */
export interface VectorImprint {
  readonly op: string;
  readonly merge_key?: string;
  readonly id?: string;
  /** The content as JSON text, sent byte for byte. */
  readonly content_text?: string;
  /** An object of one long text, so many bytes in all. */
  readonly content_fill?: number;
  readonly tags?: readonly string[];
  readonly if_version?: number;
  readonly ttl_ms?: number;
  readonly imprint_id?: string;
  readonly strategy?: string;
}

/**
 * One step: an imprint, a recall, a purge, or time that passes. What is expected is a part of what comes: fields that are not
 * named may have any value. A text that begins with `$` stands for the id or cursor that an earlier step bound.
 */
export interface VectorStep {
  readonly advance_ms?: number;
  readonly imprint?: VectorImprint;
  /** How many such imprints are sent at once. Default: 1. */
  readonly times?: number;
  readonly recall?: VectorQuery;
  /** Forgets what the query finds; null: everything. */
  readonly forget?: VectorQuery | null;
  /** How many entries were forgotten. */
  readonly entries?: number;
  /** The mode of the recall. Default: `all`. */
  readonly mode?: string;
  /** Default: `vectors`. */
  readonly namespace?: string;
  /** The room for one answer. Default: 4 MiB. */
  readonly page_bytes?: number;
  /** Binds the id of the receipt, or the cursor of the answer. */
  readonly as?: string;
  /** Fields of the receipt. */
  readonly receipt?: JsonObject;
  /** Fields of each hit, in order, and how many there are. */
  readonly hits?: readonly JsonObject[];
  /** Whether the answer is truncated. */
  readonly truncated?: boolean;
  /** The code of the refusal. */
  readonly error?: string;
  /** The version that the refusal tells. */
  readonly current_version?: number;
  /** Whether the refusal is a repeated one. */
  readonly replayed?: boolean;
}

/** One case as data: steps on a fresh Engram. */
export interface Vector {
  /** A sentence that says what is shown. */
  readonly name: string;
  /** The ids of the sentences that it shows. */
  readonly shows: readonly string[];
  /** The steps, one after the other. */
  readonly steps: readonly VectorStep[];
}

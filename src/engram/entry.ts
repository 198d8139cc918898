import type { Entry } from "../../gen/cosmonapse/v1/memory.js";
import { LIMIT_TABLE } from "../../gen/cosmonapse/v1/tables.js";
import type { ErrorName } from "../errors/index.js";
import { CosmoError } from "../errors/index.js";
import { toTimestamp } from "../signal/index.js";
import { isStorable, sortedSet, utf8Length } from "./code-points.js";

/** Who wrote a version. */
export interface Writer {
  /** The participant. */
  readonly source: string;
  /** The trace. */
  readonly traceId: string;
  /** The imprint id. */
  readonly imprintId: string;
}

/** One entry as a backend keeps it. Times are whole milliseconds of the store's clock. */
export interface StoredEntry {
  /** `eng_` and a ULID. */
  readonly id: string;
  /** The key under which it lives. */
  readonly mergeKey: string | undefined;
  /** The content in its RFC 8785 form. */
  readonly contentText: string;
  /** Each once, in ascending order of code points. */
  readonly tags: readonly string[];
  /** The version that this is. */
  readonly version: bigint;
  /** When it was inserted. */
  readonly createdAtMs: number;
  /** When this version was written. */
  readonly updatedAtMs: number;
  /** The instant from which on it is invisible. */
  readonly expiresAtMs: number | undefined;
  /** Its number in the sequence of its key; undefined on a record. */
  readonly seq: bigint | undefined;
  /** Who wrote this version. */
  readonly writer: Writer;
}

/** True if the entry is visible at this instant. */
export function isLive(entry: StoredEntry, nowMs: number): boolean {
  return entry.expiresAtMs === undefined || nowMs < entry.expiresAtMs;
}

const encoder = new TextEncoder();

/** The entry as it travels; shares nothing with what is stored. */
export function toEntry(stored: StoredEntry): Entry {
  return {
    id: stored.id,
    mergeKey: stored.mergeKey,
    content: { mediaType: "", data: encoder.encode(stored.contentText), schema: "" },
    tags: [...stored.tags],
    version: stored.version,
    createdAt: toTimestamp(stored.createdAtMs),
    updatedAt: toTimestamp(stored.updatedAtMs),
    expiresAt: stored.expiresAtMs === undefined ? undefined : toTimestamp(stored.expiresAtMs),
    seq: stored.seq,
    provenance: { ...stored.writer },
  };
}

const entryIdForm = /^eng_[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** True for `eng_` and a ULID. */
export function isEntryId(text: string): boolean {
  return entryIdForm.test(text);
}

/** Where a key or tag stands: what it is, and which code and requirement refuse a wrong one. */
export interface TextRule {
  /** The field. */
  readonly field: string;
  /** The code of the refusal. */
  readonly code: ErrorName;
  /** The requirement that it breaks. */
  readonly requirement: string;
}

/** The rule for the key of an imprint. */
export const ENTRY_KEY: TextRule = { field: "merge_key", code: "INVALID_ENTRY", requirement: "COS-ENT-009" };
/** The rule for the tags of an imprint. */
export const ENTRY_TAGS: TextRule = { field: "tags", code: "INVALID_ENTRY", requirement: "COS-ENT-008" };
/** The rule for the key of a query. */
export const QUERY_KEY: TextRule = { field: "query.merge_key", code: "INVALID_FILTER", requirement: "COS-RCL-012" };
/** The rule for the tags of a query. */
export const QUERY_TAGS: TextRule = { field: "query.tags", code: "INVALID_FILTER", requirement: "COS-RCL-022" };

/** Refuses a merge key or tag that is empty, over 1,024 bytes or not storable; gives it back. */
export function checkKey(text: string, rule: TextRule): string {
  const sizeMax = LIMIT_TABLE.keyBytes.standard;
  if (text === "") throw refuse(rule, `${rule.field} is empty; leave it out or name something`);
  if (!isStorable(text)) {
    throw refuse(rule, `${rule.field} holds U+0000 or half a surrogate pair; use other characters`);
  }
  if (text.length > sizeMax || utf8Length(text) > sizeMax) {
    throw refuse(rule, `${rule.field} is over ${sizeMax} bytes of UTF-8; use a shorter one`);
  }
  return text;
}

/** The set of these tags, sorted; refuses a tag of a wrong form and more than 64. */
export function checkTags(tags: readonly string[], rule: TextRule): readonly string[] {
  const set = sortedSet(tags.map((tag) => checkKey(tag, rule)));
  const countMax = LIMIT_TABLE.tags.standard;
  if (set.length > countMax) throw refuse(rule, `${set.length} tags are more than ${countMax}; use fewer`);
  return set;
}

function refuse({ code, field, requirement }: TextRule, message: string): CosmoError {
  return new CosmoError(code, message, { field, requirement });
}

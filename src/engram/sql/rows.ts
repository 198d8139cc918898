import type { StoredEntry } from "../entry.js";

/** An entry as a table keeps it, with the number by which the indexes know it. */
export interface Row {
  /** The number. */
  readonly number: number;
  /** The entry. */
  readonly entry: StoredEntry;
}

/** What outlives the entries of a place: of a merge key, or of an id. */
export interface Counter {
  /** The last version. */
  readonly version: bigint;
  /** The number of the last item; zero for an id or a key that never was a sequence. */
  readonly lastSeq: bigint;
  /** How many items live under the key. */
  readonly items: number;
  /** When nothing lived there any more; undefined while something does. */
  readonly buriedAtMs: number | undefined;
}

/** The columns of an entry, in the order of `entryValues`. */
export const ENTRY_COLUMNS = [
  "id",
  "merge_key",
  "seq",
  "version",
  "created_ms",
  "updated_ms",
  "expires_ms",
  "tags",
  "source",
  "trace_id",
  "imprint_id",
  "content",
] as const;

/** A value of a column. */
export type ColumnValue = string | number | null;

/** An entry as values of its columns. A record has the number zero in place of one of a sequence. */
export function entryValues(entry: StoredEntry): readonly ColumnValue[] {
  return [
    entry.id,
    entry.mergeKey ?? null,
    Number(entry.seq ?? 0n),
    Number(entry.version),
    entry.createdAtMs,
    entry.updatedAtMs,
    entry.expiresAtMs ?? null,
    JSON.stringify(entry.tags),
    entry.writer.source,
    entry.writer.traceId,
    entry.writer.imprintId,
    entry.contentText,
  ];
}

/** A row of a result, as the drivers give it: numbers may come as text. */
export type Columns = Readonly<Record<string, unknown>>;

/** Reads a row with the columns of an entry and `number`. */
export function readRow(columns: Columns): Row {
  const { merge_key: mergeKey, expires_ms: expiresMs } = columns;
  const seq = Number(columns["seq"]);
  const tags: readonly string[] = JSON.parse(String(columns["tags"]));
  return {
    number: Number(columns["number"]),
    entry: {
      id: String(columns["id"]),
      mergeKey: typeof mergeKey === "string" ? mergeKey : undefined,
      contentText: String(columns["content"]),
      tags,
      version: BigInt(Number(columns["version"])),
      createdAtMs: Number(columns["created_ms"]),
      updatedAtMs: Number(columns["updated_ms"]),
      expiresAtMs: expiresMs === null ? undefined : Number(expiresMs),
      seq: seq === 0 ? undefined : BigInt(seq),
      writer: {
        source: String(columns["source"]),
        traceId: String(columns["trace_id"]),
        imprintId: String(columns["imprint_id"]),
      },
    },
  };
}

/** Reads a row with `version`, `last_seq`, `items` and `buried_ms`. */
export function readCounter(columns: Columns): Counter {
  const buriedMs = columns["buried_ms"];
  return {
    version: BigInt(Number(columns["version"])),
    lastSeq: BigInt(Number(columns["last_seq"])),
    items: Number(columns["items"]),
    buriedAtMs: buriedMs === null ? undefined : Number(buriedMs),
  };
}

/** The name of the counter of a merge key. */
export function keyCounter(mergeKey: string): string {
  return `k${mergeKey}`;
}

/** The name of the counter of an id. */
export function idCounter(id: string): string {
  return `i${id}`;
}

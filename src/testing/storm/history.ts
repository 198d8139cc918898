/** The plain content of a load: names with a number, a text, or null in a patch that removes the name. */
export type PlainContent = Readonly<Record<string, string | number | null>>;

/** One operation that a writer wants of an Engram. */
export interface Wish {
  /** Which. */
  readonly op: "add" | "append" | "merge" | "upsert" | "delete" | "recall";
  /** The merge key: one place. */
  readonly key: string;
  /** Of an imprint: its id. */
  readonly imprintId?: string;
  /** Of an imprint: the content, or the patch. */
  readonly content?: PlainContent;
  /** Of an imprint: the tags. */
  readonly tags?: readonly string[];
  /** Of an imprint: the version that must live there; zero: nothing. */
  readonly ifVersion?: number;
  /** Of a recall: the one word that the entries must hold. */
  readonly text?: string;
}

/** An entry as a recall gives it. */
export interface PlainEntry {
  readonly id: string;
  readonly version: number;
  /** Of an item: its number. */
  readonly seq: number | null;
  /** The content as RFC 8785 text. */
  readonly contentText: string;
  readonly tags: readonly string[];
}

/** What an Engram said: a receipt, a refusal that the state decided, or entries in the order of their versions. */
export type Answer =
  | {
      readonly kind: "receipt";
      readonly id: string;
      readonly version: number;
      readonly seq: number | null;
      readonly created: boolean;
      readonly deleted: boolean;
    }
  | { readonly kind: "refusal"; readonly code: string; readonly currentVersion: number | null }
  | { readonly kind: "entries"; readonly entries: readonly PlainEntry[] };

/** One operation of a history. The times are of one clock that all writers share, nanoseconds. */
export interface Operation {
  readonly writer: string;
  readonly wish: Wish;
  /** Read before it was sent. */
  readonly sentNs: number;
  /** Read after its answer came. Absent: none came, and nobody knows what it did. */
  readonly receivedNs?: number;
  /** What the Engram said. */
  readonly answer?: Answer;
  /** True if it said that this was a repeat. */
  readonly replayed?: boolean;
}

/** A clock that every process of a machine reads alike, nanoseconds. */
export function sharedClockNs(): number {
  return Number(process.hrtime.bigint());
}

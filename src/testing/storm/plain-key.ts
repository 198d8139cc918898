import type { Answer, PlainContent, PlainEntry, Wish } from "./history.js";

/** What is under one key, as plainly as possible. Shares no code with an Engram, so that no mistake is made twice. */
export interface PlainKey {
  /** How many effects there were. */
  readonly version: number;
  /** How many items were ever appended. */
  readonly lastSeq: number;
  /** The live record, or the live items in order. */
  readonly entries: readonly PlainEntry[];
}

/** A key without a past. */
export const emptyKey: PlainKey = { version: 0, lastSeq: 0, entries: [] };

/** The id of an entry that is not made yet. */
const newId = "";

/** What an Engram has to say to a wish; the id of a new entry is empty. */
export function answerPlainly({ version, lastSeq, entries }: PlainKey, wish: Wish): Answer {
  const { op, ifVersion, text } = wish;
  if (op === "recall") return { kind: "entries", entries: entries.filter((entry) => holds(entry, text)) };
  const [first] = entries;
  const isSequence = first !== undefined && first.seq !== null;
  const isOtherKind = op === "append" ? first !== undefined && !isSequence : op !== "delete" && isSequence;
  const live = first === undefined ? 0 : version;
  if (isOtherKind) return { kind: "refusal", code: "KIND_CONFLICT", currentVersion: null };
  if (ifVersion !== undefined && ifVersion !== live) {
    return { kind: "refusal", code: "VERSION_CONFLICT", currentVersion: live };
  }
  if (op === "add" && live > 0) return { kind: "refusal", code: "ALREADY_EXISTS", currentVersion: live };
  if (op === "delete") {
    const id = first === undefined || isSequence ? "" : first.id;
    const deleted = first !== undefined;
    return { kind: "receipt", id, version: deleted ? version + 1 : version, seq: null, created: false, deleted };
  }
  const created = op === "append" || first === undefined;
  const seq = op === "append" ? lastSeq + 1 : null;
  return { kind: "receipt", id: created ? newId : first.id, version: version + 1, seq, created, deleted: false };
}

/** The key after a wish whose receipt has this id. */
export function applyPlainly(before: PlainKey, wish: Wish, id: string): PlainKey {
  const version = before.version + 1;
  if (wish.op === "delete") return { ...before, version, entries: [] };
  const { content = {}, tags = [] } = wish;
  const [first] = before.entries;
  const old: PlainContent = wish.op === "merge" && first !== undefined ? JSON.parse(first.contentText) : {};
  const oldTags = wish.op === "merge" ? (first?.tags ?? []) : [];
  const isItem = wish.op === "append";
  const entry: PlainEntry = {
    id,
    version,
    seq: isItem ? before.lastSeq + 1 : null,
    contentText: plainText(wish.op === "merge" ? patch(old, content) : content),
    tags: [...new Set([...oldTags, ...tags])].sort(),
  };
  if (!isItem) return { ...before, version, entries: [entry] };
  return { version, lastSeq: before.lastSeq + 1, entries: [...before.entries, entry] };
}

function patch(target: PlainContent, change: PlainContent): PlainContent {
  return Object.fromEntries(Object.entries({ ...target, ...change }).filter(([, value]) => value !== null));
}

/** Plain content as RFC 8785 text: what has no nesting needs its names in order, and no more. */
export function plainText(content: PlainContent): string {
  return JSON.stringify(Object.fromEntries(Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function holds({ contentText, tags }: PlainEntry, word: string | undefined): boolean {
  if (word === undefined) return true;
  const content: PlainContent = JSON.parse(contentText);
  return [...Object.values(content), ...tags].some((leaf) => String(leaf).split(" ").includes(word));
}

import { canonical, isObject, patch, unite, type Content } from "./model-merge.js";
import { recallNaively, type ModelEntry, type ModelHit } from "./model-recall.js";
import type { VectorImprint, VectorQuery } from "./vector.js";

/** What the model says of an imprint: a receipt, or the code of a refusal. */
export interface ModelAnswer {
  readonly code?: string;
  readonly id?: string;
  readonly key?: string | null;
  readonly version?: number;
  readonly seq?: number | null;
  readonly created?: boolean;
  readonly deleted?: boolean;
  readonly replayed: boolean;
}

/**
 * What an Engram does, written as plainly as possible: one list, looked through from end to end, nothing ever swept. It
 * shares no code with an Engram, so that one mistake is not made twice. Its ids are its own.
 */
export class EngramModel {
  nowMs = 0;
  #entries: ModelEntry[] = [];
  #made = 0;
  readonly #versions = new Map<string, number>();
  readonly #seqs = new Map<string, number>();
  readonly #told = new Map<string, { print: string; imprint: VectorImprint; answer: ModelAnswer }>();
  /** Where places begin: the highest version that was forgotten. */
  #floor = 0;

  /** The ids so far. */
  ids(): readonly string[] {
    return Array.from({ length: this.#made }, (_, index) => modelId(index + 1));
  }

  /** What a query finds, in order; undefined: it is refused. `holds` is what its filter means. */
  recall(query: VectorQuery, holds: (content: Content) => boolean): readonly ModelHit[] | undefined {
    return recallNaively(
      this.#live().filter(({ content }) => holds(content)),
      query,
    );
  }

  #live(): readonly ModelEntry[] {
    return this.#entries.filter((entry) => this.nowMs < entry.expiresMs);
  }

  /** Makes an imprint of a right form. */
  imprint(imprint: VectorImprint, imprintId: string): ModelAnswer {
    const { imprint_id: _, ...rest } = imprint;
    const print = JSON.stringify([
      rest.op,
      rest.merge_key,
      rest.id,
      rest.content_text === undefined ? null : canonical(JSON.parse(rest.content_text)),
      [...new Set(rest.tags)].sort(),
      rest.if_version,
      rest.ttl_ms,
      rest.strategy,
    ]);
    const before = this.#told.get(imprintId);
    if (before !== undefined) {
      return before.print === print
        ? { ...before.answer, replayed: true }
        : { code: "IDEMPOTENCY_MISMATCH", replayed: false };
    }
    const answer = this.#decide(imprint);
    this.#told.set(imprintId, { print, imprint, answer });
    return answer;
  }

  #decide(imprint: VectorImprint): ModelAnswer {
    const { op, merge_key: key, id, if_version: condition } = imprint;
    const byId = this.#live().find((entry) => entry.id === id);
    const underKey = this.#live().filter((entry) => key !== undefined && entry.key === key);
    const refuse = (code: string): ModelAnswer => ({ code, replayed: false });
    if (key !== undefined && id !== undefined) {
      const conflict = byId === undefined ? underKey.length > 0 : byId.key !== key;
      if (conflict) return refuse("ID_CONFLICT");
    }
    const there = id === undefined ? underKey : this.#live().filter((entry) => entry.id === id);
    const isSequence = there.some((entry) => entry.seq !== null);
    if (op === "append" && there.length > 0 && !isSequence) return refuse("KIND_CONFLICT");
    if (op !== "append" && op !== "delete" && isSequence) return refuse("KIND_CONFLICT");
    const isWholeKey = id === undefined && isSequence;
    const version = isWholeKey ? this.#versionOf(`key ${key}`) : (there[0]?.version ?? 0);
    if (condition !== undefined && condition !== version) return refuse("VERSION_CONFLICT");
    if (op === "add" && there.length > 0) return refuse("ALREADY_EXISTS");
    if (op === "delete") return this.#delete(imprint, there, isWholeKey);
    return this.#put(imprint, op === "append" ? undefined : there[0]);
  }

  #versionOf(place: string): number {
    return this.#versions.get(place) ?? this.#floor;
  }

  #lastVersion(id: string | undefined, key: string | undefined): number {
    return Math.max(
      id === undefined ? 0 : this.#versionOf(`id ${id}`),
      key === undefined ? 0 : this.#versionOf(`key ${key}`),
    );
  }

  #count(ids: readonly string[], key: string | undefined, version: number): void {
    for (const id of ids) this.#versions.set(`id ${id}`, version);
    if (key !== undefined) this.#versions.set(`key ${key}`, version);
  }

  #delete(imprint: VectorImprint, there: readonly ModelEntry[], isWholeKey: boolean): ModelAnswer {
    const key = imprint.merge_key ?? there[0]?.key;
    const last = this.#lastVersion(imprint.id ?? (isWholeKey ? undefined : there[0]?.id), key);
    if (there.length === 0)
      return { id: "", key: key ?? null, version: last, seq: null, created: false, deleted: false, replayed: false };
    this.#entries = this.#entries.filter((entry) => !there.includes(entry));
    this.#count(
      there.map((entry) => entry.id),
      key,
      last + 1,
    );
    const id = isWholeKey ? "" : (there[0]?.id ?? "");
    return { id, key: key ?? null, version: last + 1, seq: null, created: false, deleted: true, replayed: false };
  }

  #put(imprint: VectorImprint, before: ModelEntry | undefined): ModelAnswer {
    const content: Content = JSON.parse(imprint.content_text ?? "{}");
    const key = before === undefined ? imprint.merge_key : before.key;
    const id = before?.id ?? imprint.id ?? modelId((this.#made += 1));
    const version = this.#lastVersion(before?.id ?? imprint.id, key) + 1;
    const isMerge = imprint.op === "merge";
    const combined =
      imprint.strategy === "deep_union" ? unite(before?.content ?? {}, content) : patch(before?.content ?? {}, content);
    const seq = imprint.op === "append" && key !== undefined ? (this.#seqs.get(key) ?? 0) + 1 : null;
    if (seq !== null && key !== undefined) this.#seqs.set(key, seq);
    const keptMs = isMerge ? (before?.expiresMs ?? Infinity) : Infinity;
    const tags = [...(isMerge ? (before?.tags ?? []) : []), ...(imprint.tags ?? [])];
    this.#entries = this.#entries.filter((entry) => entry.id !== id);
    this.#entries.push({
      id,
      key,
      content: isMerge && isObject(combined) ? combined : content,
      // Bytes of UTF-8 are in the order of code points.
      tags: [...new Set(tags)].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right))),
      version,
      createdMs: before?.createdMs ?? this.nowMs,
      updatedMs: this.nowMs,
      expiresMs: imprint.ttl_ms === undefined ? keptMs : this.nowMs + imprint.ttl_ms,
      seq,
    });
    this.#count([id], key, version);
    return { id, key: key ?? null, version, seq, created: before === undefined, deleted: false, replayed: false };
  }

  /** Purges what a query finds, or everything; how many entries went. Undefined: the query is refused. */
  forget(query: VectorQuery | undefined, holds: (content: Content) => boolean): number | undefined {
    const gone = query === undefined ? this.#live() : this.recall(query, holds)?.map(({ entry }) => entry);
    if (gone === undefined) return undefined;
    this.#entries = this.#live().filter((entry) => !gone.includes(entry));
    const left = new Set(this.#entries.flatMap(({ id, key }) => placesOf([id], [key])));
    const named = placesOf(
      [...(query?.ids ?? []), ...gone.map(({ id }) => id)],
      [query?.merge_key, ...gone.map(({ key }) => key)],
    );
    const places = query === undefined ? [...this.#versions.keys()] : named;
    const empty = new Set(places.filter((place) => !left.has(place)));
    for (const place of empty) {
      this.#floor = Math.max(this.#floor, this.#versions.get(place) ?? 0);
      this.#versions.delete(place);
      this.#seqs.delete(place.slice("key ".length));
    }
    for (const [imprintId, { imprint, answer }] of this.#told) {
      // A refusal says which place the imprint named, a receipt which entry it was.
      const { id, key } = answer.code === undefined ? answer : { id: imprint.id, key: imprint.merge_key };
      if (query === undefined || placesOf([id], [key]).some((place) => empty.has(place))) this.#told.delete(imprintId);
    }
    return gone.length;
  }
}

function placesOf(ids: readonly (string | undefined)[], keys: readonly (string | null | undefined)[]): string[] {
  const isNamed = (name: string | null | undefined): boolean => (name ?? "") !== "";
  return [...ids.filter(isNamed).map((id) => `id ${id}`), ...keys.filter(isNamed).map((key) => `key ${key}`)];
}

function modelId(number: number): string {
  return `eng_${String(number).padStart(26, "0")}`;
}

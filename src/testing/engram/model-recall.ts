import type { Content } from "./model-merge.js";
import { phrases } from "./phrases.js";
import type { VectorQuery } from "./vector.js";

/** An entry of the model. */
export interface ModelEntry {
  readonly id: string;
  readonly key: string | undefined;
  readonly content: Content;
  readonly tags: readonly string[];
  readonly version: number;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly expiresMs: number;
  readonly seq: number | null;
}

/** An entry that matches. */
export interface ModelHit {
  readonly entry: ModelEntry;
  readonly score: number;
}

/** A recall by its definition, filters apart: everything is looked at and sorted. Undefined: the query is refused. */
export function recallNaively(entries: readonly ModelEntry[], query: VectorQuery): readonly ModelHit[] | undefined {
  const words = query.text === undefined ? undefined : wordsOf(query.text);
  if (words?.length === 0) return undefined;
  return entries
    .filter((entry) => query.merge_key === undefined || entry.key === query.merge_key)
    .filter((entry) => query.ids === undefined || query.ids.includes(entry.id))
    .filter((entry) => (query.tags ?? []).every((tag) => entry.tags.includes(tag)))
    .filter((entry) => entry.updatedMs >= (query.since_ms ?? -Infinity))
    .filter((entry) => entry.updatedMs < (query.until_ms ?? Infinity))
    .map((entry) => ({ entry, score: words === undefined ? 1 : scoreNaively(entry, words, query.text_match) }))
    .filter(({ score }) => score > 0 && score >= (query.min_score ?? 0))
    .sort((a, b) => b.score - a.score || b.entry.updatedMs - a.entry.updatedMs || (a.entry.id < b.entry.id ? 1 : -1));
}

/** The distinct tokens of a text that is made of phrases with spaces between. */
function wordsOf(text: string): readonly string[] {
  return [...new Set(text.split(" ").flatMap((phrase) => phrases[phrase] ?? []))];
}

function leavesOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}

function scoreNaively(entry: ModelEntry, words: readonly string[], match: string | undefined): number {
  const leaves = [...leavesOf(entry.content), ...entry.tags].map(wordsOf);
  const isThere = (word: string): boolean => leaves.some((leaf) => leaf.includes(word));
  if (match === "any" ? !words.some(isThere) : !words.every(isThere)) return 0;
  return Math.max(
    ...leaves.map((leaf) => words.filter((word) => leaf.includes(word)).length / new Set([...words, ...leaf]).size),
  );
}

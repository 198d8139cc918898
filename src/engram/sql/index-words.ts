import type { Json } from "../../foundation/index.js";
import { sortedSet } from "../code-points.js";
import type { StoredEntry } from "../entry.js";
import type { Digest } from "../fingerprint.js";
import { leafTokens } from "../leaves.js";

/** One word of one leaf of an entry. */
export interface IndexWord {
  /** The word as the index has it. */
  readonly word: string;
  /** Which leaf, from zero. */
  readonly leaf: number;
  /** How many distinct words the leaf has. */
  readonly size: number;
}

/** An index of PostgreSQL takes no row over about 2,700 bytes, and nobody looks for a word of this length by its middle. */
const wordLengthMax = 64;

/** A word as an index has it: a long one as its beginning and its digest. No word has the mark between them. */
export function indexWord(word: string, digest: Digest): string {
  return word.length <= wordLengthMax ? word : `${word.slice(0, 16)}#${digest(word)}`;
}

/** The words of a query as an index has them, sorted. */
export function indexQuery(words: ReadonlySet<string>, digest: Digest): readonly string[] {
  return sortedSet(words).map((word) => indexWord(word, digest));
}

/** The words of an entry, leaf by leaf: what a recall by text looks through (COS-RCL-004, COS-RCL-005). */
export function indexWords(entry: StoredEntry, digest: Digest): readonly IndexWord[] {
  const content: Json = JSON.parse(entry.contentText);
  return leafTokens(content, entry.tags).flatMap((tokens, leaf) =>
    Array.from(tokens, (word) => ({ word: indexWord(word, digest), leaf, size: tokens.size })),
  );
}

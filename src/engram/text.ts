import { characterClass } from "./character-class.js";

const asciiOnly = /^[\0-\x7f]*$/;

/**
 * The distinct tokens of a text: NFKC, lower case code point by code point, then runs of letters, marks and decimal
 * digits; each Han, Hiragana, Katakana or Thai character is a token of its own. What Unicode 15.0 does not know parts
 * words, so that newer engines find the same (COS-RCL-003).
 */
export function tokenize(text: string): ReadonlySet<string> {
  if (asciiOnly.test(text)) return new Set(text.toLowerCase().match(/[a-z0-9]+/g) ?? []);
  const tokens = new Set<string>();
  let run = "";
  const endRun = (): void => {
    if (run !== "") tokens.add(run);
    run = "";
  };
  for (const character of fold(text)) {
    const kind = characterClass(character.codePointAt(0) ?? 0);
    if (kind === "word") {
      run += character;
      continue;
    }
    endRun();
    if (kind === "alone") tokens.add(character);
  }
  endRun();
  return tokens;
}

/** NFKC and lower case of what Unicode 15.0 knows: of that, no later version changes the normal form. */
function fold(text: string): string {
  let known = "";
  for (const character of text) {
    known += characterClass(character.codePointAt(0) ?? 0) === "unassigned" ? " " : character;
  }
  let lower = "";
  for (const character of known.normalize("NFKC")) lower += character.toLowerCase();
  return lower;
}

/** Shared tokens ÷ all distinct tokens of both: 1 for the same set, 0 for nothing in common (COS-RCL-005). */
export function leafScore(leaf: ReadonlySet<string>, query: ReadonlySet<string>): number {
  let shared = 0;
  for (const token of query) if (leaf.has(token)) shared += 1;
  return shared === 0 ? 0 : shared / (leaf.size + query.size - shared);
}

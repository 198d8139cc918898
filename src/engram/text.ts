const oneByOne = "\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}";
const tokenForm = new RegExp(
  `(?=[\\p{L}\\p{M}\\p{Nd}])(?:[${oneByOne}]|(?:(?![${oneByOne}])[\\p{L}\\p{M}\\p{Nd}])+)`,
  "gu",
);

/**
 * The distinct tokens of a text: NFKC, lower case code point by code point, then runs of letters, marks and decimal
 * digits; each Han, Hiragana, Katakana or Thai character is a token of its own.
 */
export function tokenize(text: string): ReadonlySet<string> {
  let lower = "";
  for (const character of text.normalize("NFKC")) lower += character.toLowerCase();
  return new Set(lower.match(tokenForm) ?? []);
}

/** Shared tokens ÷ all distinct tokens of both: 1 for the same set, 0 for nothing in common. */
export function leafScore(leaf: ReadonlySet<string>, query: ReadonlySet<string>): number {
  let shared = 0;
  for (const token of query) if (leaf.has(token)) shared += 1;
  return shared === 0 ? 0 : shared / (leaf.size + query.size - shared);
}

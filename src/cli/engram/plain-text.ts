/**
 * Text that somebody else wrote, safe to show on a terminal: characters that steer it, end the line or turn its
 * direction are written as escapes.
 */
export function plainText(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** A number of entries, in words. */
export function countOf(entries: number): string {
  return entries === 1 ? "1 entry" : `${entries} entries`;
}

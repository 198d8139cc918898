/**
 * Compares two strings by code point, as UTF-8 bytes compare: below zero, zero or above. JavaScript's `<` compares
 * UTF-16 units and puts an emoji before U+FFFD (COS-ENT-010).
 */
export function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

/** Moves the surrogates, which stand for the highest code points, above all other units. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

const forbidden = /[\p{Cs}\0]/u;

/** True if the text holds neither a lone surrogate nor U+0000. */
export function isStorable(text: string): boolean {
  return !forbidden.test(text);
}

const encoder = new TextEncoder();

/** The length of a text in UTF-8, bytes. */
export function utf8Length(text: string): number {
  return encoder.encode(text).length;
}

/** The members of a set of strings, each once, in ascending order of code points. */
export function sortedSet(members: Iterable<string>): string[] {
  return [...new Set(members)].sort(compareCodePoints);
}

/** The size of a text in UTF-8, bytes. Half a surrogate pair counts as its replacement. */
export function utf8Length(text: string): number {
  let length = 0;
  for (const point of text) {
    const code = point.codePointAt(0) ?? 0;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}

/**
 * Text of strangers, on one line, that a terminal shows and does not obey: line ends and tabs become spaces; controls
 * of C0 and C1, marks that turn the direction of text or cannot be seen, and halves of surrogate pairs become `�`.
 */
export function makeHarmless(text: string): string {
  return text
    .replaceAll(/[\t\n\r\u2028\u2029]+/g, " ")
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, "\ufffd")
    .replaceAll(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}

/** At most `width` characters; what is cut ends in `…`. Never cuts a surrogate pair. */
export function clip(text: string, width: number): string {
  if (text.length <= width) return text;
  const cut = text.slice(0, Math.max(0, width - 1)).replace(/[\ud800-\udbff]$/, "");
  return width <= 0 ? "" : `${cut}…`;
}

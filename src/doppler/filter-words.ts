import { CosmoError } from "../errors/index.js";

/** A piece of a filter's text. */
export interface FilterWord {
  readonly kind: "(" | ")" | "-" | "or" | "term" | "text";
  /** Of a term `key:value`: its key. */
  readonly key: string;
  /** The value of a term, or the text that is looked for; quotes are gone. */
  readonly value: string;
  /** Where it begins, from 1. */
  readonly column: number;
}

/** Throws INVALID_ARGUMENT: what is wrong in a filter, and what would have been accepted. */
export function refuseFilter(column: number, wrong: string, accepted: readonly string[]): never {
  const there = accepted.length === 0 ? "" : `; accepted: ${accepted.join(", ")}`;
  throw new CosmoError("INVALID_ARGUMENT", `filter, column ${column}: ${wrong}${there}`, { field: "filter" });
}

const bare = /[^\s()"]+/y;
const quoted = /"((?:[^"\\]|\\.)*)"/y;
const keyed = /([A-Za-z_]+):/y;

/** The words of a filter. Throws INVALID_ARGUMENT for a quote that is not closed. */
export function splitFilter(text: string): readonly FilterWord[] {
  const words: FilterWord[] = [];
  let at = 0;
  while (at < text.length) {
    const column = at + 1;
    const sign = text[at] ?? "";
    if (/\s/.test(sign)) at += 1;
    else if (sign === "(" || sign === ")" || sign === "-") {
      words.push({ kind: sign, key: "", value: "", column });
      at += 1;
    } else {
      const key = match(keyed, text, at);
      const from = at + (key?.[0].length ?? 0);
      const { value, end, isQuoted } = readValue(text, from);
      if (key !== undefined) words.push({ kind: "term", key: key[1] ?? "", value, column });
      else words.push({ kind: !isQuoted && value === "OR" ? "or" : "text", key: "", value, column });
      at = end;
    }
  }
  return words;
}

function readValue(text: string, from: number): { value: string; end: number; isQuoted: boolean } {
  if (text[from] !== '"') {
    const value = match(bare, text, from)?.[0] ?? "";
    return { value, end: from + value.length, isQuoted: false };
  }
  const found = match(quoted, text, from);
  if (found === undefined) return refuseFilter(from + 1, "the quote is not closed", ['"text"']);
  const value = (found[1] ?? "").replaceAll(/\\(.)/gs, "$1");
  return { value, end: from + found[0].length, isQuoted: true };
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

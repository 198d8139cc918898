import { ErrorCode } from "../../gen/cosmonapse/v1/error.js";
import { SignalType } from "../../gen/cosmonapse/v1/signal.js";
import type { Filter, Term } from "./filter.js";
import { refuseFilter, splitFilter, type FilterWord } from "./filter-words.js";

const keys = [
  "type:TASK",
  "neuron:ID",
  "engram:ID",
  "source:ID",
  "trace:ID",
  "id:ID",
  "error:CODE",
  "took:>500ms",
  "after:TIME",
  "before:TIME",
  '"text"',
];
const typeNames = Object.keys(SignalType).filter((name) => name !== "UNSPECIFIED");
const types: ReadonlyMap<string, number> = new Map(Object.entries(SignalType));
const codeNames = Object.keys(ErrorCode).filter((name) => name !== "UNSPECIFIED");

/** How deep groups may stand in each other. */
const depthMax = 64;

/**
 * Reads a filter: terms that must all hold, `-` before one that must not, `OR` between alternatives, parentheses around
 * groups, commas between values of one term. Words without a key, and quoted text, are looked for in the Signal; ids end
 * in `*` for all that begin so. Throws INVALID_ARGUMENT with the column, and what would have been accepted.
 */
export function parseFilter(text: string): Filter {
  const words = splitFilter(text);
  const reader = new Reader(words, text.length + 1);
  return reader.readAll();
}

class Reader {
  readonly #words: readonly FilterWord[];
  readonly #end: number;
  #at = 0;
  #depth = 0;

  constructor(words: readonly FilterWord[], end: number) {
    this.#words = words;
    this.#end = end;
  }

  /** Reads everything there is. */
  readAll(): Filter {
    if (this.#words.length === 0) return { kind: "all", parts: [] };
    const filter = this.#readAny();
    const rest = this.#words[this.#at];
    return rest === undefined ? filter : refuseFilter(rest.column, "this parenthesis closes nothing", []);
  }

  #readAny(): Filter {
    const parts = [this.#readGroup()];
    while (this.#words[this.#at]?.kind === "or") {
      this.#at += 1;
      parts.push(this.#readGroup());
    }
    const [first] = parts;
    return parts.length === 1 && first !== undefined ? first : { kind: "any", parts };
  }

  #readGroup(): Filter {
    const parts: Filter[] = [];
    for (;;) {
      const kind = this.#words[this.#at]?.kind;
      if (kind === undefined || kind === "or" || kind === ")") break;
      parts.push(this.#readOne());
    }
    const [first] = parts;
    if (first === undefined) return refuseFilter(this.#column(), "here a term is missing", keys);
    return parts.length === 1 ? first : { kind: "all", parts };
  }

  #readOne(): Filter {
    const word = this.#words[this.#at];
    if (word === undefined) return refuseFilter(this.#end, "here a term is missing", keys);
    this.#at += 1;
    if (word.kind === "text") return { kind: "text", text: word.value };
    if (word.kind === "term") return readTerm(word);
    this.#depth += 1;
    if (this.#depth > depthMax) return refuseFilter(word.column, `more than ${depthMax} groups in each other`, []);
    const inner: Filter = word.kind === "-" ? { kind: "not", part: this.#readOne() } : this.#readAny();
    this.#depth -= 1;
    if (word.kind === "-") return inner;
    if (this.#words[this.#at]?.kind !== ")") return refuseFilter(word.column, "this parenthesis is not closed", [")"]);
    this.#at += 1;
    return inner;
  }

  #column(): number {
    return this.#words[this.#at]?.column ?? this.#end;
  }
}

function readTerm(word: FilterWord): Term {
  const { key, value } = word;
  if (value === "") return refuseFilter(word.column, `${key}: has no value`, keys);
  switch (key.toLowerCase()) {
    case "type":
      return { kind: "type", types: listOf(word).map((name) => readType(name, word)) };
    case "neuron":
    case "engram":
      return { kind: "participant", names: listOf(word) };
    case "source":
      return { kind: "source", names: listOf(word) };
    case "trace":
      return { kind: "trace", ids: listOf(word).map((id) => readTrace(id, word)) };
    case "id":
      return { kind: "id", ids: listOf(word) };
    case "error":
      return { kind: "error", codes: listOf(word).map((name) => readCode(name, word)) };
    case "took":
      return readTook(word);
    case "after":
      return { kind: "after", at: readTime(word) };
    case "before":
      return { kind: "before", at: readTime(word) };
    default:
      return refuseFilter(word.column, `there is no '${key}:'`, keys);
  }
}

function listOf({ value, key, column }: FilterWord): readonly string[] {
  const names = value.split(",");
  return names.includes("") ? refuseFilter(column, `${key}: has an empty value between commas`, keys) : names;
}

function readType(name: string, { column }: FilterWord): number {
  const number = types.get(name.toUpperCase()) ?? Number(/^(?:TYPE_)?(\d{2,3})$/i.exec(name)?.[1] ?? 0);
  return number > 0 ? number : refuseFilter(column, `'${name}' is no type of Signal`, typeNames);
}

function readCode(name: string, { column }: FilterWord): string {
  const code = name.toUpperCase();
  if (code === "*" || codeNames.includes(code)) return code;
  return refuseFilter(column, `'${name}' is no code of an error`, ["*", ...codeNames]);
}

/** A trace by its id, by how that begins, or by how it ends, which is what a line shows. */
function readTrace(id: string, { column }: FilterWord): string {
  if (/^(?:trc_[0-9A-HJKMNP-TV-Z]{26}|trc_[0-9A-HJKMNP-TV-Z]{0,26}\*|[0-9A-HJKMNP-TV-Z]{6,26})$/.test(id)) return id;
  const accepted = ["its whole id", "its beginning and *", "its last 6 to 26 characters"];
  return refuseFilter(column, `'${id}' is no id of a trace`, accepted);
}

function readTook({ value, column }: FilterWord): Term {
  const found = /^(>=|<=|>|<)(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(value);
  const order = [">", ">=", "<", "<="] as const;
  const sign = order.find((one) => one === found?.[1]);
  if (found === null || sign === undefined) {
    return refuseFilter(column, `took:${value} is no comparison`, ["took:>500ms", "took:<=2s"]);
  }
  const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[found[3] ?? ""] ?? 1;
  return { kind: "took", order: sign, ms: Number(found[2]) * unitMs };
}

function readTime({ key, value, column }: FilterWord): number {
  const at = /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number.NaN;
  const accepted = [`${key}:2026-01-31`, `${key}:2026-01-31T12:00:00Z`];
  return Number.isNaN(at) ? refuseFilter(column, `${key}:${value} is no time`, accepted) : at;
}

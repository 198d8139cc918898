import { parse, printParseErrorCode, type ParseError } from "jsonc-parser";
import { CliError } from "./cli-error.js";

/** Where a text stops being JSON, and why; both count from 1. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
  readonly why: string;
}

/** Reads JSON that a person wrote. Throws INVALID_ARGUMENT with line and column. */
export function readJson(text: string, what: string): unknown {
  const read = tryJson(text);
  if ("value" in read) return read.value;
  const { line, column, why } = read;
  throw new CliError("INVALID_ARGUMENT", `${what} is no JSON: ${why} at line ${line}, column ${column}`, {
    field: what,
    hint: "Correct it; in a shell, put JSON in single quotes.",
  });
}

/** Reads JSON, or says where it stops being that. */
export function tryJson(text: string): { readonly value: unknown } | JsonFault {
  const errors: ParseError[] = [];
  let value: unknown;
  try {
    value = parse(text, errors, { disallowComments: true, allowTrailingComma: false });
  } catch (thrown) {
    // The parser calls itself for each level.
    if (!(thrown instanceof RangeError)) throw thrown;
    return { line: 1, column: 1, why: "it is nested too deep" };
  }
  const [first] = errors;
  if (first === undefined) return { value };
  const before = text.slice(0, first.offset).split("\n");
  const column = (before.at(-1)?.length ?? 0) + 1;
  const why = printParseErrorCode(first.error)
    .replaceAll(/([A-Z])/g, " $1")
    .trim()
    .toLowerCase();
  return { line: before.length, column, why };
}

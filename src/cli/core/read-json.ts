import { parse, printParseErrorCode, type ParseError } from "jsonc-parser";
import { CliError } from "./cli-error.js";

/** Reads JSON that a person wrote. Throws INVALID_ARGUMENT with line and column. */
export function readJson(text: string, what: string): unknown {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (first === undefined) return value;
  const before = text.slice(0, first.offset).split("\n");
  const column = (before.at(-1)?.length ?? 0) + 1;
  const why = printParseErrorCode(first.error)
    .replaceAll(/([A-Z])/g, " $1")
    .trim()
    .toLowerCase();
  throw new CliError("INVALID_ARGUMENT", `${what} is no JSON: ${why} at line ${before.length}, column ${column}`, {
    field: what,
    hint: "Correct it; in a shell, put JSON in single quotes.",
  });
}

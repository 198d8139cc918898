import { SuiteError } from "../ground/suite-error.js";

/** The row of an error code in the table of the specification. */
export interface ErrorRow {
  readonly status: string;
  readonly retryable: boolean;
}

const row = /^\| \d+ +\| `([A-Z_]+)` +\| ([A-Z_]+) +\| (yes|no) +\|/;

/** The table of errors as the specification has it, by code. Throws SuiteError if it has none. */
export function readErrorTable(specification: string): ReadonlyMap<string, ErrorRow> {
  const rows = specification.split("\n").flatMap((line): readonly (readonly [string, ErrorRow])[] => {
    const [, code, status, retryable] = row.exec(line) ?? [];
    return code === undefined || status === undefined ? [] : [[code, { status, retryable: retryable === "yes" }]];
  });
  if (rows.length === 0) throw new SuiteError("The specification has no table of errors");
  return new Map(rows);
}

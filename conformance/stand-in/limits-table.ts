import { SuiteError } from "../ground/suite-error.js";
import type { ValueObject } from "../wire/value.js";

const row = /^\| `([a-z_]+)` +\| (\d+) +\|/;

/** The standard limits as the specification has them: the message Limits. Throws SuiteError if it has none. */
export function readStandardLimits(specification: string): ValueObject {
  const rows = specification.split("\n").flatMap((line): readonly (readonly [string, bigint])[] => {
    const [, name, standard] = row.exec(line) ?? [];
    return name === undefined || standard === undefined ? [] : [[name, BigInt(standard)]];
  });
  if (rows.length === 0) throw new SuiteError("The specification has no table of limits");
  return Object.fromEntries(rows);
}

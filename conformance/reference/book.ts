import { readText } from "../ground/files.js";
import { SuiteError } from "../ground/suite-error.js";
import { readKnowledge, type Knowledge } from "../stand-in/knowledge.js";
import { toCount } from "../synapse/read-value.js";
import type { ValueObject } from "../wire/value.js";

/** The row of a Signal type in the table of the specification. */
export interface TypeRow {
  readonly number: number;
  readonly name: string;
  readonly exchanges: readonly string[];
  readonly isTraced: boolean;
  /** The role that serves it; empty: it is no request. */
  readonly servedBy: string;
  readonly answeredBy: string;
  readonly timeMs: number;
}

/** All that the reference knows of the protocol, read from the specification and the descriptors. */
export interface Book extends Knowledge {
  readonly types: ReadonlyMap<number, TypeRow>;
}

const row =
  /^\| (\d+) +\| ([A-Z_]+) +\| ([A-Z_, ]+?) +\| (yes|no) +\| (Neuron|Engram)?s? *\| ([A-Z_]*) *\| (\d*)(?: ms)? *\|/;

/** Reads it. Throws SuiteError if a part is missing. */
export function readBook(): Book {
  const rows = readText("proto", "README.md")
    .split("\n")
    .flatMap((line): readonly TypeRow[] => {
      const [, number, name = "", exchanges = "", traced, servedBy = "", answeredBy = "", ms] = row.exec(line) ?? [];
      if (number === undefined) return [];
      const words = { name, exchanges: exchanges.split(", "), servedBy: servedBy.toUpperCase(), answeredBy };
      return [{ ...words, number: Number(number), isTraced: traced === "yes", timeMs: Number(ms) }];
    });
  if (rows.length === 0) throw new SuiteError("The specification has no table of types");
  return { ...readKnowledge(), types: new Map(rows.map((one) => [one.number, one])) };
}

/** The limits of one Synapse. */
export class Limits {
  /** The message Limits, as a Welcome has it. */
  readonly message: ValueObject;

  constructor(standard: ValueObject, own: Readonly<Record<string, number>>) {
    this.message = { ...standard, ...own };
  }

  /** One of them. */
  of(name: string): number {
    return toCount(this.message[name]);
  }
}

import type { CoverageRow } from "../../../conformance/index.js";

/** What a MUST has to have, unless it is left out with its reason. */
export const needs = ["positive", "negative", "mutant"] as const;

/** Why some need not have a part, as conformance/one-sided.yaml says. */
export type OneSided = Readonly<Record<(typeof needs)[number], readonly Excuse[]>>;

interface Excuse {
  readonly because: string;
  readonly of: readonly string[];
}

/** The MUSTs that lack something, by what they lack. */
export function findGaps(rows: readonly CoverageRow[]): Readonly<Record<(typeof needs)[number], readonly string[]>> {
  const musts = rows.filter(({ level, excluded }) => level.startsWith("MUST") && excluded === "");
  const without = (has: (row: CoverageRow) => boolean): readonly string[] =>
    musts.filter((row) => !has(row)).map(({ id }) => id);
  return {
    positive: without(({ positive }) => positive > 0),
    negative: without(({ negative }) => negative > 0),
    mutant: without(({ mutants }) => mutants > 0),
  };
}

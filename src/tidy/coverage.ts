import { listRequirements, referenceMutants, type CoverageRow } from "../../conformance/index.js";
import { suiteMutants } from "./suite-mutants.js";

/** What a MUST has to have, unless it is left out with its reason. */
export const needs = ["positive", "negative", "mutant"] as const;

/** A sentence, with what shows it and what breaks it. */
export interface Covered extends CoverageRow {
  readonly mutants: number;
}

/** What each mutant breaks, of our own SDK and of the reference. */
const broken: readonly string[] = [...suiteMutants.map(({ violates }) => violates), ...Object.values(referenceMutants)];

/** Every sentence, in the order of the specification. */
export function coverage(): readonly Covered[] {
  return listRequirements().map((row) => ({
    ...row,
    mutants: broken.filter((id) => id === row.id).length,
  }));
}

/** Why some need not have a part, as conformance/one-sided.yaml says. */
export type OneSided = Readonly<Record<(typeof needs)[number], readonly Excuse[]>>;

interface Excuse {
  readonly because: string;
  readonly of: readonly string[];
}

/** The MUSTs that lack something, by what they lack. */
export function findGaps(rows: readonly Covered[]): Readonly<Record<(typeof needs)[number], readonly string[]>> {
  const musts = rows.filter(({ level, excluded }) => level.startsWith("MUST") && excluded === "");
  const without = (has: (row: Covered) => boolean): readonly string[] =>
    musts.filter((row) => !has(row)).map(({ id }) => id);
  return {
    positive: without(({ positive }) => positive > 0),
    negative: without(({ negative }) => negative > 0),
    mutant: without(({ mutants }) => mutants > 0),
  };
}

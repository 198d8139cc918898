import { readRequirements } from "../ground/requirements.js";
import { SuiteError } from "../ground/suite-error.js";
import { allCases } from "./cases.js";

/** One requirement with the number of its cases: a row of `list requirements`. */
export interface CoverageRow {
  readonly id: string;
  readonly level: string;
  readonly roles: readonly string[];
  readonly cases: number;
  /** How many show what is right, the twins of those that do not included. */
  readonly positive: number;
  /** How many show what must not be: refused, answered with an error, or not there behind a fence. */
  readonly negative: number;
  readonly excluded: string;
}

/** How many cases show each requirement. */
export function listRequirements(): readonly CoverageRow[] {
  const cases = allCases();
  const ids = new Set(cases.map(({ id }) => id));
  return readRequirements().map(({ id, level, roles, excluded = "" }) => {
    const own = cases.filter(({ requirements }) => requirements.includes(id));
    const right = own.filter(({ isNegative, showsRight }) => !isNegative || showsRight === true).map((one) => one.id);
    const twins = own.flatMap(({ twin }) => (twin !== undefined && ids.has(twin) ? [twin] : []));
    const positive = new Set([...right, ...twins]).size;
    const negative = own.filter(({ isNegative, showsAbsence }) => isNegative || showsAbsence === true).length;
    return { id, level, roles, cases: own.length, positive, negative, excluded };
  });
}

/** The ids of the cases of a role, or of all, with what they show. */
export function listCases(
  role: string | undefined,
): readonly { readonly id: string; readonly requirements: readonly string[] }[] {
  return allCases()
    .filter((one) => role === undefined || one.role === role)
    .map(({ id, requirements }) => ({ id, requirements }));
}

/** What an id means: the sentence, who plays it, and the cases that show it. Throws SuiteError for one that is not there. */
export function explain(id: string): readonly string[] {
  const found = readRequirements().find((one) => one.id === id);
  if (found === undefined)
    throw new SuiteError(`${id} is not in the specification; \`list requirements\` names all`, 2);
  const cases = allCases().filter(({ requirements }) => requirements.includes(id));
  const shown = cases.slice(0, 40).map((one) => `  ${one.isNegative ? "refuses" : "shows  "} ${one.id}`);
  return [
    `${found.id} (${found.level}) in proto/README.md, line ${found.line}`,
    `  ${found.sentence}`,
    `Played by: ${found.roles.join(", ")}`,
    ...(found.excluded === undefined ? [] : [`Not tested: ${found.excluded}`]),
    cases.length === 0 ? "No case shows it yet." : `${cases.length} cases:`,
    ...shown,
    ...(cases.length > shown.length ? [`  … and ${cases.length - shown.length} more; \`list cases\` names all`] : []),
  ];
}

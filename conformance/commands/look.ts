import { readRequirements, type PlayedRole, type Profile } from "../ground/requirements.js";
import { SuiteError } from "../ground/suite-error.js";
import { casesOfProfile } from "../run/profile.js";
import { allCases } from "./cases.js";
import { listMutants, type NamedMutant } from "./mutants.js";

/** What to look at: of all roles if none is named, and of the profile `full` if none is. */
export interface View {
  readonly role?: PlayedRole | undefined;
  readonly profile?: Profile | undefined;
}

/** One requirement with the number of its cases: a row of `list requirements`. */
export interface CoverageRow {
  readonly id: string;
  readonly level: string;
  readonly profile: Profile;
  readonly roles: readonly PlayedRole[];
  readonly cases: number;
  /** How many show what is right, the twins of those that do not included. */
  readonly positive: number;
  /** How many show what must not be: refused, answered with an error, or not there behind a fence. */
  readonly negative: number;
  /** How many break it, of the reference and of our own code. */
  readonly mutants: number;
  readonly excluded: string;
}

/** How many cases show each requirement. */
export function listRequirements(view: View = {}): readonly CoverageRow[] {
  const cases = allCases();
  const ids = new Set(cases.map(({ id }) => id));
  const mutants = listMutants();
  const requirements = readRequirements().filter((one) => isMeant(one, view));
  return requirements.map(({ id, level, profile, roles, excluded = "" }) => {
    const own = cases.filter((one) => one.requirements.includes(id));
    const right = own.filter(({ isNegative, showsRight }) => !isNegative || showsRight === true).map((one) => one.id);
    const twins = own.flatMap(({ twin }) => (twin !== undefined && ids.has(twin) ? [twin] : []));
    const positive = new Set([...right, ...twins]).size;
    const negative = own.filter(({ isNegative, showsAbsence }) => isNegative || showsAbsence === true).length;
    const broken = mutants.filter(({ violates }) => violates === id).length;
    return { id, level, profile, roles, cases: own.length, positive, negative, mutants: broken, excluded };
  });
}

function isMeant(
  { roles, profile }: { readonly roles: readonly PlayedRole[]; readonly profile: Profile },
  view: View,
): boolean {
  return (view.role === undefined || roles.includes(view.role)) && (view.profile !== "core" || profile === "core");
}

/** The ids of the cases of a role, or of all, with what they show. */
export function listCases({ role, profile = "full" }: View = {}): readonly {
  readonly id: string;
  readonly requirements: readonly string[];
}[] {
  const own = allCases().filter((one) => role === undefined || one.role === role);
  return casesOfProfile(own, profile, readRequirements()).map(({ id, requirements }) => ({ id, requirements }));
}

/** The mutants whose sentence is of the role and the profile. */
export function viewMutants(view: View = {}): readonly NamedMutant[] {
  const meant = readRequirements().filter((one) => isMeant(one, view));
  const ids = new Set(meant.map(({ id }) => id));
  return listMutants().filter(({ violates }) => ids.has(violates));
}

const shownMax = 40;

/**
 * What an id means: the sentence, its profile, who plays it, the cases that show it, and the mutants that break it. Throws
 * SuiteError for one that is not there.
 */
export function explain(id: string): readonly string[] {
  const found = readRequirements().find((one) => one.id === id);
  if (found === undefined)
    throw new SuiteError(`${id} is not in the specification; \`list requirements\` names all`, 2);
  const cases = allCases().filter(({ requirements }) => requirements.includes(id));
  const shown = cases.slice(0, shownMax).map((one) => `  ${one.isNegative ? "refuses" : "shows  "} ${one.id}`);
  const mutants = listMutants().filter(({ violates }) => violates === id);
  return [
    `${found.id} (${found.level}) in proto/README.md, line ${found.line}`,
    `  ${found.sentence}`,
    `Played by: ${found.roles.join(", ")}`,
    `Profile: ${found.profile}`,
    ...(found.excluded === undefined ? [] : [`Not tested: ${found.excluded}`]),
    cases.length === 0 ? "No case shows it." : `${cases.length} cases:`,
    ...shown,
    ...(cases.length > shown.length ? [`  … and ${cases.length - shown.length} more; \`list cases\` names all`] : []),
    mutants.length === 0 ? "No mutant breaks it." : `${mutants.length} mutants break it:`,
    ...mutants.map(({ name, of }) => `  ${name} (${of})`),
  ];
}

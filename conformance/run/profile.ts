import type { Profile, Requirement } from "../ground/requirements.js";
import type { Exclusion } from "./summary.js";
import type { Case } from "./verdict.js";

/** Who is asked for what: a role, and how much of it. */
export interface Scope {
  readonly role: Requirement["roles"][number];
  readonly profile: Profile;
}

/**
 * The cases that a profile plays, in their order. `full` plays all. `core` plays those of which every sentence is core,
 * not those of which one is: whoever keeps to the core alone is asked for nothing else, and can be green. A negative case
 * is judged by its valid twin, so that it is played only if that is.
 */
export function casesOfProfile<One extends Pick<Case, "id" | "requirements" | "twin">>(
  cases: readonly One[],
  profile: Profile,
  requirements: readonly Requirement[],
): readonly One[] {
  if (profile === "full") return cases;
  const core = new Set(requirements.filter((one) => one.profile === profile).map(({ id }) => id));
  const whole = cases.filter((one) => one.requirements.every((id) => core.has(id)));
  const ids = new Set(whole.map(({ id }) => id));
  return whole.filter(({ twin }) => twin === undefined || ids.has(twin));
}

/** The sentences of a role and a profile that no case shows, with why, in the order of the specification. */
export function exclusionsOf({ role, profile }: Scope, requirements: readonly Requirement[]): readonly Exclusion[] {
  return requirements.flatMap((one): readonly Exclusion[] => {
    const isMeant = one.roles.includes(role) && (profile === "full" || one.profile === profile);
    return isMeant && one.excluded !== undefined ? [{ requirement: one.id, reason: one.excluded }] : [];
  });
}

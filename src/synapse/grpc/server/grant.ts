import { Right, type Hello } from "../../../../gen/cosmonapse/v1/frames.js";
import { CosmoError } from "../../../errors/index.js";

/** What a credential grants. */
export interface Grant {
  /** The identity; undefined without credentials: then the dendrite id stands for it. */
  readonly principal: string | undefined;
  readonly namespaces: ReadonlySet<string> | "all";
  readonly rights: ReadonlySet<Right>;
  /** The ids that may be registered. */
  readonly ids: ReadonlySet<string> | "all";
  /** Which credential it is of, whatever that grants by now. Tells nothing that opens anything. */
  readonly credential: string;
}

const every: readonly Right[] = [Right.OBSERVE, Right.PARTICIPATE, Right.OPERATE];

/** What everyone has on a Synapse without credentials. */
export const OPEN_GRANT: Grant = {
  principal: undefined,
  namespaces: "all",
  rights: new Set(every),
  ids: "all",
  credential: "",
};

/** The name of a right, as it stands in a token file. */
export function rightName(right: Right): string {
  const found = Object.entries(Right).find(([, value]) => value === right);
  return found?.[0] ?? `RIGHT_${right}`;
}

/** Refuses a namespace that the credential does not grant, whether it exists or not (COS-SEC-008). */
export function checkNamespace(grant: Grant, namespace: string): void {
  if (grant.namespaces === "all" || grant.namespaces.has(namespace)) return;
  const message = `The credential does not grant the namespace '${namespace}'`;
  throw new CosmoError("PERMISSION_DENIED", message, { requirement: "COS-SEC-008" });
}

/**
 * The rights of a session: those that its Hello asks for, all of the credential's if it asks for none. Refuses one that
 * the credential does not grant (COS-SEC-003, COS-SEC-004, COS-SEC-005).
 */
export function authorize(grant: Grant, { namespace, rights }: Hello): readonly Right[] {
  checkNamespace(grant, namespace);
  const missing = rights.find((right) => !grant.rights.has(right));
  if (missing !== undefined) {
    const message = `The credential does not grant the right ${rightName(missing)}`;
    const available = [...grant.rights].map(rightName);
    throw new CosmoError("PERMISSION_DENIED", message, { requirement: "COS-SEC-004", available });
  }
  return rights.length === 0 ? [...grant.rights] : rights;
}

/** What a session was opened with. */
export interface Held {
  readonly principal: string | undefined;
  readonly namespace: string;
  readonly rights: ReadonlySet<Right>;
  readonly ids: ReadonlySet<string> | "all";
}

/** True if a grant allows all that a session has: whoever it is of may have that session (COS-SEC-003). */
export function covers(grant: Grant, held: Held): boolean {
  return (
    grant.principal === held.principal &&
    (grant.namespaces === "all" || grant.namespaces.has(held.namespace)) &&
    [...held.rights].every((right) => grant.rights.has(right)) &&
    (grant.ids === "all" || (held.ids !== "all" && isWithin(held.ids, grant.ids)))
  );
}

function isWithin(part: ReadonlySet<string>, whole: ReadonlySet<string>): boolean {
  return [...part].every((one) => whole.has(one));
}

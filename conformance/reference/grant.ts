import type { Credential } from "../control/messages.js";
import { Refused } from "./refused.js";
import { wrong } from "./wrong.js";

/** What a credential gives; undefined parts: all. */
export interface Grant {
  readonly principal: string | undefined;
  readonly namespaces: readonly string[] | undefined;
  readonly rights: readonly string[];
  readonly ids: readonly string[] | undefined;
}

const allRights: readonly string[] = ["OBSERVE", "PARTICIPATE", "OPERATE"];
const everything: Grant = { principal: undefined, namespaces: undefined, rights: allRights, ids: undefined };

/** What whoever shows this is granted. Throws Refused. (COS-SEC-007) */
export function findGrant(credentials: readonly Credential[] | undefined, authorization: string): Grant {
  if (credentials === undefined) return everything;
  const found = credentials.find(({ token }) => authorization === `Bearer ${token}`);
  if (found === undefined && wrong("any-token")) return everything;
  if (found === undefined) {
    const message = wrong("tokens-in-errors") ? `nobody has the token ${authorization}` : "nobody has this token";
    throw new Refused("UNAUTHENTICATED", "COS-SEC-007", { message });
  }
  const { principal, namespaces, rights, ids } = found;
  const listOf = (list: readonly string[]): readonly string[] | undefined => (list.includes("*") ? undefined : list);
  return { principal, namespaces: listOf(namespaces), rights, ids: listOf(ids) };
}

/** The rights of a session: those that it asks for, or else all that it is granted. (COS-SEC-004, COS-SEC-005) */
export function rightsOf({ rights }: Grant, asked: readonly string[]): ReadonlySet<string> {
  if (asked.length === 0 || wrong("all-rights-to-all")) return new Set(rights);
  if (asked.some((one) => !rights.includes(one)) && !wrong("rights-as-asked")) {
    throw new Refused("PERMISSION_DENIED", "COS-SEC-004");
  }
  return new Set(asked);
}

/** Throws Refused for a namespace that is not granted. (COS-SEC-008) */
export function checkNamespace({ namespaces }: Grant, namespace: string): void {
  if (namespaces === undefined || namespaces.includes(namespace) || wrong("any-namespace")) return;
  throw new Refused("PERMISSION_DENIED", "COS-SEC-008");
}

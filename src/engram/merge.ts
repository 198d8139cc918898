import type { Json, JsonObject } from "../foundation/index.js";
import { canonicalText, isJsonObject } from "./canonical.js";

/** Says what a member becomes; undefined leaves it out. */
type Combine = (current: Json | undefined, patch: Json) => Json | undefined;

/** Walks the members of a patch over those of the target; what the patch does not name stays. */
function combineMembers(target: Json | undefined, patch: JsonObject, combine: Combine): JsonObject {
  const members = new Map<string, Json | undefined>(Object.entries(isJsonObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    const next = combine(members.get(name), value);
    if (next === undefined) members.delete(name);
    else members.set(name, next);
  }
  // fromEntries defines members, so that one called __proto__ is data like any other.
  return Object.fromEntries(members);
}

/**
 * JSON Merge Patch, RFC 7396: objects recurse, null removes, anything else replaces (COS-OP-005). Changes neither
 * argument.
 */
export function mergePatch(target: Json | undefined, patch: JsonObject): JsonObject {
  return combineMembers(target, patch, (current, value) => {
    if (value === null) return undefined;
    return isJsonObject(value) ? mergePatch(current, value) : value;
  });
}

/**
 * Deep union: objects recurse, lists unite without repeats (what was there first), null keeps what is there, anything
 * else replaces. The same patch twice changes nothing more (COS-OP-006). Changes neither argument.
 */
export function deepUnion(target: Json | undefined, patch: JsonObject): JsonObject {
  return combineMembers(target, patch, (current, value) => {
    if (value === null) return current;
    if (isJsonObject(value)) return deepUnion(current, value);
    return isList(value) ? uniteLists(isList(current) ? current : [], value) : value;
  });
}

/**
 * Objects recurse; lists, null and all else are replaced: how the newer of two views of one key wins (COS-MODE-004).
 */
export function overlay(older: Json | undefined, newer: JsonObject): JsonObject {
  return combineMembers(older, newer, (current, value) => (isJsonObject(value) ? overlay(current, value) : value));
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function uniteLists(left: readonly Json[], right: readonly Json[]): readonly Json[] {
  const members = new Map<string, Json>();
  for (const member of [...left, ...right]) {
    const text = canonicalText(member, "INTERNAL");
    if (!members.has(text)) members.set(text, member);
  }
  return [...members.values()];
}

import { ComparisonOp, type Comparison, type Filter } from "../../gen/cosmonapse/v1/memory.js";
import { LIMIT_TABLE } from "../../gen/cosmonapse/v1/tables.js";
import { CosmoError } from "../errors/index.js";
import type { Json } from "../foundation/index.js";
import { isJsonObject, jsonEqual, readJsonBytes } from "./canonical.js";
import { compareCodePoints } from "./code-points.js";

/** A filter whose form is right, ready to be evaluated. */
export type Condition =
  | { readonly kind: "all" | "any"; readonly conditions: readonly Condition[] }
  | { readonly kind: "not"; readonly condition: Condition }
  | { readonly kind: "comparison"; readonly path: readonly string[]; readonly op: ComparisonOp; readonly value: Json };

/**
 * Reads a filter. Throws `INVALID_FILTER` for one that is empty, deeper than 16, or has an unknown operator, a path
 * that is no JSON Pointer, or a value that the operator cannot compare with: nothing is ever ignored
 * (COS-RCL-011 to COS-RCL-014).
 */
export function readFilter(filter: Filter, depth = 1): Condition {
  const depthMax = LIMIT_TABLE.filterDepth.standard;
  if (depth > depthMax) throw refuse("COS-RCL-013", `the filter is more than ${depthMax} levels deep`);
  const node = filter.node;
  switch (node?.$case) {
    case "all":
    case "any":
      if (node.value.filters.length === 0) throw refuse("COS-RCL-014", `a filter of ${node.$case} has no members`);
      return { kind: node.$case, conditions: node.value.filters.map((member) => readFilter(member, depth + 1)) };
    case "negation":
      return { kind: "not", condition: readFilter(node.value, depth + 1) };
    case "comparison":
      return readComparison(node.value);
    default:
      throw refuse("COS-RCL-014", "a filter is empty, or of a kind that this Engram does not know");
  }
}

function readComparison(comparison: Comparison): Condition {
  if (Object.keys(comparison._unknownFields ?? {}).length > 0) {
    throw refuse("COS-RCL-012", "a comparison has a part that this Engram does not know; it cannot be left out");
  }
  const path = readPointer(comparison.path);
  const { value } = readJsonBytes(comparison.value, "INVALID_FILTER");
  if (!takesValue(comparison.op, value)) {
    throw refuse(
      "COS-RCL-012",
      `the operator ${comparison.op} at ${JSON.stringify(comparison.path)} is unknown, or cannot take this value`,
    );
  }
  return { kind: "comparison", path, op: comparison.op, value };
}

function takesValue(op: ComparisonOp, value: Json): boolean {
  switch (op) {
    case ComparisonOp.EQ:
    case ComparisonOp.NE:
    case ComparisonOp.CONTAINS:
      return true;
    case ComparisonOp.GT:
    case ComparisonOp.GTE:
    case ComparisonOp.LT:
    case ComparisonOp.LTE:
      return typeof value === "number" || typeof value === "string";
    case ComparisonOp.IN:
    case ComparisonOp.NIN:
      return Array.isArray(value);
    case ComparisonOp.EXISTS:
      return typeof value === "boolean";
    case ComparisonOp.PREFIX:
      return typeof value === "string";
    default:
      return false;
  }
}

/** The parts of a JSON Pointer, RFC 6901; throws `INVALID_FILTER` for another form. */
export function readPointer(path: string): readonly string[] {
  if (path === "") return [];
  if (!path.startsWith("/") || /~(?![01])/.test(path)) {
    throw refuse(
      "COS-RCL-011",
      `the path ${JSON.stringify(path.slice(0, 80))} is no JSON Pointer; write for example /author/name`,
    );
  }
  return path
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** What a pointer leads to; undefined if nothing is there. */
export function resolvePointer(content: Json, path: readonly string[]): Json | undefined {
  let at: Json | undefined = content;
  for (const part of path) {
    if (isJsonObject(at)) at = Object.hasOwn(at, part) ? at[part] : undefined;
    else if (isList(at)) at = /^(0|[1-9]\d*)$/.test(part) ? at[Number(part)] : undefined;
    else return undefined;
  }
  return at;
}

/**
 * The reference evaluator: whether a condition holds for a content. Nothing is converted between types (COS-RCL-009,
 * COS-RCL-010, COS-RCL-015).
 */
export function evaluateWhere(condition: Condition, content: Json): boolean {
  switch (condition.kind) {
    case "all":
      return condition.conditions.every((member) => evaluateWhere(member, content));
    case "any":
      return condition.conditions.some((member) => evaluateWhere(member, content));
    case "not":
      return !evaluateWhere(condition.condition, content);
    case "comparison": {
      const field = resolvePointer(content, condition.path);
      if (condition.op === ComparisonOp.EXISTS) return (field !== undefined) === condition.value;
      return field !== undefined && compare(field, condition.op, condition.value);
    }
  }
}

function compare(field: Json, op: ComparisonOp, value: Json): boolean {
  switch (op) {
    case ComparisonOp.EQ:
      return jsonEqual(field, value);
    case ComparisonOp.NE:
      return !jsonEqual(field, value);
    case ComparisonOp.IN:
      return includes(value, field);
    case ComparisonOp.NIN:
      return !includes(value, field);
    case ComparisonOp.PREFIX:
      return typeof field === "string" && typeof value === "string" && field.startsWith(value);
    case ComparisonOp.CONTAINS:
      if (typeof field === "string") return typeof value === "string" && field.includes(value);
      return includes(field, value);
    default:
      return isOrdered(order(field, value), op);
  }
}

/** Below zero, zero or above for two numbers or two strings; undefined for all else. */
function order(left: Json, right: Json): number | undefined {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left === "string" && typeof right === "string") return compareCodePoints(left, right);
  return undefined;
}

function isOrdered(difference: number | undefined, op: ComparisonOp): boolean {
  if (difference === undefined) return false;
  switch (op) {
    case ComparisonOp.GT:
      return difference > 0;
    case ComparisonOp.GTE:
      return difference >= 0;
    case ComparisonOp.LT:
      return difference < 0;
    default:
      return difference <= 0;
  }
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function includes(list: Json, member: Json): boolean {
  return isList(list) && list.some((candidate) => jsonEqual(candidate, member));
}

function refuse(requirement: string, message: string): CosmoError {
  return new CosmoError("INVALID_FILTER", message, { field: "query.where", requirement });
}

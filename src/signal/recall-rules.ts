import type { Limits } from "../../gen/cosmonapse/v1/limits.js";
import { ComparisonOp, type Comparison, type Filter, type Query } from "../../gen/cosmonapse/v1/memory.js";
import type { RecallBody, RecalledBody } from "../../gen/cosmonapse/v1/memory.js";
import type { Json } from "../foundation/index.js";
import { parseJson } from "./content.js";
import { checkName, shorten, wrong, type Finding } from "./header-rules.js";
import { isEntryId } from "./ids.js";

function invalid(requirement: string, part: string, message: string): Finding {
  return { code: "INVALID_FILTER", requirement, field: `recall.query.${part}`, message };
}

/** The rules of a RECALL that it shows by itself; whether a text has tokens is the Engram's to judge. */
export function checkRecall({ query }: RecallBody, limits: Limits): readonly (Finding | undefined)[] {
  if (query === undefined) return [];
  const { where } = query;
  return [...checkRanges(query, limits), where === undefined ? undefined : checkFilter(where, limits.filterDepth)];
}

/** The rules of a RECALLED. */
export function checkRecalled({ engramId, truncated, cursor }: RecalledBody): readonly (Finding | undefined)[] {
  return [
    checkName(engramId, "recalled.engram_id", "COS-ENV-012"),
    truncated === (cursor !== "")
      ? undefined
      : wrong("COS-RCL-018", "recalled.cursor", "A page has a cursor exactly if it is truncated"),
  ];
}

function checkRanges({ topK, minScore, ids, tags }: Query, limits: Limits): readonly (Finding | undefined)[] {
  const strange = ids.find((id) => !isEntryId(id));
  return [
    topK > limits.topK ? invalid("COS-RCL-017", "top_k", `At most ${limits.topK} hits, not ${topK}`) : undefined,
    minScore === undefined || (minScore >= 0 && minScore <= 1)
      ? undefined
      : invalid("COS-RCL-008", "min_score", `${minScore} is not from 0 to 1`),
    ids.length > limits.tags ? invalid("COS-RCL-022", "ids", `At most ${limits.tags} ids`) : undefined,
    strange === undefined ? undefined : invalid("COS-RCL-022", "ids", `'${shorten(strange)}' is not eng_ and a ULID`),
    tags.length > limits.tags ? invalid("COS-RCL-022", "tags", `At most ${limits.tags} tags`) : undefined,
  ];
}

/** The first rule that a filter breaks, of those `levels` that it may have. */
function checkFilter({ node }: Filter, levels: number): Finding | undefined {
  if (levels === 0) return invalid("COS-RCL-013", "where", "The filter is nested too deep");
  switch (node?.$case) {
    case "all":
    case "any":
      if (node.value.filters.length === 0) return invalid("COS-RCL-014", "where", "A list of filters has members");
      return firstOf(node.value.filters, (filter) => checkFilter(filter, levels - 1));
    case "negation":
      return checkFilter(node.value, levels - 1);
    case "comparison":
      return checkComparison(node.value);
    default:
      return invalid("COS-RCL-014", "where", "A filter is one of all, any, negation and comparison");
  }
}

function firstOf(filters: readonly Filter[], check: (filter: Filter) => Finding | undefined): Finding | undefined {
  for (const filter of filters) {
    const finding = check(filter);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

const comparisons: ReadonlySet<number> = new Set(Object.values(ComparisonOp).filter((op) => op !== 0));
const pointer = /^(\/([^~/]|~[01])*)*$/;

function checkComparison({ path, op, value }: Comparison): Finding | undefined {
  if (!pointer.test(path)) return invalid("COS-RCL-011", "where.path", `'${shorten(path)}' is no JSON Pointer`);
  if (!comparisons.has(op)) return invalid("COS-RCL-012", "where.op", `The operator ${op} is unknown`);
  try {
    const taken = takes(op, parseJson(value));
    return taken ? undefined : invalid("COS-RCL-012", "where.value", `The operator ${op} does not take such a value`);
  } catch {
    return invalid("COS-RCL-012", "where.value", "The value is no JSON in UTF-8");
  }
}

function takes(op: ComparisonOp, value: Json): boolean {
  switch (op) {
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
      return true;
  }
}

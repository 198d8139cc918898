import { ComparisonOp, ImprintOp, MergeStrategy, TextMatch } from "../../../gen/cosmonapse/v1/memory.js";
import type { Filter, ImprintBody, Query } from "../../../gen/cosmonapse/v1/memory.js";
import { writeDuration } from "../../errors/index.js";
import { toTimestamp } from "../../signal/index.js";
import type { VectorFilter, VectorImprint, VectorQuery } from "./vector.js";

const encoder = new TextEncoder();

/** A field 99 that no version has, by its tag. */
const unknownPart = { _unknownFields: { 792: [Uint8Array.of(1)] } };

/** What `$name` stands for, and when the vector began. */
export interface VectorScope {
  /** Bound ids and cursors. */
  readonly bound: ReadonlyMap<string, string>;
  /** The instant zero, milliseconds. */
  readonly startMs: number;
}

function resolve(text: string | undefined, scope: VectorScope): string {
  if (text === undefined) return "";
  return scope.bound.get(text) ?? text;
}

/** The number of a name in one of the schema's enums; a name that is none becomes a number of a later version. */
function numberOf<T extends number>(names: Readonly<Record<string, T>>, name: string): T | 99 {
  return names[name.toUpperCase()] ?? 99;
}

/** The body of IMPRINT that a vector describes, right or wrong. */
export function vectorImprint(imprint: VectorImprint, scope: VectorScope): ImprintBody {
  const fill = imprint.content_fill;
  const text = fill === undefined ? imprint.content_text : `{"a":"${"a".repeat(fill - 8)}"}`;
  return {
    // A number that the schema does not name is what the vector means to send.
    op: numberOf(ImprintOp, imprint.op) as ImprintOp,
    id: resolve(imprint.id, scope),
    mergeKey: imprint.merge_key,
    content: text === undefined ? undefined : { mediaType: "", data: encoder.encode(text), schema: "" },
    tags: [...(imprint.tags ?? [])],
    ifVersion: imprint.if_version === undefined ? undefined : BigInt(imprint.if_version),
    ttl: writeDuration(imprint.ttl_ms),
    imprintId: imprint.imprint_id ?? "",
    // As above.
    strategy: numberOf(MergeStrategy, imprint.strategy ?? "unspecified") as MergeStrategy,
  };
}

/** The query that a vector describes, right or wrong. */
export function vectorQuery(query: VectorQuery, scope: VectorScope): Query {
  const instant = (ms: number | undefined): Query["since"] =>
    ms === undefined ? undefined : toTimestamp(scope.startMs + ms);
  return {
    text: query.text,
    // As above.
    textMatch: numberOf(TextMatch, query.text_match ?? "unspecified") as TextMatch,
    ids: (query.ids ?? []).map((id) => resolve(id, scope)),
    mergeKey: query.merge_key,
    tags: [...(query.tags ?? [])],
    where: query.where === undefined ? undefined : vectorFilter(query.where),
    since: instant(query.since_ms),
    until: instant(query.until_ms),
    topK: query.top_k ?? 0,
    minScore: query.min_score,
    cursor: resolve(query.cursor, scope),
    ...(query.unknown === true ? unknownPart : {}),
  };
}

/** The filter that a vector describes, right or wrong. */
export function vectorFilter(filter: VectorFilter): Filter {
  if (filter.all !== undefined) return { node: { $case: "all", value: { filters: filter.all.map(vectorFilter) } } };
  if (filter.any !== undefined) return { node: { $case: "any", value: { filters: filter.any.map(vectorFilter) } } };
  if (filter.negation !== undefined) return { node: { $case: "negation", value: vectorFilter(filter.negation) } };
  if (filter.path === undefined) return { node: undefined };
  // As above.
  const op = numberOf(ComparisonOp, filter.op ?? "") as ComparisonOp;
  const value = {
    path: filter.path,
    op,
    value: encoder.encode(filter.value_text),
    ...(filter.unknown === true ? unknownPart : {}),
  };
  return { node: { $case: "comparison", value } };
}

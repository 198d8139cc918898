import type { Pool } from "./draw-imprint.js";
import type { Draw } from "./draw.js";
import { isObject, type Content } from "./model-merge.js";
import type { VectorFilter, VectorQuery } from "./vector.js";

/** A filter beside what it means. */
interface Meaning {
  readonly where: VectorFilter;
  readonly holds: (content: Content) => boolean;
}

/** A query, and what its filter means. */
export interface DrawnQuery {
  readonly query: VectorQuery;
  readonly holds: (content: Content) => boolean;
}

const at = (content: Content, name: string): unknown => (isObject(content["o"]) ? content["o"][name] : undefined);
const first = (content: Content): unknown => (Array.isArray(content["l"]) ? content["l"][0] : undefined);
const isText = (value: unknown, holds: (text: string) => boolean): boolean => typeof value === "string" && holds(value);
const isNumber = (value: unknown, holds: (n: number) => boolean): boolean => typeof value === "number" && holds(value);

function comparison(path: string, op: string, valueText: string): VectorFilter {
  return { path, op, value_text: valueText };
}

const comparisons: readonly Meaning[] = [
  { where: comparison("/n", "eq", "-0"), holds: ({ n }) => n === 0 },
  { where: comparison("/n", "gte", "2"), holds: ({ n }) => isNumber(n, (value) => value >= 2) },
  { where: comparison("/n", "lt", "0.30000000000000004"), holds: ({ n }) => isNumber(n, (value) => value < 0.1 + 0.2) },
  { where: comparison("/n", "in", "[null,1e21,true]"), holds: ({ n }) => n === null || n === 1e21 || n === true },
  { where: comparison("/n", "ne", "1"), holds: ({ n }) => n !== undefined && n !== 1 },
  { where: comparison("/n", "exists", "true"), holds: (content) => "n" in content },
  { where: comparison("/t", "prefix", '"alp"'), holds: ({ t }) => isText(t, (text) => text.startsWith("alp")) },
  { where: comparison("/t", "contains", '"%"'), holds: ({ t }) => isText(t, (text) => text.includes("%")) },
  { where: comparison("/o/q", "lte", "1"), holds: (content) => isNumber(at(content, "q"), (value) => value <= 1) },
  { where: comparison("/o/p", "exists", "false"), holds: (content) => at(content, "p") === undefined },
  { where: comparison("/l", "contains", "2"), holds: ({ l }) => Array.isArray(l) && l.includes(2) },
  {
    where: comparison("/l/0", "gt", '"b"'),
    holds: (content) => isText(first(content), (text) => text > "b"),
  },
  { where: comparison("/a b%_'\"", "eq", '"%"'), holds: (content) => content["a b%_'\""] === "%" },
];

/** A tree of filters, at most four levels high. */
function drawMeaning(draw: Draw, levels = 3): Meaning {
  const kind = levels === 0 ? 0 : draw.below(8);
  if (kind === 1) {
    const { where, holds } = drawMeaning(draw, levels - 1);
    return { where: { negation: where }, holds: (content) => !holds(content) };
  }
  if (kind === 2 || kind === 3) {
    const members = Array.from({ length: 1 + draw.below(2) }, () => drawMeaning(draw, levels - 1));
    const filters = members.map(({ where }) => where);
    return kind === 2
      ? { where: { all: filters }, holds: (content) => members.every(({ holds }) => holds(content)) }
      : { where: { any: filters }, holds: (content) => members.some(({ holds }) => holds(content)) };
  }
  return draw.pick(comparisons) ?? { where: {}, holds: () => true };
}

/** Scores that come out exactly, and some between. */
const leastScores = [0, 0.25, 1 / 3, 0.4, 0.5, 2 / 3, 1];

/** What is known when a query is drawn. */
export interface QueryTimes {
  /** The ids so far. */
  readonly known: readonly string[];
  /** The time since the start, milliseconds. */
  readonly nowMs: number;
}

/** Draws a query of a right form, but for a text that may have no word. */
export function drawQuery(draw: Draw, pool: Pool, { known, nowMs }: QueryTimes): DrawnQuery {
  const meaning = draw.once(4) ? drawMeaning(draw) : undefined;
  const ids = draw.once(6) && known.length > 0 ? [known.slice(0, 3), known.slice(-2)][draw.below(2)] : undefined;
  const query: VectorQuery = {
    ...(draw.once(3)
      ? { text: pool.text(), ...draw.maybe(2, "text_match", ["any"]), ...draw.maybe(3, "min_score", leastScores) }
      : {}),
    ...draw.maybe(6, "merge_key", pool.keys),
    ...(draw.once(6) ? { tags: pool.tagSet() } : {}),
    ...(ids === undefined ? {} : { ids }),
    ...draw.maybe(8, "since_ms", [nowMs - 2, nowMs]),
    ...draw.maybe(8, "until_ms", [nowMs - 1, nowMs + 1]),
    ...(meaning === undefined ? {} : { where: meaning.where }),
  };
  return { query, holds: meaning?.holds ?? (() => true) };
}

import type { ModelEntry } from "./model.js";
import type { VectorFilter, VectorImprint, VectorQuery } from "./vector.js";

/** Choices for a random program: numbers that were drawn before, so that a failure can be repeated and made smaller. */
export class Draw {
  readonly #numbers: readonly number[];
  #used = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** True when the numbers are used up; from then on every choice is the first. */
  get isEmpty(): boolean {
    return this.#used >= this.#numbers.length;
  }

  /** A number from zero up to, but not, the count. */
  below(count: number): number {
    const next = this.#numbers[this.#used] ?? 0;
    this.#used += 1;
    return count === 0 ? 0 : next % count;
  }

  /** True once in so many times. */
  once(inTimes: number): boolean {
    return this.below(inTimes) === 1;
  }

  /** One of the list; undefined only if it is empty. */
  pick<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length)];
  }

  /** A field with one of the values, once in so many times. */
  maybe<T>(inTimes: number, name: string, values: readonly T[]): Record<string, T> {
    const value = this.once(inTimes) ? this.pick(values) : undefined;
    return value === undefined ? {} : { [name]: value };
  }
}

const keys = ["k1", "k2"];
const words = ["alpha", "beta", "gamma", "delta"];
const contents = [
  '{"n":1,"t":"alpha beta"}',
  '{"n":2,"t":"beta"}',
  '{"l":["gamma",1],"n":3}',
  '{"l":["delta","gamma"],"o":{"p":"alpha"}}',
  '{"n":null,"o":{"p":null,"q":"beta gamma"}}',
  "{}",
];

/** Draws an imprint of a right form; `known` are the ids so far. */
export function drawImprint(draw: Draw, known: readonly string[]): VectorImprint {
  const op = draw.pick(["add", "append", "merge", "upsert", "delete"]) ?? "add";
  const address = drawAddress(draw, op, known);
  const condition = Object.keys(address).length === 0 ? {} : draw.maybe(3, "if_version", [0, 1, 2, 3, 4]);
  if (op === "delete") return { op, ...address, ...condition };
  return {
    op,
    ...address,
    ...condition,
    content_text: draw.pick(contents) ?? "{}",
    ...draw.maybe(3, "ttl_ms", [1, 2, 5]),
    ...draw.maybe(3, "tags", [["x"], ["x", "y"]]),
    ...(op === "merge" ? draw.maybe(2, "strategy", ["deep_union"]) : {}),
  };
}

/** A key, an id, both, or, where that is allowed, neither. */
function drawAddress(draw: Draw, op: string, known: readonly string[]): { merge_key?: string; id?: string } {
  const isFree = op === "add" || op === "append";
  const [key = "", id] = [draw.pick(keys), draw.pick(known)];
  const kind = draw.below(12);
  if (kind === 0 && isFree) return {};
  if (op === "append" || id === undefined || kind < 8) return { merge_key: key };
  return kind === 8 ? { merge_key: key, id } : { id };
}

/** Filters beside what they mean. */
const filters: readonly (readonly [VectorFilter, (entry: ModelEntry) => boolean])[] = [
  [{ path: "/n", op: "eq", value_text: "2" }, ({ content }) => content["n"] === 2],
  [{ path: "/n", op: "gte", value_text: "2" }, ({ content }) => Number(content["n"] ?? 0) >= 2],
  [{ negation: { path: "/n", op: "exists", value_text: "true" } }, ({ content }) => !("n" in content)],
  [{ path: "/t", op: "prefix", value_text: '"alpha"' }, ({ content }) => String(content["t"]).startsWith("alpha")],
];

/** A query, and what its filter means. */
export interface DrawnQuery {
  readonly query: VectorQuery;
  readonly holds: (entry: ModelEntry) => boolean;
}

/** Draws a query of a right form; `known` are the ids so far. */
export function drawQuery(draw: Draw, known: readonly string[], nowMs: number): DrawnQuery {
  const text = [draw.pick(words), draw.pick(words)].join(" ");
  const [filter, holds] = (draw.once(4) ? draw.pick(filters) : undefined) ?? [undefined, () => true];
  const query: VectorQuery = {
    ...(draw.once(3) ? { text, ...draw.maybe(2, "text_match", ["any"]), ...draw.maybe(4, "min_score", [0.4, 1]) } : {}),
    ...draw.maybe(6, "merge_key", keys),
    ...draw.maybe(6, "tags", [["x"], ["x", "y"]]),
    ...draw.maybe(6, "ids", [known.slice(0, 3), known.slice(-2)]),
    ...draw.maybe(8, "since_ms", [nowMs - 2, nowMs]),
    ...draw.maybe(8, "until_ms", [nowMs - 1, nowMs + 1]),
    ...(filter === undefined ? {} : { where: filter }),
  };
  return { query: query.ids?.length === 0 ? {} : query, holds: query.ids?.length === 0 ? () => true : holds };
}

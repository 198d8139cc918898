import type { Engram } from "../../engram/index.js";
import { toCosmoError } from "../../errors/index.js";
import { RecallMode } from "../../../gen/cosmonapse/v1/memory.js";
import { createCall, type StepClock } from "./fixtures.js";
import { EngramModel, type ModelEntry } from "./model.js";
import { vectorImprint, vectorQuery } from "./vector-body.js";
import type { VectorFilter, VectorImprint, VectorQuery } from "./vector.js";

/** Gives a number from zero up to, but not, the count. */
export type Choose = (count: number) => number;

const words = ["alpha", "beta", "gamma", "delta"];
const contents = [
  '{"n":1,"t":"alpha beta"}',
  '{"n":2,"t":"beta"}',
  '{"l":["gamma",1],"n":3}',
  '{"l":["delta","gamma"],"o":{"p":"alpha"}}',
  '{"n":null,"o":{"p":null,"q":"beta gamma"}}',
  "{}",
];

/** Filters beside what they mean. */
const filters: readonly (readonly [VectorFilter, (entry: ModelEntry) => boolean])[] = [
  [{ path: "/n", op: "eq", value_text: "2" }, ({ content }) => content["n"] === 2],
  [{ path: "/n", op: "gte", value_text: "2" }, ({ content }) => Number(content["n"] ?? 0) >= 2],
  [{ negation: { path: "/n", op: "exists", value_text: "true" } }, ({ content }) => !("n" in content)],
  [{ path: "/t", op: "prefix", value_text: '"alpha"' }, ({ content }) => String(content["t"]).startsWith("alpha")],
];

/** One step of a random program, on the Engram and on the model at once. */
export class EngramProgram {
  readonly #model = new EngramModel();
  /** The id in the Engram of each id in the model. */
  readonly #ids = new Map<string, string>();
  readonly #engram: Engram;
  readonly #clock: StepClock;
  readonly #choose: Choose;
  readonly #startMs: number;
  #steps = 0;

  constructor(engram: Engram, clock: StepClock, choose: Choose) {
    this.#engram = engram;
    this.#clock = clock;
    this.#choose = choose;
    this.#startMs = clock.wallMs();
  }

  /** Runs one step; what differs, in words. */
  async step(): Promise<readonly string[]> {
    this.#steps += 1;
    const kind = this.#choose(10);
    if (kind < 6) return this.#imprint();
    if (kind < 9) return this.#recall();
    const ms = 1 + this.#choose(3);
    this.#model.nowMs += ms;
    this.#clock.advance(ms);
    return [];
  }

  #pick<T>(list: readonly T[]): T | undefined {
    return list[this.#choose(list.length)];
  }

  /** One of the list, or, two times in three, nothing. */
  #sometimes<T>(name: string, list: readonly T[]): Record<string, T> {
    const picked = this.#choose(3) === 0 ? this.#pick(list) : undefined;
    return picked === undefined ? {} : { [name]: picked };
  }

  #scope(): { bound: ReadonlyMap<string, string>; startMs: number } {
    return { bound: this.#ids, startMs: this.#startMs };
  }

  async #imprint(): Promise<readonly string[]> {
    const op = this.#pick(["add", "append", "merge", "upsert", "delete"]) ?? "add";
    const isFree = op === "add" || op === "append";
    const address: { merge_key?: string; id?: string } = {
      ...(this.#choose(isFree ? 4 : 8) === 0 ? {} : { merge_key: this.#pick(["k1", "k2"]) ?? "k1" }),
    };
    const known = [...this.#ids.keys()];
    const wantsId = address.merge_key === undefined ? !isFree || this.#choose(2) === 0 : this.#choose(8) === 0;
    if (wantsId && op !== "append" && known.length > 0) address.id = this.#pick(known) ?? "";
    if (!isFree && address.id === undefined) address.merge_key ??= "k1";
    const imprint: VectorImprint = {
      op,
      ...address,
      ...(op === "delete"
        ? {}
        : { content_text: this.#pick(contents) ?? "{}", ...this.#sometimes("ttl_ms", [1, 2, 5]) }),
      ...(op === "delete" ? {} : this.#sometimes("tags", [["x"], ["x", "y"]])),
      ...(Object.keys(address).length === 0 ? {} : this.#sometimes("if_version", [0, 1, 2, 3, 4])),
      ...(op === "merge" ? this.#sometimes("strategy", ["deep_union"]) : {}),
    };
    const imprintId = this.#choose(4) === 0 ? `again-${this.#choose(3)}` : `once-${this.#steps}`;
    const wanted = this.#model.imprint(imprint, imprintId);
    const body = vectorImprint({ ...imprint, imprint_id: imprintId }, this.#scope());
    try {
      const receipt = await this.#engram.imprint(body, createCall());
      if (wanted.id !== undefined && wanted.id !== "" && !this.#ids.has(wanted.id))
        this.#ids.set(wanted.id, receipt.id);
      const seen = {
        id: receipt.id,
        version: Number(receipt.version),
        seq: receipt.seq === undefined ? null : Number(receipt.seq),
        created: receipt.created,
        deleted: receipt.deleted,
        replayed: receipt.replayed,
      };
      return this.#compare(imprint, seen, { ...wanted, id: this.#ids.get(wanted.id ?? "") ?? "" });
    } catch (thrown) {
      const error = toCosmoError(thrown, "INTERNAL");
      return this.#compare(imprint, { code: error.code, replayed: error.detail.replayed }, wanted);
    }
  }

  #compare(step: unknown, seen: Readonly<Record<string, unknown>>, wanted: object): readonly string[] {
    const sorted = (value: object): string =>
      JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (sorted(seen) === sorted(wanted)) return [];
    return [
      `step ${this.#steps} ${JSON.stringify(step)}: saw ${JSON.stringify(seen)}, expected ${JSON.stringify(wanted)}`,
    ];
  }

  async #recall(): Promise<readonly string[]> {
    const text = this.#choose(2) === 0 ? { text: [this.#pick(words), this.#pick(words)].join(" ") } : {};
    const filter = this.#choose(4) === 0 ? this.#pick(filters) : undefined;
    const query: VectorQuery = {
      ...text,
      ...("text" in text
        ? { ...this.#sometimes("text_match", ["any"]), ...this.#sometimes("min_score", [0.4, 1]) }
        : {}),
      ...this.#sometimes("merge_key", ["k1", "k2"]),
      ...this.#sometimes("tags", [["x"], ["x", "y"]]),
      ...(this.#choose(6) === 0 && this.#ids.size > 0 ? { ids: [...this.#ids.keys()].slice(0, 3) } : {}),
      ...this.#sometimes("since_ms", [this.#model.nowMs - 2, this.#model.nowMs]),
      ...this.#sometimes("until_ms", [this.#model.nowMs - 1, this.#model.nowMs + 1]),
      ...(filter === undefined ? {} : { where: filter[0] }),
    };
    const wanted = this.#expected(query, filter?.[1]);
    const seen = await this.#allPages(query, 1 + this.#choose(4));
    return JSON.stringify(seen) === JSON.stringify(wanted)
      ? []
      : [
          `step ${this.#steps} ${JSON.stringify(query)}: saw ${JSON.stringify(seen)}, expected ${JSON.stringify(wanted)}`,
        ];
  }

  async #allPages(query: VectorQuery, topK: number): Promise<readonly unknown[]> {
    const seen: unknown[] = [];
    let cursor = "";
    do {
      const body = vectorQuery({ ...query, top_k: topK, cursor }, this.#scope());
      const page = await this.#engram.recall({ query: body, mode: RecallMode.ALL }, createCall());
      for (const { entry, score } of page.hits) {
        seen.push([
          entry?.id,
          Number(entry?.version),
          new TextDecoder().decode(entry?.content?.data),
          entry?.tags,
          score,
        ]);
      }
      cursor = page.cursor;
    } while (cursor !== "");
    return seen;
  }

  #expected(query: VectorQuery, filter: ((entry: ModelEntry) => boolean) | undefined): readonly unknown[] {
    const found = this.#model
      .live()
      .filter((entry) => query.merge_key === undefined || entry.key === query.merge_key)
      .filter((entry) => query.ids === undefined || query.ids.includes(entry.id))
      .filter((entry) => (query.tags ?? []).every((tag) => entry.tags.includes(tag)))
      .filter((entry) => entry.updatedMs >= (query.since_ms ?? -Infinity))
      .filter((entry) => entry.updatedMs < (query.until_ms ?? Infinity))
      .filter((entry) => filter === undefined || filter(entry))
      .map((entry) => ({
        entry,
        score: query.text === undefined ? 1 : scoreNaively(entry, query.text, query.text_match),
      }))
      .filter(({ score }) => score > 0 && score >= (query.min_score ?? 0));
    found.sort(
      (a, b) => b.score - a.score || b.entry.updatedMs - a.entry.updatedMs || (a.entry.id < b.entry.id ? 1 : -1),
    );
    return found.map(({ entry, score }) => [
      this.#ids.get(entry.id),
      entry.version,
      JSON.stringify(entry.content, Object.keys(entry.content).sort().concat("p", "q")),
      entry.tags,
      score,
    ]);
  }
}

/** The texts of an entry: whatever stands between quotes and is no name, and the tags. */
function scoreNaively(entry: ModelEntry, text: string, match: string | undefined): number {
  const wanted = [...new Set(text.split(" "))];
  const quoted = [...JSON.stringify(entry.content).matchAll(/"([^"]*)"(:?)/g)];
  const leaves = quoted.flatMap(([, leaf = "", colon]) => (colon === ":" ? [] : [leaf.split(" ")]));
  leaves.push(...entry.tags.map((tag) => [tag]));
  const isThere = (word: string): boolean => leaves.some((leaf) => leaf.includes(word));
  if (match === "any" ? !wanted.some(isThere) : !wanted.every(isThere)) return 0;
  return Math.max(
    ...leaves.map((leaf) => {
      const shared = wanted.filter((word) => leaf.includes(word)).length;
      return shared / new Set([...wanted, ...leaf]).size;
    }),
  );
}

/**
 * Runs a random program on an empty Engram and on the model, as long as there are choices; what differs first, in
 * words. Empty: they agree. The numbers decide everything, so that a failure can be repeated and made smaller.
 */
export async function runProgram(
  engram: Engram,
  clock: StepClock,
  numbers: readonly number[],
): Promise<readonly string[]> {
  await engram.open("vectors");
  let used = 0;
  const choose: Choose = (count) => {
    const next = numbers[used] ?? 0;
    used += 1;
    return count === 0 ? 0 : next % count;
  };
  const program = new EngramProgram(engram, clock, choose);
  while (used < numbers.length) {
    const findings = await program.step();
    if (findings.length > 0) return findings;
  }
  return [];
}

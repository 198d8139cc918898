import { RecallMode } from "../../../gen/cosmonapse/v1/memory.js";
import type { Engram } from "../../engram/index.js";
import { toCosmoError } from "../../errors/index.js";
import type { FakeClock } from "../fake-clock.js";
import { Draw, drawImprint, drawQuery, type DrawnQuery } from "./draw.js";
import { createCall } from "./fixtures.js";
import { EngramModel, type ModelEntry } from "./model.js";
import { vectorImprint, vectorQuery, type VectorScope } from "./vector-body.js";
import type { VectorImprint, VectorQuery } from "./vector.js";

type Sent = readonly [imprint: VectorImprint, imprintId: string];

/** A random program, on an Engram and on the model at once. */
class Program {
  readonly #model = new EngramModel();
  /** The id in the Engram of each id in the model. */
  readonly #ids = new Map<string, string>();
  readonly #sent: Sent[] = [];
  readonly #engram: Engram;
  readonly #clock: FakeClock;
  readonly #draw: Draw;
  readonly #scope: VectorScope;

  constructor(engram: Engram, clock: FakeClock, draw: Draw) {
    this.#engram = engram;
    this.#clock = clock;
    this.#draw = draw;
    this.#scope = { bound: this.#ids, startMs: clock.wallMs() };
  }

  /** One step; what differs, in words. */
  async step(): Promise<readonly string[]> {
    const kind = this.#draw.below(10);
    if (kind < 6) return this.#imprint(...this.#nextImprint());
    if (kind < 9) return this.#recall(drawQuery(this.#draw, [...this.#ids.keys()], this.#model.nowMs));
    const ms = 1 + this.#draw.below(3);
    this.#model.nowMs += ms;
    this.#clock.advance(ms);
    return [];
  }

  /** Mostly a new imprint; else one of the last again, or another under its imprint id. */
  #nextImprint(): Sent {
    const kind = this.#draw.below(12);
    const again = kind < 3 ? this.#draw.pick(this.#sent.slice(-6)) : undefined;
    if (again !== undefined && kind < 2) return again;
    const imprint = drawImprint(this.#draw, [...this.#ids.keys()]);
    const sent: Sent = [imprint, again?.[1] ?? `imprint-${this.#sent.length}`];
    this.#sent.push(sent);
    return sent;
  }

  async #imprint(imprint: VectorImprint, imprintId: string): Promise<readonly string[]> {
    const wanted = this.#model.imprint(imprint, imprintId);
    const body = vectorImprint({ ...imprint, imprint_id: imprintId }, this.#scope);
    try {
      const { id, version, seq, created, deleted, replayed } = await this.#engram.imprint(body, createCall());
      if (wanted.id !== undefined && wanted.id !== "" && !this.#ids.has(wanted.id)) this.#ids.set(wanted.id, id);
      const seen = {
        id,
        version: Number(version),
        seq: seq === undefined ? null : Number(seq),
        created,
        deleted,
        replayed,
      };
      return differ(imprint, seen, { ...wanted, id: this.#ids.get(wanted.id ?? "") ?? "" });
    } catch (thrown) {
      const error = toCosmoError(thrown, "INTERNAL");
      return differ(imprint, { code: error.code, replayed: error.detail.replayed }, wanted);
    }
  }

  async #recall({ query, holds }: DrawnQuery): Promise<readonly string[]> {
    const wanted = recallNaively(this.#model.live().filter(holds), query).map(({ entry, score }) => [
      this.#ids.get(entry.id),
      entry.version,
      JSON.stringify(entry.content, [...Object.keys(entry.content).sort(), "p", "q"]),
      entry.tags,
      score,
    ]);
    const topK = 1 + this.#draw.below(4);
    const seen: unknown[] = [];
    let cursor = "";
    do {
      const body = vectorQuery({ ...query, top_k: topK, cursor }, this.#scope);
      const page = await this.#engram.recall({ query: body, mode: RecallMode.ALL }, createCall());
      for (const { entry, score } of page.hits) {
        const text = new TextDecoder().decode(entry?.content?.data);
        seen.push([entry?.id, Number(entry?.version), text, entry?.tags, score]);
      }
      cursor = page.cursor;
    } while (cursor !== "");
    return differ(query, { seen }, { seen: wanted });
  }
}

function differ(step: unknown, seen: object, wanted: object): readonly string[] {
  const text = (value: object): string => JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  return text(seen) === text(wanted) ? [] : [`${JSON.stringify(step)}: saw ${text(seen)}, expected ${text(wanted)}`];
}

interface Scored {
  readonly entry: ModelEntry;
  readonly score: number;
}

/** A recall by its definition, filters apart: everything is looked at and sorted. */
function recallNaively(entries: readonly ModelEntry[], query: VectorQuery): readonly Scored[] {
  return entries
    .filter((entry) => query.merge_key === undefined || entry.key === query.merge_key)
    .filter((entry) => query.ids === undefined || query.ids.includes(entry.id))
    .filter((entry) => (query.tags ?? []).every((tag) => entry.tags.includes(tag)))
    .filter((entry) => entry.updatedMs >= (query.since_ms ?? -Infinity))
    .filter((entry) => entry.updatedMs < (query.until_ms ?? Infinity))
    .map((entry) => ({
      entry,
      score: query.text === undefined ? 1 : scoreNaively(entry, query.text, query.text_match),
    }))
    .filter(({ score }) => score > 0 && score >= (query.min_score ?? 0))
    .sort((a, b) => b.score - a.score || b.entry.updatedMs - a.entry.updatedMs || (a.entry.id < b.entry.id ? 1 : -1));
}

/** The texts of an entry are what stands between quotes and is no name, and the tags. */
function scoreNaively(entry: ModelEntry, text: string, match: string | undefined): number {
  const wanted = [...new Set(text.split(" "))];
  const quoted = [...JSON.stringify(entry.content).matchAll(/"([^"]*)"(:?)/g)];
  const leaves = quoted.flatMap(([, leaf = "", colon]) => (colon === ":" ? [] : [leaf.split(" ")]));
  leaves.push(...entry.tags.map((tag) => [tag]));
  const isThere = (word: string): boolean => leaves.some((leaf) => leaf.includes(word));
  if (match === "any" ? !wanted.some(isThere) : !wanted.every(isThere)) return 0;
  const scores = leaves.map((leaf) => {
    const shared = wanted.filter((word) => leaf.includes(word)).length;
    return shared / new Set([...wanted, ...leaf]).size;
  });
  return Math.max(...scores);
}

/**
 * Runs a random program on an empty Engram and on the model, as long as there are numbers; what differs first, in
 * words. Empty: they agree.
 */
export async function runProgram(
  engram: Engram,
  clock: FakeClock,
  numbers: readonly number[],
): Promise<readonly string[]> {
  await engram.open("vectors");
  const draw = new Draw(numbers);
  const program = new Program(engram, clock, draw);
  while (!draw.isEmpty) {
    const findings = await program.step();
    if (findings.length > 0) return findings;
  }
  return [];
}

import type { Engram } from "../../engram/index.js";
import type { FakeClock } from "../fake-clock.js";
import { drawImprint, Pool } from "./draw-imprint.js";
import { drawQuery, type DrawnQuery } from "./draw-query.js";
import { Draw } from "./draw.js";
import { canonical } from "./model-merge.js";
import { EngramModel } from "./model.js";
import { Player, type Answer, type PageDraw, type SeenHits, type Sent } from "./player.js";

/** Where a random program plays. */
export interface ProgramStage {
  /** Engrams with one id, whose time this clock decides. */
  readonly engrams: readonly Engram[];
  /** The clock of all of them. */
  readonly clock: FakeClock;
  /** A namespace that is still empty in all of them. */
  readonly namespace: string;
  /** True if entries are forgotten, too, which takes some time in a database. Default: false. */
  readonly forgets?: boolean;
}

/** A random program, on Engrams and on the model at once. */
class Program {
  readonly #model = new EngramModel();
  readonly #sent: Sent[] = [];
  readonly #stage: ProgramStage;
  readonly #draw: Draw;
  readonly #pool: Pool;
  readonly #players: readonly Player[];

  constructor(stage: ProgramStage, draw: Draw) {
    this.#stage = stage;
    this.#draw = draw;
    this.#pool = new Pool(draw);
    const startMs = stage.clock.wallMs();
    this.#players = stage.engrams.map((engram) => new Player(engram, stage.namespace, startMs));
  }

  async open(): Promise<void> {
    await Promise.all(this.#players.map((player) => player.open()));
  }

  /** One step; what differs, in words. */
  async step(): Promise<readonly string[]> {
    const kind = this.#draw.below(12);
    if (kind < 7) return this.#imprint(this.#nextImprints());
    if (kind === 7 && this.#stage.forgets === true) return this.#forget(this.#nextQuery());
    if (kind < 11) return this.#recall(this.#nextQuery());
    const ms = 1 + this.#draw.below(3);
    this.#model.nowMs += ms;
    this.#stage.clock.advance(ms);
    return [];
  }

  /** Mostly one; else some that are sent at once, which a database stores together. */
  #nextImprints(): readonly Sent[] {
    const count = this.#draw.once(5) ? 2 + this.#draw.below(4) : 1;
    const sent = Array.from({ length: count }, () => this.#nextImprint());
    this.#sent.push(...sent);
    return sent;
  }

  /** Mostly a new imprint; else one of the last again, or another under its imprint id. */
  #nextImprint(): Sent {
    const kind = this.#draw.below(12);
    const again = kind < 3 ? this.#draw.pick(this.#sent.slice(-6)) : undefined;
    if (again !== undefined && kind < 2) return again;
    const imprint = drawImprint(this.#draw, this.#pool, this.#model.ids());
    return [imprint, again?.[1] ?? `imprint-${this.#sent.length}-${this.#draw.below(5)}`];
  }

  #nextQuery(): DrawnQuery {
    return drawQuery(this.#draw, this.#pool, { known: this.#model.ids(), nowMs: this.#model.nowMs });
  }

  async #imprint(batch: readonly Sent[]): Promise<readonly string[]> {
    const wanted = batch.map(([imprint, imprintId]) => this.#model.imprint(imprint, imprintId));
    const played = await Promise.all(this.#players.map((player) => player.imprint(batch, wanted)));
    return batch.flatMap((step, index) => {
      const answers = played.map((answer) => answer[index]).filter((answer) => answer !== undefined);
      return compare(step, answers, wanted[index]);
    });
  }

  async #recall({ query, holds }: DrawnQuery): Promise<readonly string[]> {
    const wanted: SeenHits =
      this.#model
        .recall(query, holds)
        ?.map(({ entry, score }) => [entry.id, entry.version, canonical(entry.content), entry.tags, score]) ??
      "INVALID_FILTER";
    const pages: PageDraw = {
      topK: 1 + this.#draw.below(4),
      pageBytes: this.#draw.once(3) ? 750 + this.#draw.below(1_000) : 4_194_304,
    };
    const answers = await Promise.all(this.#players.map((player) => player.recall(query, pages)));
    // Only the bytes tell what does not fit into a page.
    const expected = answers[0]?.seen === "TOO_LARGE" ? "TOO_LARGE" : wanted;
    return compare({ ...query, ...pages }, answers, expected);
  }

  async #forget({ query, holds }: DrawnQuery): Promise<readonly string[]> {
    const drawn = this.#draw.once(6) ? undefined : query;
    const wanted = this.#model.forget(drawn, holds) ?? "INVALID_FILTER";
    const seen = await Promise.all(this.#players.map((player) => player.forget(drawn)));
    const answers = seen.map((one) => ({ seen: one, bytes: "" }));
    return compare({ forget: drawn ?? "everything" }, answers, wanted);
  }
}

/** What an Engram says otherwise than the model, or otherwise than the first Engram. */
function compare<T>(step: unknown, answers: readonly Answer<T>[], wanted: T | undefined): readonly string[] {
  return answers.flatMap(({ seen, bytes }, index) => {
    const where = `Engram ${index + 1}, ${JSON.stringify(step)}`;
    const [left, right] = [text(seen), text(wanted)];
    if (left !== right) return [`${where}: saw ${left}, expected ${right}`];
    const first = answers[0]?.bytes;
    return bytes === first ? [] : [`${where}: gave the bytes ${bytes}, the first Engram ${first}`];
  });
}

/** Canonical, so that the order of names does not count; what is not there is null. */
function text(value: unknown): string {
  return canonical(JSON.parse(JSON.stringify(value ?? null)));
}

/**
 * Runs a random program on Engrams and on the model, as long as there are numbers; what differs first, in words. Empty:
 * all agree, the Engrams with each other byte for byte.
 */
export async function runProgram(stage: ProgramStage, numbers: readonly number[]): Promise<readonly string[]> {
  const draw = new Draw(numbers);
  const program = new Program(stage, draw);
  await program.open();
  while (!draw.isEmpty) {
    const findings = await program.step();
    if (findings.length > 0) return findings;
  }
  return [];
}

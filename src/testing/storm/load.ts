import { Dice } from "../index.js";
import type { Answer, PlainContent, Wish } from "./history.js";

const records = ["r1", "r2", "r3"] as const;
const sequences = ["s1", "s2", "s3"] as const;

/** The keys of a load: few, so that writers meet. */
export const loadKeys = [...records, ...sequences] as const;

/** The words that a load writes and looks for. */
export const loadWords = ["alpha", "beta", "gamma", "delta"] as const;

const ops = [
  ...["recall", "recall", "upsert", "upsert", "merge", "merge", "merge", "append", "append"],
  ...["append", "append", "add", "delete"],
] as const;

/** The random wishes of one writer, decided by a seed and by what the writer was told. */
export class Load {
  readonly #dice: Dice;
  readonly #writer: string;
  /** The last version that the writer knows of each key. */
  readonly #versions = new Map<string, number>();
  readonly #last: Wish[] = [];
  #made = 0;

  constructor(writer: string, seed: number) {
    this.#writer = writer;
    this.#dice = new Dice(seed);
  }

  /** What the writer sends next: one wish, or the same imprint twice at once. */
  next(): readonly Wish[] {
    const kind = this.#dice.below(100);
    // As after a lost acknowledgement: an imprint of before again.
    const before = kind < 12 ? this.#last[this.#dice.below(8)] : undefined;
    if (before !== undefined) return [before];
    const wish = this.#draw();
    if (wish.imprintId === undefined) return [wish];
    this.#last.unshift(wish);
    this.#last.splice(8);
    return kind < 18 ? [wish, wish] : [wish];
  }

  /** Tells the writer what an Engram said. */
  learn({ key }: Wish, answer: Answer): void {
    if (answer.kind === "receipt") this.#versions.set(key, answer.version);
    if (answer.kind === "refusal" && answer.currentVersion !== null) this.#versions.set(key, answer.currentVersion);
    if (answer.kind === "entries") this.#versions.set(key, answer.entries.at(-1)?.version ?? 0);
  }

  #draw(): Wish {
    const dice = this.#dice;
    const op = dice.pick(ops);
    const isAnywhere = op === "recall" || op === "delete" || dice.percent(15);
    const key = dice.pick(isAnywhere ? loadKeys : op === "append" ? sequences : records);
    if (op === "recall") return { op, key, ...(dice.percent(40) ? { text: dice.pick(loadWords) } : {}) };
    this.#made += 1;
    const imprintId = `${this.#writer}-${this.#made}`;
    const condition = dice.percent(30) ? { ifVersion: this.#versions.get(key) ?? 0 } : {};
    if (op === "delete") return { op, key, imprintId, ...condition };
    const tags = dice.percent(30) ? [`tag-${this.#writer}`, dice.pick(["x", "y"])] : [];
    return { op, key, imprintId, content: this.#content(op === "merge"), tags, ...condition };
  }

  /** A patch touches a name of the writer's own, so that a lost update shows. */
  #content(isPatch: boolean): PlainContent {
    const own = isPatch && this.#dice.percent(20) ? null : this.#made;
    const text = `${this.#dice.pick(loadWords)} ${this.#dice.pick(loadWords)}`;
    return isPatch && this.#dice.percent(50) ? { [this.#writer]: own } : { [this.#writer]: own ?? this.#made, t: text };
  }
}

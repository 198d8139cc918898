import type { Draw } from "./draw.js";
import { awkwardKeys, awkwardTags, phrases } from "./phrases.js";
import type { VectorImprint } from "./vector.js";

const numbers = ["1", "2", "-0", "1e21", "0.30000000000000004", "9007199254740991", "-1.5", "null", "true"];

const texts = Object.keys(phrases);

/** What the steps of one program are drawn from: few, so that steps meet. */
export class Pool {
  /** The keys. */
  readonly keys: readonly string[];
  /** The words of texts. */
  readonly words: readonly string[];
  /** The tags. */
  readonly tags: readonly string[];
  readonly #draw: Draw;

  constructor(draw: Draw) {
    this.#draw = draw;
    this.keys = draw.some(3, awkwardKeys);
    this.words = draw.some(6, texts);
    this.tags = draw.some(3, awkwardTags);
  }

  /** One to three words. */
  text(): string {
    return Array.from({ length: 1 + this.#draw.below(3) }, () => this.#draw.pick(this.words)).join(" ");
  }

  /** A set of tags, perhaps with one twice. */
  tagSet(): readonly string[] {
    return Array.from({ length: 1 + this.#draw.below(3) }, () => this.#draw.pick(this.tags) ?? "");
  }

  /** Content as JSON text, its names in no order. */
  content(): string {
    const draw = this.#draw;
    const word = (): string => JSON.stringify(draw.pick(this.words));
    const number = (): string => draw.pick(numbers) ?? "0";
    const members = [
      () => `"t":${JSON.stringify(this.text())}`,
      () => `"n":${number()}`,
      () => `"o":{"q":${number()},"p":${draw.once(3) ? "null" : word()}}`,
      () => `"l":[${word()},${number()},{"b":1,"a":${word()}}]`,
      () => `"a b%_'\\"":${word()}`,
    ];
    return `{${members.flatMap((member) => (draw.below(5) < 2 ? [member()] : [])).join(", ")}}`;
  }
}

/** Draws an imprint of a right form; `known` are the ids so far. */
export function drawImprint(draw: Draw, pool: Pool, known: readonly string[]): VectorImprint {
  const op = draw.pick(["upsert", "append", "merge", "add", "delete"]) ?? "add";
  const address = drawAddress({ draw, pool, known }, op);
  const condition = Object.keys(address).length === 0 ? {} : draw.maybe(4, "if_version", [0, 1, 2, 3, 4]);
  if (op === "delete") return { op, ...address, ...condition };
  return {
    op,
    ...address,
    ...condition,
    content_text: pool.content(),
    ...draw.maybe(4, "ttl_ms", [1, 2, 5]),
    ...(draw.once(3) ? { tags: pool.tagSet() } : {}),
    ...(op === "merge" ? draw.maybe(2, "strategy", ["deep_union"]) : {}),
  };
}

interface Known {
  readonly draw: Draw;
  readonly pool: Pool;
  readonly known: readonly string[];
}

/** A key, an id, both, or, where that is allowed, neither. */
function drawAddress({ draw, pool, known }: Known, op: string): { merge_key?: string; id?: string } {
  const isFree = op === "add" || op === "append";
  const [key = "", id] = [draw.pick(pool.keys), draw.pick(known)];
  const kind = draw.below(12);
  if (kind === 0 && isFree) return {};
  if (op === "append" || id === undefined || kind < 8) return { merge_key: key };
  return kind === 8 ? { merge_key: key, id } : { id };
}

import { parseTree, type Node, type ParseError } from "jsonc-parser";
import type { Content } from "../../gen/cosmonapse/v1/task.js";
import type { ErrorDetail } from "../../gen/cosmonapse/v1/error.js";
import type { DopplerRecord, SignalRecord } from "../doppler/index.js";
import { encodeSignal } from "../signal/index.js";
import { REDACTED } from "./model/index.js";
import { isSecretUnder, redactText } from "./redact-text.js";

/** A record without secrets, and how many were replaced. */
export interface Redacted {
  readonly record: DopplerRecord;
  readonly count: number;
}

/** Ids and types have forms of their own, and are what Signals are found by. */
const namesThatStay: ReadonlySet<string> = new Set(["id", "traceId", "parentId", "source", "mediaType", "$case"]);
const depthMax = 100;
const decoder = new TextDecoder("utf-8", { fatal: true });
const encoder = new TextEncoder();

/**
 * A record in which secrets are replaced by `[redacted]`: the values of names that say that they are secret, and what
 * looks like a key, a token or a password, in every text and in JSON content. The rest stays as it was published, byte
 * for byte if there was none.
 */
export function redact(record: DopplerRecord): Redacted {
  if (record.kind !== "signal") {
    const text = redactText(record.kind === "gap" ? record.reason : record.text);
    if (text.count === 0) return { record, count: 0 };
    const changed = record.kind === "gap" ? { ...record, reason: text.text } : { ...record, text: text.text };
    return { record: changed, count: text.count };
  }
  const redaction = new Redaction();
  const signal = redaction.walk(record.signal, 0);
  const refused = record.refused === undefined ? undefined : redaction.walk(record.refused, 0);
  if (redaction.count === 0) return { record, count: 0 };
  return { record: rebuilt(record, signal, refused), count: redaction.count };
}

function rebuilt(record: SignalRecord, signal: SignalRecord["signal"], refused: ErrorDetail | undefined): SignalRecord {
  return { ...record, signal, bytes: encodeSignal(signal), ...(refused === undefined ? {} : { refused }) };
}

/** One walk over what a record holds. What has no secret in it is given back as it is. */
class Redaction {
  count = 0;

  walk<T>(value: T, depth: number): T {
    // Each branch gives back what it was given, or the same with other texts in it.
    return this.#walk(value, depth) as T;
  }

  #walk(value: unknown, depth: number): unknown {
    if (typeof value === "string") return this.#text(value);
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof Uint8Array) return this.#bytes(value);
    if (depth > depthMax) return this.#replace();
    if (Array.isArray(value)) return this.#list(value, depth);
    if (isContent(value)) return this.#content(value);
    return this.#object(value, depth);
  }

  #text(text: string): string {
    const { text: clean, count } = redactText(text);
    this.count += count;
    return clean;
  }

  #replace(): string {
    this.count += 1;
    return REDACTED;
  }

  #list(list: readonly unknown[], depth: number): unknown {
    const clean = list.map((one) => this.#walk(one, depth + 1));
    return clean.some((one, at) => one !== list[at]) ? clean : list;
  }

  #object(object: object, depth: number): unknown {
    let hasChanged = false;
    const clean: [string, unknown][] = Object.entries(object).map(([name, value]: [string, unknown]) => {
      // A field that is a number stays one.
      const isSecret = typeof value === "string" && isSecretUnder(name, value);
      const own = name === "_unknownFields" ? this.#unknown(value) : undefined;
      const stays = isSecret || own !== undefined || namesThatStay.has(name);
      const walked = isSecret ? this.#replace() : (own ?? (stays ? value : this.#walk(value, depth + 1)));
      hasChanged ||= walked !== value;
      return [name, walked];
    });
    return hasChanged ? Object.fromEntries(clean) : object;
  }

  #content(content: Content): Content {
    const data = this.#bytes(content.data);
    const schema = this.#text(content.schema);
    return data === content.data && schema === content.schema ? content : { ...content, data, schema };
  }

  /** Bytes as JSON, as text, or as what they are: then secrets among them become as many asterisks. */
  #bytes(bytes: Uint8Array): Uint8Array {
    let text: string;
    try {
      text = decoder.decode(bytes);
    } catch {
      return this.#masked(bytes);
    }
    const clean = this.#json(text) ?? this.#text(text);
    return clean === text ? bytes : encoder.encode(clean);
  }

  /** Bytes of the same length. */
  #masked(bytes: Uint8Array): Uint8Array {
    const text = Buffer.from(bytes).toString("latin1");
    const { text: clean, count } = redactText(text, (secret) => "*".repeat(secret.length));
    this.count += count;
    return count === 0 ? bytes : new Uint8Array(Buffer.from(clean, "latin1"));
  }

  /** Fields of a later version: nobody knows where their lengths stand, so they keep them. */
  #unknown(fields: unknown): unknown {
    if (typeof fields !== "object" || fields === null) return undefined;
    const before = this.count;
    const clean = Object.entries(fields).map(([tag, values]: [string, unknown]) => {
      const list: readonly unknown[] = Array.isArray(values) ? values : [];
      return [tag, list.map((one) => (one instanceof Uint8Array ? this.#masked(one) : one))];
    });
    return this.count === before ? fields : Object.fromEntries(clean);
  }

  /** JSON without secrets, all else as it was written; undefined for what is no JSON. */
  #json(text: string): string | undefined {
    const errors: ParseError[] = [];
    const tree = parseTree(text, errors, { disallowComments: true });
    if (tree === undefined || errors.length > 0) return undefined;
    const edits: Edit[] = [];
    this.#nodes(tree, [], edits);
    edits.sort((one, other) => one.from - other.from);
    return edits.reduceRight((whole, { from, to, text: own }) => whole.slice(0, from) + own + whole.slice(to), text);
  }

  /** The edits of a part of JSON, in order; `names`: those that it stands below. */
  #nodes(node: Node, names: readonly string[], edits: Edit[]): void {
    const { children = [], type, offset, length } = node;
    const [name, own] = children;
    if (type === "property" && name !== undefined) {
      if (own !== undefined) this.#nodes(own, [...names, String(name.value)], edits);
      return this.#leaf(name, edits);
    }
    for (const child of children) this.#nodes(child, names, edits);
    if (names.some((one) => isSecretUnder(one, node.value))) {
      edits.push({ from: offset, to: offset + length, text: JSON.stringify(this.#replace()) });
      return undefined;
    }
    return this.#leaf(node, edits);
  }

  #leaf({ value, offset, length }: Node, edits: Edit[]): void {
    if (typeof value !== "string") return;
    const clean = this.#text(value);
    if (clean !== value) edits.push({ from: offset, to: offset + length, text: JSON.stringify(clean) });
  }
}

/** A part of a text, and what is to stand there. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

function isContent(value: object): value is Content {
  return "data" in value && value.data instanceof Uint8Array && "mediaType" in value;
}

import { ImprintOp, RecallMode } from "../../../gen/cosmonapse/v1/memory.js";
import { SignalType } from "../../../gen/cosmonapse/v1/signal.js";
import { makeHarmless, summarize } from "../../doppler/index.js";
import { RecordList } from "./record-list.js";
import { isOutcome, type ViewRecord, type ViewSignal } from "./records.js";
import { isOfMemory } from "./roster.js";

/** What an Engram answered. */
export interface MemoryAnswer {
  readonly engram: string;
  readonly signal: ViewSignal;
  /** From the request, milliseconds. */
  readonly tookMs: number;
  /** Of a RECALLED: how many hits, and whether there were more. */
  readonly hits: number;
  readonly isTruncated: boolean;
  /** The name of the error in its place; empty: none. */
  readonly failure: string;
}

/** What a RECALL and an IMPRINT have in the same way. */
interface Asked {
  /** The id of the request. */
  readonly id: string;
  readonly request: ViewSignal;
  readonly traceId: string;
  readonly asker: string;
  readonly at: number;
  /** Who was asked. */
  readonly asked: readonly string[];
  /** Who answered, in order. */
  readonly answers: readonly MemoryAnswer[];
  /** Those who were asked and have not answered, or answered with an error. */
  readonly missing: readonly string[];
  /** How many outcomes are to come. */
  readonly unanswered: number;
  /** Up to the last answer, milliseconds; undefined: there was none. */
  readonly tookMs: number | undefined;
}

/** A question to memory, and its answers. */
export interface RecallRow extends Asked {
  readonly kind: "recall";
  /** What was looked for, in a few words. */
  readonly query: string;
  /** FIRST, MERGE or ALL; empty: not said. */
  readonly mode: string;
  /** Hits in all answers. */
  readonly hits: number;
  /** True if some answered well and others did not. */
  readonly isPartial: boolean;
}

/** A change of memory, and its receipt. */
export interface ImprintRow extends Asked {
  readonly kind: "imprint";
  /** ADD, APPEND, MERGE, UPSERT or DELETE. */
  readonly op: string;
  /** The key, or the id of the entry where it has none; empty: an entry that gets its id there. */
  readonly key: string;
  /** The version that the asker demanded; undefined: any. */
  readonly demanded: bigint | undefined;
  /** The version that was changed; undefined: there was nothing, or no receipt says so. */
  readonly before: bigint | undefined;
  /** The version that it has now; undefined: no receipt says so. */
  readonly after: bigint | undefined;
  /** What the receipt says: `changed`, `created`, `deleted`, `nothing` (there was nothing to delete), or none came. */
  readonly effect: "changed" | "created" | "deleted" | "nothing" | "unknown";
  /** True if the same imprint had its effect before, and this is its first receipt again. */
  readonly isReplayed: boolean;
  /** The name of the error; empty: none. */
  readonly failure: string;
  /** After a conflict: the version that stands there. */
  readonly current: bigint | undefined;
}

/** One exchange with memory. */
export type MemoryRow = RecallRow | ImprintRow;

/** How much a lens keeps. */
export interface MemoryLensOptions {
  /** Exchanges. Default: 20,000; the oldest is forgotten. */
  readonly rowsMax?: number;
  /** Changes of one key in one Engram. Default: 1,000. */
  readonly historyMax?: number;
}

interface Exchange {
  row: MemoryRow;
}

/**
 * What was asked of shared memory, who answered what, and the history of each key. Show it every record, in order. It
 * keeps a bounded number of exchanges and forgets the histories of those that it forgets.
 */
export class MemoryLens {
  readonly #rowsMax: number;
  readonly #historyMax: number;
  readonly #rows = new RecordList<Exchange>();
  readonly #byId = new Map<string, Exchange>();
  readonly #keys = new Map<string, string[]>();
  #version = 0;

  constructor({ rowsMax = 20_000, historyMax = 1_000 }: MemoryLensOptions = {}) {
    this.#rowsMax = Math.max(1, rowsMax);
    this.#historyMax = historyMax;
  }

  /** Grows with each change. */
  get version(): number {
    return this.#version;
  }

  /** How many exchanges there are. */
  get length(): number {
    return this.#rows.length;
  }

  /** An exchange by its place, from 0, the oldest first. */
  at(index: number): MemoryRow | undefined {
    return this.#rows.at(index)?.row;
  }

  /** The exchange of a request; undefined if it is none, or forgotten. */
  row(requestId: string): MemoryRow | undefined {
    return this.#byId.get(requestId)?.row;
  }

  /** The keys that were changed, each with its Engram, those that were changed last at the end. */
  keys(): readonly { readonly engram: string; readonly key: string; readonly changes: number }[] {
    return [...this.#keys].map(([name, changes]) => {
      const cut = name.indexOf("\0");
      return { engram: name.slice(0, cut), key: name.slice(cut + 1), changes: changes.length };
    });
  }

  /** The changes of a key in an Engram, in order; refused ones stand among them. */
  history(engram: string, key: string): readonly ImprintRow[] {
    const rows = (this.#keys.get(`${engram}\0${key}`) ?? []).map((id) => this.row(id));
    return rows.filter((row) => row?.kind === "imprint");
  }

  /** Takes records over. */
  observe(records: readonly ViewRecord[]): void {
    for (const record of records) {
      if (record.kind !== "signal") continue;
      if (isOfMemory(record.type) && !this.#byId.has(record.id)) this.#begin(record);
      else if (isOutcome(record)) this.#answer(record);
    }
  }

  #begin(request: ViewSignal): void {
    const exchange = { row: request.type === SignalType.RECALL ? recallOf(request) : imprintOf(request) };
    this.#rows.push(exchange);
    this.#byId.set(request.id, exchange);
    this.#version += 1;
    if (this.#rows.length > this.#rowsMax) this.#forgetOldest();
  }

  #answer(reply: ViewSignal): void {
    const exchange = this.#byId.get(reply.parentId);
    if (exchange === undefined) return;
    const { row } = exchange;
    exchange.row = row.kind === "recall" ? answerRecall(row, reply) : answerImprint(row, reply);
    this.#version += 1;
    if (exchange.row.kind === "imprint") this.#remember(exchange.row, nameOfAnswer(reply));
  }

  #remember({ id, key }: ImprintRow, engram: string): void {
    if (key === "" || engram === "") return;
    const name = `${engram}\0${key}`;
    const changes = this.#keys.get(name) ?? [];
    if (changes.at(-1) !== id) changes.push(id);
    if (changes.length > this.#historyMax) changes.shift();
    // Behind the others: it was changed last.
    this.#keys.delete(name);
    this.#keys.set(name, changes);
  }

  #forgetOldest(): void {
    const oldest = this.#rows.shift()?.row;
    if (oldest === undefined) return;
    this.#byId.delete(oldest.id);
    if (oldest.kind !== "imprint") return;
    for (const { engram } of oldest.answers) {
      const name = `${engram}\0${oldest.key}`;
      const changes = this.#keys.get(name)?.filter((id) => id !== oldest.id) ?? [];
      if (changes.length === 0) this.#keys.delete(name);
      else this.#keys.set(name, changes);
    }
  }
}

function begin(request: ViewSignal): Asked {
  const { id, traceId, source, at, asked, awaits } = request;
  const stem = { id, request, traceId, asker: source, at, asked, answers: [], missing: asked };
  return { ...stem, unanswered: awaits, tookMs: undefined };
}

function recallOf(request: ViewSignal): RecallRow {
  const { signal } = request;
  const mode = signal.body?.$case === "recall" ? signal.body.value.mode : 0;
  const query = makeHarmless(summarize(signal)).trim();
  return { kind: "recall", ...begin(request), query, mode: nameIn(RecallMode, mode), hits: 0, isPartial: false };
}

function imprintOf(request: ViewSignal): ImprintRow {
  const { body } = request.signal;
  const value = body?.$case === "imprint" ? body.value : undefined;
  return {
    kind: "imprint",
    ...begin(request),
    op: nameIn(ImprintOp, value?.op ?? 0),
    key: value?.mergeKey ?? value?.id ?? "",
    demanded: value?.ifVersion,
    before: undefined,
    after: undefined,
    effect: "unknown",
    isReplayed: false,
    failure: "",
    current: undefined,
  };
}

function answered<Row extends MemoryRow>(row: Row, reply: ViewSignal): Asked {
  const { id, request, traceId, asker, at, asked } = row;
  const { body } = reply.signal;
  const recalled = body?.$case === "recalled" ? body.value : undefined;
  const tookMs = Math.max(0, reply.at - at);
  const answer: MemoryAnswer = {
    engram: nameOfAnswer(reply),
    signal: reply,
    tookMs,
    hits: recalled?.hits.length ?? 0,
    isTruncated: recalled?.truncated ?? false,
    failure: reply.failure,
  };
  const answers = [...row.answers, answer];
  const good = new Set(answers.filter(({ failure }) => failure === "").map(({ engram }) => engram));
  const missing = asked.filter((name) => !good.has(name));
  const unanswered = Math.max(0, row.unanswered - 1);
  return { id, request, traceId, asker, at, asked, answers, missing, unanswered, tookMs };
}

/** Whose answer it is: an outcome that the Synapse makes names the one who was asked (COS-TASK-019). */
function nameOfAnswer(reply: ViewSignal): string {
  const { body } = reply.signal;
  const named = body?.$case === "error" ? (body.value.detail?.participant ?? "") : "";
  return named === "" ? reply.source : named;
}

function answerRecall(row: RecallRow, reply: ViewSignal): RecallRow {
  const base = answered(row, reply);
  const hits = base.answers.reduce((sum, answer) => sum + answer.hits, 0);
  const hasGood = base.answers.some(({ failure }) => failure === "");
  const isPartial = hasGood && base.unanswered === 0 && base.answers.some(({ failure }) => failure !== "");
  return { kind: "recall", ...base, query: row.query, mode: row.mode, hits, isPartial };
}

function answerImprint(row: ImprintRow, reply: ViewSignal): ImprintRow {
  const base = { ...row, ...answered(row, reply), failure: reply.failure };
  const { body } = reply.signal;
  if (body?.$case === "error") {
    const { detail } = body.value;
    return { ...base, current: detail?.currentVersion, isReplayed: detail?.replayed ?? false };
  }
  if (body?.$case !== "imprinted") return base;
  const { version, created, deleted, replayed, op, mergeKey, id } = body.value;
  const isNothing = op === ImprintOp.DELETE && !deleted;
  const effect = isNothing ? "nothing" : deleted ? "deleted" : created || op === ImprintOp.ADD ? "created" : "changed";
  // Every effect adds one to the version of the key; what was created had none that was live.
  const before = effect === "created" || isNothing || version === 0n ? undefined : version - 1n;
  const key = row.key === "" ? (mergeKey ?? id) : row.key;
  return { ...base, key, before, after: version, effect, isReplayed: replayed };
}

function nameIn(names: Readonly<Record<string, number>>, value: number): string {
  return value === 0 ? "" : (Object.entries(names).find(([, number]) => number === value)?.[0] ?? String(value));
}

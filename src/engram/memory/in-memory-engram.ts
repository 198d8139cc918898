import { Durability, type ImprintBody, type ImprintedBody } from "../../../gen/cosmonapse/v1/memory.js";
import type { Query, RecallBody, RecalledBody } from "../../../gen/cosmonapse/v1/memory.js";
import { Effect } from "../../../gen/cosmonapse/v1/options.js";
import { CosmoError } from "../../errors/index.js";
import { createUlidSource, systemClock, type Clock } from "../../foundation/index.js";
import {
  checkCursor,
  cutPage,
  decideImprint,
  fingerprintImprint,
  fingerprintQuery,
  IMPRINT_WINDOW_MS,
  openOutcome,
  readForget,
  readImprint,
  readQuery,
  replayOutcome,
  writeCursor,
  type Engram,
  type EngramCall,
  type ImprintPlan,
  type Remembered,
} from "../index.js";
import { Rows } from "./rows.js";

/** How an `InMemoryEngram` is made. */
export interface InMemoryEngramOptions {
  /** The address on the Synapse, `[A-Za-z0-9_-]{1,64}`. */
  readonly engramId: string;
  /** What kind of memory it is, `[A-Za-z0-9_-]{1,64}`. */
  readonly engramKind: string;
  /** The store's clock. Default: the machine's. */
  readonly clock?: Clock;
  /** Makes ULIDs for entries and the store. Default: a monotonic source over the clock. */
  readonly ids?: () => string;
}

interface Partition {
  readonly rows: Rows;
  /** What each imprint id was told, oldest first. */
  readonly told: Map<string, Remembered & { readonly atMs: number }>;
}

/**
 * An Engram in the memory of this process, lost with it. Text, tags, keys and ids are found by indexes. Imprints are
 * decided one by one in the order in which they were called.
 */
export class InMemoryEngram implements Engram {
  readonly engramId: string;
  readonly engramKind: string;
  readonly durability = Durability.MEMORY;
  readonly #clock: Clock;
  readonly #ids: () => string;
  readonly #storeId: string;
  readonly #partitions = new Map<string, Partition>();
  #lastTurn: Promise<unknown> = Promise.resolve();
  #isDraining = false;
  #isClosed = false;

  constructor(options: InMemoryEngramOptions) {
    this.engramId = options.engramId;
    this.engramKind = options.engramKind;
    this.#clock = options.clock ?? systemClock;
    this.#ids = options.ids ?? createUlidSource(() => this.#clock.wallMs());
    this.#storeId = `mem_${this.#ids()}`;
  }

  async open(namespace: string): Promise<{ storeId: string }> {
    if (this.#isDraining) throw this.#closed();
    if (!this.#partitions.has(namespace)) this.#partitions.set(namespace, { rows: new Rows(), told: new Map() });
    return { storeId: this.#storeId };
  }

  async recall(body: RecallBody, call: EngramCall): Promise<RecalledBody> {
    const { rows } = this.#accept(call);
    const plan = readQuery(body);
    const scope = { storeId: this.#storeId, namespace: call.namespace, engramId: this.engramId };
    if (plan.cursor !== undefined) checkCursor(plan.cursor, await fingerprintQuery(plan, scope));
    // A revision that was tampered with is no number, and nothing is newer than that.
    const asOf = plan.cursor === undefined ? rows.revision : Number(plan.cursor.asOf);
    const found = rows.search(plan, this.#clock.wallMs(), asOf);
    const { hits, end } = cutPage(found, { topK: plan.topK, pageBytes: call.pageBytes });
    if (end === undefined) return { engramId: this.engramId, hits, truncated: false, cursor: "" };
    const fingerprint = plan.cursor?.fingerprint ?? (await fingerprintQuery(plan, scope));
    const cursor = writeCursor({ fingerprint, asOf: String(asOf), ...end });
    return { engramId: this.engramId, hits, truncated: true, cursor };
  }

  async imprint(body: ImprintBody, call: EngramCall): Promise<ImprintedBody> {
    this.#accept(call);
    const plan = readImprint(body, call.signalId);
    // The digest is made beside others, the decision in turn.
    const done = Promise.all([fingerprintImprint(plan), this.#lastTurn]).then(([fingerprint]) =>
      this.#decide(plan, fingerprint, call),
    );
    this.#lastTurn = done.catch(() => undefined);
    return done;
  }

  async forget(namespace: string, query?: Query): Promise<{ entries: number }> {
    const partition = this.#partitions.get(namespace);
    if (this.#isDraining || partition === undefined) throw this.#closed();
    const { rows, told } = partition;
    const nowMs = this.#clock.wallMs();
    rows.sweep(nowMs);
    const { entries, forgetting } = rows.forget(readForget(query), nowMs);
    for (const [imprintId, { outcome }] of told) {
      if (query === undefined || forgetting.concerns(outcome)) told.delete(imprintId);
    }
    return { entries };
  }

  #decide(plan: ImprintPlan, fingerprint: string, call: EngramCall): ImprintedBody {
    const { rows, told } = this.#enter(call);
    const nowMs = this.#clock.wallMs();
    for (const [imprintId, { atMs }] of told) {
      if (nowMs - atMs < IMPRINT_WINDOW_MS) break;
      told.delete(imprintId);
    }
    const before = told.get(plan.imprintId);
    if (before !== undefined) return replayOutcome(plan, fingerprint, before);
    rows.sweep(nowMs);
    const { outcome, effect } = decideImprint(plan, rows.load(plan, nowMs), {
      nowMs,
      entryId: () => `eng_${this.#ids()}`,
      source: call.source,
      traceId: call.traceId,
      engramId: this.engramId,
      durability: this.durability,
    });
    if (effect !== undefined) rows.apply(effect, nowMs);
    told.set(plan.imprintId, { fingerprint, outcome, atMs: nowMs });
    return openOutcome(outcome);
  }

  #accept(call: EngramCall): Partition {
    if (this.#isDraining) throw this.#closed();
    return this.#enter(call);
  }

  #enter(call: EngramCall): Partition {
    const partition = this.#partitions.get(call.namespace);
    if (this.#isClosed || partition === undefined) throw this.#closed();
    if (call.abort.aborted) {
      throw new CosmoError("CANCELLED", `the request to Engram ${this.engramId} was stopped before it was decided`, {
        effect: Effect.NONE,
      });
    }
    return partition;
  }

  #closed(): CosmoError {
    const what = this.#isDraining ? "is closed" : "is not open in this namespace";
    return new CosmoError("CLOSED", `Engram ${this.engramId} ${what}; use it between open and close`);
  }

  async drain(): Promise<void> {
    this.#isDraining = true;
    await this.#lastTurn;
    await this.close();
  }

  async close(): Promise<void> {
    this.#isDraining = true;
    this.#isClosed = true;
    this.#partitions.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

import {
  Durability,
  type ImprintBody,
  type ImprintedBody,
  type Query,
  type RecallBody,
  type RecalledBody,
} from "../../../gen/cosmonapse/v1/memory.js";
import { Effect } from "../../../gen/cosmonapse/v1/options.js";
import { CosmoError } from "../../errors/index.js";
import { checkCursor, writeCursor } from "../cursor.js";
import type { Engram, EngramCall } from "../engram.js";
import { readImprint } from "../imprint-plan.js";
import { openOutcome, type Outcome } from "../outcome.js";
import { cutPage } from "../page.js";
import { fingerprintQuery, readForget, readQuery } from "../query.js";
import { BatchQueue } from "./batch-queue.js";
import type { EngramStore, OpenedSpace } from "./engram-store.js";
import type { ImprintRequest } from "./imprint-batch.js";

/** What a `StoredEngram` is made of. */
export interface StoredEngramParts {
  /** The address on the Synapse. */
  readonly engramId: string;
  /** What kind of memory it is. */
  readonly engramKind: string;
  /** Where entries are kept. */
  readonly store: EngramStore;
  /** Makes ULIDs for entries. */
  readonly ids: () => string;
}

interface Space extends OpenedSpace {
  readonly imprints: BatchQueue<ImprintRequest, Outcome>;
}

/** What an imprint takes beside its content, about. */
const requestBytes = 512;

/** An Engram on a SQL database: what every such driver does alike. Imprints that wait together are stored together. */
export class StoredEngram implements Engram {
  readonly engramId: string;
  readonly engramKind: string;
  readonly #store: EngramStore;
  readonly #ids: () => string;
  readonly #opening = new Map<string, Promise<Space>>();
  readonly #spaces = new Map<string, Space>();
  #durability: Durability = Durability.DISK;
  #isDraining = false;

  constructor({ engramId, engramKind, store, ids }: StoredEngramParts) {
    this.engramId = engramId;
    this.engramKind = engramKind;
    this.#store = store;
    this.#ids = ids;
  }

  get durability(): Durability {
    return this.#durability;
  }

  async open(namespace: string): Promise<{ storeId: string }> {
    if (this.#isDraining) throw this.#closed();
    const opening = this.#opening.get(namespace) ?? this.#open(namespace);
    this.#opening.set(namespace, opening);
    try {
      const { storeId } = await opening;
      return { storeId };
    } catch (thrown) {
      // The next one tries again.
      this.#opening.delete(namespace);
      throw thrown;
    }
  }

  async #open(namespace: string): Promise<Space> {
    const opened = await this.#store.open(namespace);
    this.#durability = opened.durability;
    const imprints = new BatchQueue<ImprintRequest, Outcome>({
      run: (requests) => this.#store.imprint(opened.space, requests),
      sizeOf: ({ plan }) => requestBytes + 2 * plan.content.text.length,
    });
    const space = { ...opened, imprints };
    this.#spaces.set(namespace, space);
    return space;
  }

  async recall(body: RecallBody, call: EngramCall): Promise<RecalledBody> {
    const { space, storeId } = this.#enter(call);
    const plan = readQuery(body);
    const scope = { storeId, namespace: call.namespace, engramId: this.engramId };
    if (plan.cursor !== undefined) checkCursor(plan.cursor, await fingerprintQuery(plan, scope));
    // A revision that was tampered with is no number, and nothing is newer than that.
    const asOf = plan.cursor === undefined ? undefined : Number(plan.cursor.asOf);
    const { pageBytes } = call;
    const result = await this.#store.search(space, {
      plan,
      asOf: Number.isSafeInteger(asOf) ? asOf : undefined,
      pageBytes,
    });
    const { hits, end } = cutPage(result.found, { topK: plan.topK, pageBytes });
    if (end === undefined) return { engramId: this.engramId, hits, truncated: false, cursor: "" };
    const fingerprint = plan.cursor?.fingerprint ?? (await fingerprintQuery(plan, scope));
    const cursor = writeCursor({ fingerprint, asOf: String(asOf ?? result.asOf), ...end });
    return { engramId: this.engramId, hits, truncated: true, cursor };
  }

  async imprint(body: ImprintBody, call: EngramCall): Promise<ImprintedBody> {
    const { imprints } = this.#enter(call);
    const plan = readImprint(body, call.signalId);
    const { source, traceId } = call;
    const entryId = `eng_${this.#ids()}`;
    return openOutcome(await imprints.add({ plan, entryId, source, traceId }, call.abort));
  }

  async forget(namespace: string, query?: Query): Promise<{ entries: number }> {
    const { space } = this.#space(namespace);
    return { entries: await this.#store.forget(space, readForget(query)) };
  }

  async drain(): Promise<void> {
    this.#isDraining = true;
    await Promise.all(Array.from(this.#spaces.values(), ({ imprints }) => imprints.idle()));
    await this.close();
  }

  async close(): Promise<void> {
    this.#isDraining = true;
    for (const { imprints } of this.#spaces.values()) imprints.clear(this.#closed());
    await this.#store.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #enter(call: EngramCall): Space {
    const space = this.#space(call.namespace);
    if (!call.abort.aborted) return space;
    throw new CosmoError("CANCELLED", `the request to Engram ${this.engramId} was stopped before it was decided`, {
      effect: Effect.NONE,
    });
  }

  #space(namespace: string): Space {
    const space = this.#spaces.get(namespace);
    if (this.#isDraining || space === undefined) throw this.#closed();
    return space;
  }

  #closed(): CosmoError {
    const what = this.#isDraining ? "is closed" : "is not open in this namespace";
    return new CosmoError("CLOSED", `Engram ${this.engramId} ${what}; use it between open and close`, {
      effect: Effect.NONE,
    });
  }
}

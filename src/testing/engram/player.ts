import { Durability, ImprintedBody, RecalledBody, RecallMode } from "../../../gen/cosmonapse/v1/memory.js";
import { ErrorDetail } from "../../../gen/cosmonapse/v1/error.js";
import type { Engram } from "../../engram/index.js";
import { toCosmoError } from "../../errors/index.js";
import { createCall } from "./fixtures.js";
import type { ModelAnswer } from "./model.js";
import { vectorImprint, vectorQuery } from "./vector-body.js";
import type { VectorImprint, VectorQuery } from "./vector.js";

/** An imprint and its imprint id. */
export type Sent = readonly [imprint: VectorImprint, imprintId: string];

/** An answer, to be compared with the model's and with that of another Engram. */
export interface Answer<T> {
  /** What the model says, too. Ids are those of the model. */
  readonly seen: T;
  /** The whole answer as it travels, in hexadecimal digits: the same on every Engram. Ids are those of the model. */
  readonly bytes: string;
}

/** A hit: id, version, content, tags, score. */
export type SeenHit = readonly [id: string, version: number, content: string, tags: readonly string[], score: number];

/** Hits over all pages, or the code of a refusal. */
export type SeenHits = readonly SeenHit[] | string;

/** The limits of the pages of a recall. */
export interface PageDraw {
  /** The most hits. */
  readonly topK: number;
  /** The room for one answer. */
  readonly pageBytes: number;
}

/** One of the Engrams of a random program. Its ids are translated to those of the model, and back. */
export class Player {
  readonly #engram: Engram;
  readonly #namespace: string;
  readonly #startMs: number;
  /** The Engram's id of each id of the model, and the other way round. */
  readonly #real = new Map<string, string>();
  readonly #models = new Map<string, string>();

  constructor(engram: Engram, namespace: string, startMs: number) {
    this.#engram = engram;
    this.#namespace = namespace;
    this.#startMs = startMs;
  }

  /** Makes the namespace ready. */
  async open(): Promise<void> {
    await this.#engram.open(this.#namespace);
  }

  /** Makes imprints at once; `wanted` is what the model says of them, which names the new ids. */
  async imprint(batch: readonly Sent[], wanted: readonly ModelAnswer[]): Promise<readonly Answer<ModelAnswer>[]> {
    const attempts = batch.map(([imprint, imprintId]) => {
      const body = vectorImprint({ ...imprint, imprint_id: imprintId }, this.#scope());
      return this.#engram.imprint(body, createCall({ namespace: this.#namespace })).catch(refusal);
    });
    const results = await Promise.all(attempts);
    results.forEach((result, index) => {
      const id = wanted[index]?.id ?? "";
      if ("code" in result || id === "" || this.#real.has(id)) return;
      this.#real.set(id, result.id);
      this.#models.set(result.id, id);
    });
    return results.map((result) => ("code" in result ? this.#viewError(result) : this.#viewReceipt(result)));
  }

  /** Goes through all pages. */
  async recall(query: VectorQuery, { topK, pageBytes }: PageDraw): Promise<Answer<SeenHits>> {
    const call = createCall({ namespace: this.#namespace, pageBytes });
    const hits: SeenHit[] = [];
    const pages: string[] = [];
    let cursor = "";
    do {
      const body = { query: vectorQuery({ ...query, top_k: topK, cursor }, this.#scope()), mode: RecallMode.ALL };
      const page = await this.#engram.recall(body, call).catch(refusal);
      if ("code" in page) {
        const { seen, bytes } = this.#viewError(page);
        return { seen: seen.code ?? "", bytes };
      }
      cursor = page.cursor;
      // What is in a cursor is the Engram's own affair.
      const translated = {
        ...page,
        cursor: cursor === "" ? "" : "more",
        hits: page.hits.map((hit) => this.#view(hit)),
      };
      pages.push(hex(RecalledBody.encode(translated).finish()));
      for (const { entry, score } of translated.hits) {
        const content = new TextDecoder().decode(entry?.content?.data);
        hits.push([entry?.id ?? "", Number(entry?.version), content, entry?.tags ?? [], score]);
      }
    } while (cursor !== "");
    return { seen: hits, bytes: pages.join("\n") };
  }

  /** Purges; how many entries went, or the code of a refusal. */
  async forget(query: VectorQuery | undefined): Promise<number | string> {
    const body = query && vectorQuery(query, this.#scope());
    const result = await this.#engram.forget(this.#namespace, body).catch(refusal);
    return "code" in result ? toCosmoError(result, "INTERNAL").code : result.entries;
  }

  #scope(): { bound: ReadonlyMap<string, string>; startMs: number } {
    return { bound: this.#real, startMs: this.#startMs };
  }

  #modelId(id: string): string {
    return this.#models.get(id) ?? id;
  }

  #view(hit: RecalledBody["hits"][number]): RecalledBody["hits"][number] {
    return hit.entry === undefined ? hit : { ...hit, entry: { ...hit.entry, id: this.#modelId(hit.entry.id) } };
  }

  #viewReceipt(receipt: ImprintedBody): Answer<ModelAnswer> {
    const { mergeKey, version, seq, created, deleted, replayed } = receipt;
    const id = this.#modelId(receipt.id);
    // Backends differ in how safe they are, and may.
    const body = { ...receipt, id, durability: Durability.UNSPECIFIED };
    const seen = {
      id,
      key: mergeKey ?? null,
      version: Number(version),
      seq: seq === undefined ? null : Number(seq),
      created,
      deleted,
      replayed,
    };
    return { seen, bytes: hex(ImprintedBody.encode(body).finish()) };
  }

  #viewError(thrown: ReturnType<typeof refusal>): Answer<ModelAnswer> {
    const { code, detail } = thrown;
    const message = detail.message.replaceAll(/eng_\w{26}/g, (id) => this.#modelId(id));
    const bytes = hex(ErrorDetail.encode({ ...detail, message }).finish());
    return { seen: { code, replayed: detail.replayed }, bytes };
  }
}

function refusal(thrown: unknown): ReturnType<typeof toCosmoError> {
  return toCosmoError(thrown, "INTERNAL");
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

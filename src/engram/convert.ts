import { Durability, ImprintOp, MergeStrategy } from "../../gen/cosmonapse/v1/memory.js";
import type {
  Hit,
  ImprintBody,
  ImprintedBody,
  Provenance as WireProvenance,
  RecalledBody,
} from "../../gen/cosmonapse/v1/memory.js";
import { CosmoError, writeDuration } from "../errors/index.js";
import { describeUnknownPart, type Json, type JsonObject } from "../foundation/index.js";
import type { ImprintOptions, ImprintReceipt, Provenance, RecallHit } from "../neuron/index.js";
import { fromTimestamp, isName } from "../signal/index.js";
import { canonicalText, isJsonObject, isPlain, readJsonBytes } from "./canonical.js";
import { checkKey, checkTags, ENTRY_KEY, ENTRY_TAGS, isEntryId } from "./entry.js";
import { checkContentSize } from "./imprint-plan.js";

const ops: ReadonlyMap<string, ImprintOp> = new Map(
  Object.entries(ImprintOp).flatMap(([name, op]) => (op === ImprintOp.UNSPECIFIED ? [] : [[name.toLowerCase(), op]])),
);

const strategies: ReadonlyMap<string, MergeStrategy> = new Map([
  ["mergePatch", MergeStrategy.MERGE_PATCH],
  ["deepUnion", MergeStrategy.DEEP_UNION],
]);

const parts: ReadonlySet<string> = new Set([
  "op",
  "entry",
  "id",
  "tags",
  "mergeKey",
  "ifVersion",
  "ttlMs",
  "imprintId",
  "strategy",
  "all",
  "awaitAck",
  "deadlineMs",
  "abort",
] satisfies (keyof ImprintOptions)[]);

/**
 * The body of IMPRINT for a call of `imprint`, under this imprint id. `tags` and `id` are lifted out of the entry, the
 * rest is its content, unless the options give one of them. Throws `INVALID_ENTRY` for an entry, key or tag of a wrong form, `INVALID_ARGUMENT` for any
 * other option that is wrong, before anything is sent (COS-ENT-022).
 */
export function toImprintBody(options: ImprintOptions, imprintId: string): ImprintBody {
  const unknown = describeUnknownPart(options, parts);
  if (unknown !== undefined) throw new CosmoError("INVALID_ARGUMENT", `the imprint ${unknown}`);
  const op = ops.get(options.op);
  if (op === undefined)
    throw misuse("op", `the op ${String(options.op)} is unknown; use ${[...ops.keys()].join(", ")}`);
  if (!isName(imprintId))
    throw misuse("imprintId", `the imprint id ${JSON.stringify(imprintId)} is not [A-Za-z0-9_-]{1,64}`);
  const entry = options.entry;
  if (entry === undefined && op !== ImprintOp.DELETE)
    throw misuse("entry", `${options.op} needs an entry, a plain object`);
  const { id, tags, content } = splitEntry(options);
  const mergeKey = options.mergeKey;
  if (mergeKey !== undefined && typeof mergeKey !== "string") throw misuse("mergeKey", "mergeKey is no string");
  if (mergeKey === undefined && id === undefined && op !== ImprintOp.ADD && op !== ImprintOp.APPEND) {
    throw misuse("mergeKey", `${options.op} needs to know which entry; give mergeKey, or the entry's id`);
  }
  return {
    op,
    id: readEntryId(id),
    mergeKey: mergeKey === undefined ? undefined : checkKey(mergeKey, ENTRY_KEY),
    content: { mediaType: "", data: writeContent(content), schema: "" },
    tags: readTags(tags),
    ifVersion: readIfVersion(options.ifVersion),
    ttl: writeDuration(readTtlMs(options.ttlMs)),
    imprintId,
    strategy: readStrategy(options.strategy),
  };
}

/** Lifts id and tags out of the entry, unless the options give one of them. */
function splitEntry(options: ImprintOptions): { id: Json | undefined; tags: Json | undefined; content: JsonObject } {
  const entry = readEntryOption(options.entry === undefined ? {} : options.entry);
  if (options.id !== undefined || options.tags !== undefined) {
    return { id: options.id, tags: options.tags, content: entry };
  }
  const { id, tags, ...content } = entry;
  return { id, tags, content };
}

function readEntryOption(entry: JsonObject): JsonObject {
  if (isJsonObject(entry) && isPlain(entry)) return entry;
  throw new CosmoError("INVALID_ENTRY", "the entry is no plain object", { field: "entry" });
}

function writeContent(value: JsonObject): Uint8Array {
  const text = canonicalText(value, "INVALID_ENTRY");
  return new TextEncoder().encode(checkContentSize({ value, text }).text);
}

function readEntryId(id: Json | undefined): string {
  if (id === undefined) return "";
  if (typeof id === "string" && isEntryId(id)) return id;
  throw new CosmoError(
    "INVALID_ENTRY",
    "the entry's id is not one that an Engram made (`eng_` and a ULID); to name an entry yourself, use mergeKey",
    { field: "id", requirement: "COS-ENT-022" },
  );
}

function readTags(tags: Json | undefined): string[] {
  if (tags === undefined) return [];
  if (!Array.isArray(tags)) throw new CosmoError("INVALID_ENTRY", "the entry's tags are no list", { field: "tags" });
  const strings = tags.map((tag: unknown) => {
    if (typeof tag === "string") return tag;
    throw new CosmoError("INVALID_ENTRY", "the entry's tags are not all strings", { field: "tags" });
  });
  return [...checkTags(strings, ENTRY_TAGS)];
}

function readIfVersion(ifVersion: number | undefined): bigint | undefined {
  if (ifVersion === undefined) return undefined;
  if (Number.isSafeInteger(ifVersion) && ifVersion >= 0) return BigInt(ifVersion);
  throw misuse("ifVersion", `ifVersion is ${String(ifVersion)}; it is a version, or 0 for nothing there`);
}

function readTtlMs(ttlMs: number | undefined): number | undefined {
  if (ttlMs === undefined || (Number.isSafeInteger(ttlMs) && ttlMs > 0)) return ttlMs;
  throw misuse("ttlMs", `ttlMs is ${String(ttlMs)}; it is a number of whole milliseconds above zero`);
}

function readStrategy(name: ImprintOptions["strategy"]): MergeStrategy {
  if (name === undefined) return MergeStrategy.UNSPECIFIED;
  const strategy = strategies.get(name);
  if (strategy !== undefined) return strategy;
  throw misuse("strategy", `the strategy ${String(name)} is unknown; use ${[...strategies.keys()].join(" or ")}`);
}

function misuse(field: string, message: string): CosmoError {
  return new CosmoError("INVALID_ARGUMENT", message, { field });
}

/** The hits of one Engram's answer, in its order. Throws `ENGRAM_FAILED` if the answer breaks the schema. */
export function toHits(body: RecalledBody): RecallHit[] {
  return body.hits.map((hit) => toHit(hit, body.engramId));
}

function toHit(hit: Hit, engramId: string): RecallHit {
  const entry = hit.entry;
  if (entry?.content === undefined || entry.createdAt === undefined || entry.updatedAt === undefined) {
    throw new CosmoError(
      "ENGRAM_FAILED",
      `Engram ${engramId} answered with a hit that lacks its entry, content or times`,
    );
  }
  const { value } = readJsonBytes(entry.content.data, "ENGRAM_FAILED");
  if (!isJsonObject(value)) {
    throw new CosmoError("ENGRAM_FAILED", `Engram ${engramId} answered with content that is no JSON object`);
  }
  return {
    engramId,
    id: entry.id,
    mergeKey: entry.mergeKey,
    content: value,
    tags: entry.tags,
    version: Number(entry.version),
    seq: entry.seq === undefined ? undefined : Number(entry.seq),
    createdAt: new Date(fromTimestamp(entry.createdAt)),
    updatedAt: new Date(fromTimestamp(entry.updatedAt)),
    expiresAt: entry.expiresAt === undefined ? undefined : new Date(fromTimestamp(entry.expiresAt)),
    provenance: entry.provenance === undefined ? undefined : readProvenance(entry.provenance),
    score: hit.score,
    sources: [engramId],
  };
}

function readProvenance({ source, traceId, imprintId }: WireProvenance): Provenance {
  return { source, traceId, imprintId };
}

/** The receipt of IMPRINTED for the caller of `imprint`. */
export function toReceipt(body: ImprintedBody): ImprintReceipt {
  return {
    engramId: body.engramId,
    id: body.id,
    mergeKey: body.mergeKey,
    version: Number(body.version),
    seq: body.seq === undefined ? undefined : Number(body.seq),
    created: body.created,
    deleted: body.deleted,
    replayed: body.replayed,
    durability: durabilityName(body.durability),
  };
}

/** An unknown durability promises the least. */
function durabilityName(durability: Durability): ImprintReceipt["durability"] {
  if (durability === Durability.DISK) return "disk";
  return durability === Durability.OS ? "os" : "memory";
}

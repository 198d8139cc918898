import { createHash } from "node:crypto";
import { toCosmoError } from "../../errors/index.js";
import type { ImprintReceipt, RecallHit, RecallQuery } from "../../neuron/index.js";
import { CliError } from "../core/cli-error.js";
import { silent, type Asked } from "./ask.js";
import type { FileEntry } from "./import-line.js";
import { identityOf } from "./import-line.js";
import { pagesOf } from "./pages.js";

/** What became of an entry of a file. */
export type Fate = "added" | "unchanged" | "conflict" | "expired";

/** Takes what became of an entry; of a conflict, why. */
export type Told = (entry: FileEntry, fate: Fate, why?: string) => void;

/** How a file is imported. */
export interface Importing extends Asked {
  /** True: nothing is changed, and what would be is told. */
  readonly isDry: boolean;
  readonly told: Told;
}

/** How often an imprint id may turn out to be used before: each time what it brought was deleted since. */
const roundsMax = 1_000;

/** Refusals after which what is there decides. */
const taken = new Set(["ALREADY_EXISTS", "ID_CONFLICT", "KIND_CONFLICT", "IDEMPOTENCY_MISMATCH"]);

/**
 * Brings a record where nothing lives under its key and id. What lives there stays: the same content and tags are
 * unchanged, anything else is a conflict.
 */
export async function importRecord(importing: Importing, entry: FileEntry): Promise<void> {
  const { told, isDry } = importing;
  if (isExpired(entry)) return told(entry, "expired");
  for (let round = 0; round < roundsMax; round += 1) {
    if (!isDry && (await put(importing, entry, round)) !== undefined) return told(entry, "added");
    const there = await findRecord(importing, entry);
    if (there !== undefined) return compare(there);
    if (isDry) return told(entry, "added");
    // The imprint id was used before, and what it brought was deleted since: the next round has another id.
  }
  throw endless(entry);

  function compare(there: RecallHit): void {
    if (there.seq === undefined && there.mergeKey === entry.mergeKey && identityOfHit(there) === entry.identity) {
      told(entry, "unchanged");
      return;
    }
    const place = entry.mergeKey === undefined ? entry.id : JSON.stringify(entry.mergeKey);
    told(entry, "conflict", `${place} holds something else, version ${there.version}`);
  }
}

/**
 * Brings the items of one sequence in their order, after those that are there already. If those are others, or in
 * another order, the rest is a conflict: items are never put between.
 */
export async function importSequence(importing: Importing, items: AsyncIterable<FileEntry>): Promise<void> {
  const { told, isDry } = importing;
  let there: readonly RecallHit[] | undefined;
  let at = 0;
  let conflict: string | undefined;
  for await (const item of items) {
    if (isExpired(item)) {
      told(item, "expired");
      continue;
    }
    there ??= await findItems(importing, item);
    const held = there[at];
    at += 1;
    if (held !== undefined && (held.seq === undefined || identityOfHit(held) !== item.identity)) {
      conflict ??= `${JSON.stringify(item.mergeKey)} holds something else from version ${held.version} on`;
    }
    if (conflict !== undefined) told(item, "conflict", conflict);
    else if (held !== undefined) told(item, "unchanged");
    else if (isDry || (await append(importing, item))) told(item, "added");
    else {
      conflict = `${JSON.stringify(item.mergeKey)} became a record meanwhile`;
      told(item, "conflict", conflict);
    }
  }
}

/** False if the key is a record by now. */
async function append(importing: Importing, item: FileEntry): Promise<boolean> {
  for (let round = 0; round < roundsMax; round += 1) {
    try {
      if ((await put(importing, item, round)) !== undefined) return true;
    } catch (thrown) {
      if (toCosmoError(thrown, "INTERNAL").code === "KIND_CONFLICT") return false;
      throw thrown;
    }
  }
  throw endless(item);
}

function endless({ id }: FileEntry): CliError {
  return new CliError("ENGRAM_FAILED", `the Engram says of ${id} that it was imprinted before, and does not have it`, {
    hint: "Import it again in two hours, when imprint ids are forgotten.",
  });
}

/** Imprints an entry; undefined if the imprint id was used before, or something lives there. */
async function put(importing: Importing, entry: FileEntry, round: number): Promise<ImprintReceipt | undefined> {
  const { dendrite, engramId, timeoutMs, abort } = importing;
  const { id, mergeKey, content, tags, seq, expiresAt } = entry;
  try {
    const { receipt } = await dendrite.imprint(
      { directedId: engramId },
      {
        op: seq === undefined ? "add" : "append",
        entry: content,
        tags,
        imprintId: imprintIdOf(entry, round),
        deadlineMs: timeoutMs,
        abort,
        // Items get ids of their own: an append never takes one.
        ...(seq === undefined ? { id } : {}),
        ...(mergeKey === undefined ? {} : { mergeKey }),
        ...(expiresAt === undefined ? {} : { ttlMs: Math.max(1, expiresAt.getTime() - Date.now()) }),
      },
    );
    return receipt?.replayed === false ? receipt : undefined;
  } catch (thrown) {
    const { code, detail } = toCosmoError(thrown, "INTERNAL");
    const isKind = code === "KIND_CONFLICT" && seq !== undefined && !detail.replayed;
    if (taken.has(code) && !isKind) return undefined;
    throw thrown;
  }
}

/** The same for the same entry, so that a repeated import is a repeated imprint. */
function imprintIdOf({ id, mergeKey, seq, expiresAt, identity }: FileEntry, round: number): string {
  const facts = [id, mergeKey ?? null, seq ?? null, expiresAt?.getTime() ?? null, identity, round];
  return `imp_${createHash("sha256").update(JSON.stringify(facts)).digest("base64url")}`;
}

/** What lives under the id of a record, else under its key. */
async function findRecord(importing: Importing, { id, mergeKey }: FileEntry): Promise<RecallHit | undefined> {
  const [byId] = await findOne(importing, { ids: [id] });
  if (byId !== undefined || mergeKey === undefined) return byId;
  const [byKey] = await findOne(importing, { mergeKey });
  return byKey;
}

async function findOne(asked: Asked, query: RecallQuery): Promise<readonly RecallHit[]> {
  const { dendrite, engramId, timeoutMs, abort } = asked;
  const options = { query, mode: "first", deadlineMs: timeoutMs, abort } as const;
  const { hits, missing } = await dendrite.recall({ directedId: engramId }, options);
  if (missing.length > 0) throw silent(engramId, timeoutMs);
  return hits;
}

/** What lives under the key of a sequence, oldest item first. */
async function findItems(asked: Asked, { mergeKey = "" }: FileEntry): Promise<readonly RecallHit[]> {
  const found: RecallHit[] = [];
  for await (const hits of pagesOf(asked, { mergeKey })) found.push(...hits);
  return found.sort((left, right) => (left.seq ?? 0) - (right.seq ?? 0));
}

function identityOfHit({ content, tags }: RecallHit): string {
  return identityOf(content, tags);
}

function isExpired({ expiresAt }: FileEntry): boolean {
  return expiresAt !== undefined && expiresAt.getTime() <= Date.now();
}

import { ImprintOp, MergeStrategy, type ImprintBody } from "../../gen/cosmonapse/v1/memory.js";
import type { Content } from "../../gen/cosmonapse/v1/task.js";
import { LIMIT_TABLE } from "../../gen/cosmonapse/v1/tables.js";
import { CosmoError, readDuration } from "../errors/index.js";
import type { Json, JsonObject } from "../foundation/index.js";
import { isName } from "../signal/index.js";
import { canonicalText, isJsonObject, readJsonBytes, type Canonical } from "./canonical.js";
import { utf8Length } from "./code-points.js";
import { checkKey, checkTags, ENTRY_KEY, ENTRY_TAGS, isEntryId } from "./entry.js";
import { fingerprint, type Digest } from "./fingerprint.js";

/** An imprint whose form is right: everything that can be checked without looking at the store was. */
export interface ImprintPlan {
  /** The op, one of the five. */
  readonly op: ImprintOp;
  /** The entry that is addressed. */
  readonly id: string | undefined;
  /** The key that is addressed. */
  readonly mergeKey: string | undefined;
  /** The content, or the patch. */
  readonly content: Canonical<JsonObject>;
  /** Each once, in ascending order of code points. */
  readonly tags: readonly string[];
  /** The version that must live there; zero: nothing. */
  readonly ifVersion: bigint | undefined;
  /** How long the entry stays visible, milliseconds. */
  readonly ttlMs: number | undefined;
  /** The key of idempotency. */
  readonly imprintId: string;
  /** How merge combines. */
  readonly strategy: MergeStrategy;
}

/** Longer than the calendar of a Timestamp, which ends with the year 9999. */
const ttlMaxMs = 200_000_000_000_000;

/**
 * Reads an IMPRINT; `signalId` is its imprint id unless it names one. Throws `INVALID_ENTRY` for whatever is wrong with
 * the form, `UNIMPLEMENTED` for an op or strategy of a later version (COS-OP-013, COS-OP-017, COS-OP-019, COS-OP-021,
 * COS-OP-030, COS-OP-031, COS-OP-032).
 */
export function readImprint(body: ImprintBody, signalId: string): ImprintPlan {
  const id = body.id === "" ? undefined : body.id;
  if (id !== undefined && !isEntryId(id))
    throw refuse("COS-ENT-001", "id", `the id ${show(id)} is not \`eng_\` and a ULID; use merge_key`);
  const plan: ImprintPlan = {
    op: body.op,
    id,
    mergeKey: body.mergeKey === undefined ? undefined : checkKey(body.mergeKey, ENTRY_KEY),
    content: readContent(body.content, body.op),
    tags: checkTags(body.tags, ENTRY_TAGS),
    ifVersion: body.ifVersion,
    ttlMs: readTtl(body),
    imprintId: body.imprintId === "" ? signalId : body.imprintId,
    strategy: body.strategy === MergeStrategy.UNSPECIFIED ? MergeStrategy.MERGE_PATCH : body.strategy,
  };
  if (!isName(plan.imprintId))
    throw refuse("COS-OP-021", "imprint_id", `the imprint id ${show(plan.imprintId)} is not [A-Za-z0-9_-]{1,64}`);
  checkOp(plan);
  return plan;
}

function readContent(content: Content | undefined, op: ImprintOp): Canonical<JsonObject> {
  if (content === undefined) {
    if (op === ImprintOp.DELETE) return { value: {}, text: "{}" };
    throw refuse("COS-OP-032", "content", "there is no content; send a JSON object");
  }
  const mediaType = content.mediaType.toLowerCase();
  if (mediaType !== "" && mediaType !== "application/json") {
    throw refuse("COS-ENT-002", "content", `the content is ${show(content.mediaType)}; an entry is application/json`);
  }
  const { value, text } = readJsonBytes(content.data, "INVALID_ENTRY");
  if (!isJsonObject(value)) throw refuse("COS-ENT-002", "content", "the content is no JSON object");
  return checkContentSize({ value, text });
}

/** Refuses content over 1 MiB in its canonical form (COS-ENT-006); gives it back. */
export function checkContentSize(content: Canonical<JsonObject>): Canonical<JsonObject> {
  const sizeMax = LIMIT_TABLE.entryBytes.standard;
  if (content.text.length <= sizeMax / 3) return content;
  const size = utf8Length(content.text);
  if (size <= sizeMax) return content;
  throw refuse(
    "COS-ENT-006",
    "content",
    `the content has ${size} bytes in its RFC 8785 form, more than ${sizeMax}; keep less in one entry`,
  );
}

function readTtl(body: ImprintBody): number | undefined {
  const ms = readDuration(body.ttl);
  if (ms === undefined || body.ttl === undefined) return undefined;
  const isWhole = body.ttl.nanos % 1_000_000 === 0;
  if (isWhole && ms > 0 && ms <= ttlMaxMs) return ms;
  throw refuse(
    "COS-OP-019",
    "ttl",
    "the ttl is not a number of whole milliseconds above zero that ends before the year 9999",
  );
}

function checkOp(plan: ImprintPlan): void {
  const isAddressed = plan.id !== undefined || plan.mergeKey !== undefined;
  if (plan.op === ImprintOp.UNSPECIFIED)
    throw refuse("COS-OP-030", "op", "there is no op; use add, append, merge, upsert or delete");
  if (plan.op > ImprintOp.DELETE || plan.op < 0) {
    throw new CosmoError("UNIMPLEMENTED", `this Engram does not know op ${plan.op}`, {
      field: "op",
      requirement: "COS-OP-030",
    });
  }
  if (plan.strategy > MergeStrategy.DEEP_UNION || plan.strategy < 0) {
    throw new CosmoError("UNIMPLEMENTED", `this Engram does not know strategy ${plan.strategy}`, {
      field: "strategy",
      requirement: "COS-OP-030",
    });
  }
  if (plan.op === ImprintOp.APPEND && plan.id !== undefined) {
    throw refuse("COS-OP-031", "id", "append always makes a new entry; leave out the id");
  }
  if (plan.op === ImprintOp.DELETE && plan.ttlMs !== undefined)
    throw refuse("COS-OP-019", "ttl", "a delete has no ttl; leave it out");
  if (isAddressed) return;
  if (plan.op !== ImprintOp.ADD && plan.op !== ImprintOp.APPEND) {
    throw refuse("COS-OP-013", "merge_key", "merge, upsert and delete need to know which entry; give merge_key or id");
  }
  if (plan.ifVersion !== undefined)
    throw refuse("COS-OP-017", "if_version", "if_version needs a merge_key or an id to look at");
}

function refuse(requirement: string, field: string, message: string): CosmoError {
  return new CosmoError("INVALID_ENTRY", message, { field, requirement });
}

function show(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}

/** What makes two imprints the same: everything but the imprint id (COS-OP-025). */
function identityOf(plan: ImprintPlan): Json {
  return [
    plan.op,
    plan.mergeKey ?? null,
    plan.id ?? null,
    plan.content.text,
    plan.tags,
    plan.ifVersion?.toString() ?? null,
    plan.ttlMs ?? null,
    plan.op === ImprintOp.MERGE ? plan.strategy : null,
  ];
}

/** The fingerprint of an imprint: SHA-256 over what makes it the same as another. */
export function fingerprintImprint(plan: ImprintPlan): Promise<string> {
  return fingerprint(identityOf(plan));
}

/** The same fingerprint at once, where SHA-256 can be had at once. */
export function digestImprint(plan: ImprintPlan, digest: Digest): string {
  return digest(canonicalText(identityOf(plan), "INTERNAL"));
}

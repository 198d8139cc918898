import { ImprintOp, MergeStrategy, type Durability, type ImprintedBody } from "../../gen/cosmonapse/v1/memory.js";
import { CosmoError, type CosmoErrorOptions } from "../errors/index.js";
import type { JsonObject } from "../foundation/index.js";
import { canonicalText, isJsonObject } from "./canonical.js";
import { checkTags, ENTRY_TAGS, type StoredEntry } from "./entry.js";
import { checkContentSize, type ImprintPlan } from "./imprint-plan.js";
import { deepUnion, mergePatch } from "./merge.js";
import type { Outcome } from "./outcome.js";

/**
 * What a driver has loaded of the place that an imprint addresses, in the transaction of its effect and after what has
 * expired became a tombstone. The key is the one that the imprint names, or else that of the entry which it names.
 */
export interface Scene {
  /** The live entry with the imprint's id. */
  readonly byId: StoredEntry | undefined;
  /** The last version of the imprint's id, also of one that no longer lives. Zero: none is known. */
  readonly idVersion: bigint;
  /** The live record under the key. */
  readonly record: StoredEntry | undefined;
  /** True if items live under the key. */
  readonly isSequence: boolean;
  /** The last version of the key, also of one under which nothing lives. Zero: none is known. */
  readonly keyVersion: bigint;
  /** The number of the last item ever appended under the key. Zero: none. */
  readonly lastSeq: bigint;
}

/** What else a decision needs. */
export interface Stamp {
  /** The store's clock. */
  readonly nowMs: number;
  /** Makes the id of a new entry. */
  readonly entryId: () => string;
  /** The participant that imprints. */
  readonly source: string;
  /** The trace of the imprint. */
  readonly traceId: string;
  /** The Engram that answers. */
  readonly engramId: string;
  /** How safely it keeps. */
  readonly durability: Durability;
}

/** What a driver has to do. Every effect also sets the counters of the key and of the ids to its version. */
export type Effect =
  /** Insert the entry, or replace the one with the same id. */
  | { readonly kind: "put"; readonly entry: StoredEntry }
  /** Remove one entry. */
  | { readonly kind: "remove"; readonly id: string; readonly version: bigint }
  /** Remove the whole sequence of a key. */
  | { readonly kind: "clear"; readonly mergeKey: string; readonly version: bigint };

/** The decision on one imprint. */
export interface Decision {
  /** What the sender is told, now and whenever it repeats the imprint. */
  readonly outcome: Outcome;
  /** What changes. Undefined: nothing. */
  readonly effect: Effect | undefined;
}

/**
 * Decides one imprint: the same for every backend, without side effects (COS-OP-001 to COS-OP-020). Conditions are
 * checked in a fixed order: `ID_CONFLICT`, `KIND_CONFLICT`, `VERSION_CONFLICT`, `ALREADY_EXISTS`, the limits of a
 * merged entry (COS-OP-029).
 */
export function decideImprint(plan: ImprintPlan, scene: Scene, stamp: Stamp): Decision {
  try {
    checkState(plan, scene);
    return plan.op === ImprintOp.DELETE ? decideDelete(plan, scene, stamp) : decidePut(plan, scene, stamp);
  } catch (thrown) {
    if (thrown instanceof CosmoError) return { outcome: { rejection: thrown.detail }, effect: undefined };
    throw thrown;
  }
}

/** The one entry that lives where the imprint points. */
function currentEntry(plan: ImprintPlan, scene: Scene): StoredEntry | undefined {
  return plan.id === undefined ? scene.record : scene.byId;
}

/** The version that lives where the imprint points; zero: nothing lives there. */
function currentVersion(plan: ImprintPlan, scene: Scene): bigint {
  const entry = currentEntry(plan, scene);
  if (entry !== undefined) return entry.version;
  return plan.id === undefined && scene.isSequence ? scene.keyVersion : 0n;
}

function checkState(plan: ImprintPlan, scene: Scene): void {
  const keyIsLive = scene.record !== undefined || scene.isSequence;
  if (plan.id !== undefined && plan.mergeKey !== undefined) {
    const isElsewhere = scene.byId === undefined ? keyIsLive : scene.byId.mergeKey !== plan.mergeKey;
    if (isElsewhere)
      throw refuse("ID_CONFLICT", `${at(plan)}: the key and the id are not of one entry; give one of them`);
  }
  const isItem = plan.id === undefined ? scene.isSequence : scene.byId?.seq !== undefined;
  if (plan.op === ImprintOp.APPEND) {
    if (scene.record !== undefined) throw refuse("KIND_CONFLICT", `${at(plan)} is a record; append grows a sequence`);
  } else if (plan.op !== ImprintOp.DELETE && isItem) {
    throw refuse("KIND_CONFLICT", `${at(plan)} is a sequence; append to it, or delete it first`);
  }
  const version = currentVersion(plan, scene);
  if (plan.ifVersion !== undefined && plan.ifVersion !== version) {
    const found = version === 0n ? "nothing" : `version ${version}`;
    throw refuse(
      "VERSION_CONFLICT",
      `${at(plan)} has ${found}, not version ${plan.ifVersion}; recall it and decide anew`,
      {
        currentVersion: version,
        field: "if_version",
      },
    );
  }
  if (plan.op === ImprintOp.ADD && version !== 0n) {
    throw refuse("ALREADY_EXISTS", `${at(plan)} is there in version ${version}; use upsert or merge to change it`, {
      currentVersion: version,
    });
  }
}

function nextVersion(scene: Scene): bigint {
  return (scene.keyVersion > scene.idVersion ? scene.keyVersion : scene.idVersion) + 1n;
}

function decidePut(plan: ImprintPlan, scene: Scene, stamp: Stamp): Decision {
  const current = plan.op === ImprintOp.APPEND ? undefined : currentEntry(plan, scene);
  const isMerge = plan.op === ImprintOp.MERGE;
  const ttlEndMs = plan.ttlMs === undefined ? undefined : stamp.nowMs + plan.ttlMs;
  const entry: StoredEntry = {
    id: current?.id ?? plan.id ?? stamp.entryId(),
    mergeKey: current === undefined ? plan.mergeKey : current.mergeKey,
    contentText: isMerge ? mergeContent(plan, current) : plan.content.text,
    tags: isMerge ? checkTags([...(current?.tags ?? []), ...plan.tags], ENTRY_TAGS) : plan.tags,
    version: nextVersion(scene),
    createdAtMs: current?.createdAtMs ?? stamp.nowMs,
    // A store's clock that goes back does not make a newer version look older.
    updatedAtMs: Math.max(stamp.nowMs, current?.updatedAtMs ?? stamp.nowMs),
    expiresAtMs: ttlEndMs ?? (isMerge ? current?.expiresAtMs : undefined),
    seq: plan.op === ImprintOp.APPEND && plan.mergeKey !== undefined ? scene.lastSeq + 1n : undefined,
    writer: { source: stamp.source, traceId: stamp.traceId, imprintId: plan.imprintId },
  };
  const receipt = createReceipt(plan, stamp, {
    id: entry.id,
    mergeKey: entry.mergeKey,
    version: entry.version,
    seq: entry.seq,
    created: current === undefined,
  });
  return { outcome: { receipt }, effect: { kind: "put", entry } };
}

function mergeContent(plan: ImprintPlan, current: StoredEntry | undefined): string {
  const target = current === undefined ? {} : JSON.parse(current.contentText);
  const combine = plan.strategy === MergeStrategy.DEEP_UNION ? deepUnion : mergePatch;
  const value: JsonObject = combine(isJsonObject(target) ? target : {}, plan.content.value);
  return checkContentSize({ value, text: canonicalText(value, "INVALID_ENTRY") }).text;
}

function decideDelete(plan: ImprintPlan, scene: Scene, stamp: Stamp): Decision {
  const entry = currentEntry(plan, scene);
  const mergeKey = plan.mergeKey ?? entry?.mergeKey;
  if (entry !== undefined) {
    const version = nextVersion(scene);
    const receipt = createReceipt(plan, stamp, { id: entry.id, mergeKey, version, deleted: true });
    return { outcome: { receipt }, effect: { kind: "remove", id: entry.id, version } };
  }
  if (scene.isSequence && plan.id === undefined && mergeKey !== undefined) {
    const version = nextVersion(scene);
    const receipt = createReceipt(plan, stamp, { mergeKey, version, deleted: true });
    return { outcome: { receipt }, effect: { kind: "clear", mergeKey, version } };
  }
  const receipt = createReceipt(plan, stamp, { mergeKey, version: nextVersion(scene) - 1n });
  return { outcome: { receipt }, effect: undefined };
}

function createReceipt(plan: ImprintPlan, stamp: Stamp, parts: Partial<ImprintedBody>): ImprintedBody {
  return {
    engramId: stamp.engramId,
    id: "",
    mergeKey: undefined,
    version: 0n,
    seq: undefined,
    created: false,
    deleted: false,
    replayed: false,
    durability: stamp.durability,
    op: plan.op,
    ...parts,
  };
}

function at(plan: ImprintPlan): string {
  if (plan.mergeKey === undefined) return `entry ${plan.id ?? "without a key"}`;
  const key = `merge key ${JSON.stringify(plan.mergeKey.slice(0, 80))}`;
  return plan.id === undefined ? key : `${key} with entry ${plan.id}`;
}

const requirements = {
  ID_CONFLICT: "COS-OP-014",
  KIND_CONFLICT: "COS-OP-015",
  VERSION_CONFLICT: "COS-OP-016",
  ALREADY_EXISTS: "COS-OP-001",
} as const;

function refuse(code: keyof typeof requirements, message: string, options: CosmoErrorOptions = {}): CosmoError {
  return new CosmoError(code, message, { requirement: requirements[code], ...options });
}

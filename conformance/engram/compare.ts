import type { Data, DataObject } from "../synapse/case-file.js";
import { objectOf, objectsOf, textOf, toCount } from "../synapse/read-value.js";
import type { Value, ValueObject } from "../wire/value.js";
import type { VectorStep } from "./vector.js";

/** An answer of an Engram as vectors speak of it. */
export interface Answer {
  readonly receipt?: DataObject;
  readonly hits?: readonly DataObject[];
  readonly truncated?: boolean;
  readonly entries?: number;
  /** The detail of an ERROR. */
  readonly error?: ValueObject;
  /** What `as` binds: the id of the receipt, or the cursor. */
  readonly bind?: string;
}

function orNull<Seen extends Data>(value: Value | undefined, read: (value: Value) => Seen): Seen | null {
  return value === undefined ? null : read(value);
}

/** An IMPRINTED as vectors speak of it. */
export function viewReceipt(body: ValueObject): Answer {
  const receipt = {
    id: textOf(body["id"]),
    merge_key: orNull(body["merge_key"], textOf),
    version: toCount(body["version"]),
    seq: orNull(body["seq"], toCount),
    created: body["created"] === true,
    deleted: body["deleted"] === true,
    replayed: body["replayed"] === true,
  };
  return { receipt, bind: receipt.id };
}

/** A RECALLED as vectors speak of it: times are milliseconds from the start. */
export function viewAnswer(body: ValueObject, startMs: number): Answer {
  const hits = objectsOf(body["hits"]).map(({ entry, score }) => viewHit(objectOf(entry), score, startMs));
  return { hits, truncated: body["truncated"] === true, bind: textOf(body["cursor"]) };
}

function viewHit(entry: ValueObject, score: Value | undefined, startMs: number): DataObject {
  const sinceStart = (time: Value): number => {
    const { seconds, nanos } = objectOf(time);
    return toCount(seconds) * 1_000 + toCount(nanos) / 1_000_000 - startMs;
  };
  const data = objectOf(entry["content"])["data"];
  return {
    id: textOf(entry["id"]),
    merge_key: orNull(entry["merge_key"], textOf),
    content_text: new TextDecoder().decode(data instanceof Uint8Array ? data : new Uint8Array()),
    tags: Array.isArray(entry["tags"]) ? entry["tags"].map(String) : [],
    version: toCount(entry["version"]),
    seq: orNull(entry["seq"], toCount),
    created_ms: orNull(entry["created_at"], sinceStart),
    updated_ms: orNull(entry["updated_at"], sinceStart),
    expires_ms: orNull(entry["expires_at"], sinceStart),
    imprint_id: textOf(objectOf(entry["provenance"])["imprint_id"]),
    score: typeof score === "number" ? score : 0,
  };
}

/** How an answer differs from what its step expects, in words. Empty: it does not. */
export function compareStep(step: VectorStep, answer: Answer, bound: ReadonlyMap<string, string>): readonly string[] {
  if (answer.error !== undefined || step.error !== undefined) return compareError(step, answer.error);
  const hits = answer.hits ?? [];
  const wanted = step.hits ?? [];
  return [
    ...(step.receipt === undefined ? [] : compareParts("the receipt", [step.receipt, answer.receipt], bound)),
    ...same("truncated", step.truncated ?? answer.truncated, answer.truncated),
    ...same("entries", step.entries, answer.entries),
    ...(step.hits === undefined ? [] : same("the number of hits", wanted.length, hits.length)),
    ...wanted.flatMap((hit, index) => compareParts(`hit ${index + 1}`, [hit, hits[index]], bound)),
  ];
}

function compareError(step: VectorStep, error: ValueObject | undefined): readonly string[] {
  const { error: code, current_version: version, replayed } = step;
  return [
    ...same("the code of the error", code ?? "none", textOf(error?.["code"]) || "none"),
    ...(version === undefined ? [] : same("current_version", version, toCount(error?.["current_version"]))),
    ...(replayed === undefined ? [] : same("replayed", replayed, error?.["replayed"] === true)),
  ];
}

function compareParts(
  what: string,
  [wanted, seen]: readonly [DataObject, DataObject | undefined],
  bound: ReadonlyMap<string, string>,
): readonly string[] {
  return Object.entries(wanted).flatMap(([part, value]) => {
    const real = typeof value === "string" ? (bound.get(value) ?? value) : value;
    return same(`${what}.${part}`, real, seen?.[part]);
  });
}

function same(what: string, wanted: unknown, seen: unknown): readonly string[] {
  const [left, right] = [JSON.stringify(wanted), JSON.stringify(seen)];
  return left === right ? [] : [`${what}: wanted ${left ?? "nothing"}, got ${right ?? "nothing"}`];
}

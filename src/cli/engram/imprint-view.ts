import type { ImprintOptions, ImprintReceipt, ImprintResult } from "../../neuron/index.js";
import type { Output } from "../core/output.js";
import { plainText } from "./plain-text.js";

function receiptToJson(receipt: ImprintReceipt): Readonly<Record<string, unknown>> {
  const { engramId, id, mergeKey, version, seq, created, deleted, replayed, durability } = receipt;
  return {
    engram_id: engramId,
    ...(id === "" ? {} : { id }),
    ...(mergeKey === undefined ? {} : { merge_key: mergeKey }),
    version,
    ...(seq === undefined ? {} : { seq }),
    created,
    deleted,
    replayed,
    durability,
  };
}

/** The result of an imprint as JSON: names as in the schema, nothing that is absent. */
export function resultToJson(done: ImprintResult): Readonly<Record<string, unknown>> {
  const { imprintId, acknowledged, receipts, partial, missing, errors } = done;
  return {
    imprint_id: imprintId,
    acknowledged,
    receipts: receipts.map(receiptToJson),
    partial,
    missing,
    errors: errors.map(({ engramId, code, message }) => ({ engram_id: engramId, code, message })),
  };
}

/** A line for each receipt. */
export function imprintText(op: ImprintOptions["op"], done: ImprintResult, { colors }: Output): string {
  if (!done.acknowledged && done.receipts.length === 0) return `sent      imprint id ${done.imprintId}`;
  return done.receipts.map(line).join("\n");

  function line(receipt: ImprintReceipt): string {
    const { engramId, id, mergeKey, version, seq, replayed, durability } = receipt;
    const parts = [
      colors.green(verbOf(op, receipt).padEnd(9)),
      colors.cyan(plainText(mergeKey ?? id)),
      `v${version}`,
      ...(seq === undefined ? [] : [`item ${seq}`]),
      ...(mergeKey === undefined || id === "" ? [] : [colors.dim(id)]),
      colors.dim(`in ${engramId} (${durability})`),
      ...(replayed ? [colors.yellow("replayed")] : []),
    ];
    return parts.filter((part) => part !== "").join(" ");
  }
}

function verbOf(op: ImprintOptions["op"], { created, deleted }: ImprintReceipt): string {
  if (op === "delete") return deleted ? "deleted" : "nothing";
  if (op === "append") return "appended";
  if (created) return "added";
  return op === "merge" ? "merged" : "replaced";
}

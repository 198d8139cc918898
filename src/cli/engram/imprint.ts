import type { ImprintOptions, ImprintReceipt, ImprintResult } from "../../neuron/index.js";
import type { Call } from "../core/call.js";
import type { ExitCode } from "../core/exit-code.js";
import { ask, describePartial, readAddress } from "./ask.js";
import type { AskFlags } from "./declare-ask.js";
import { plainText } from "./plain-text.js";
import { composeEntry, readJsonFlag } from "./read-flags.js";
import type { Output } from "../core/output.js";

interface ImprintFlags extends AskFlags {
  readonly op: ImprintOptions["op"];
  readonly entry?: string;
  readonly id?: string;
  readonly mergeKey?: string;
  readonly tag: readonly string[];
  readonly ifVersion?: number;
  /** Milliseconds. */
  readonly ttl?: number;
  readonly strategy?: "merge-patch" | "deep-union";
  readonly imprintId?: string;
  readonly all?: boolean;
  readonly ack: boolean;
  readonly failOnPartial?: boolean;
}

/** `cosmo engram imprint`: one change, and its receipt. */
export async function run(call: Call<ImprintFlags>): Promise<ExitCode> {
  const { options, output, terminal, abort } = call;
  const address = readAddress(options);
  const { op, mergeKey, ifVersion, ttl, strategy, imprintId, all, ack, timeout } = options;
  const content = options.entry === undefined ? undefined : await readJsonFlag("entry", options.entry, terminal.stdin);
  const entry = composeEntry(content, options);
  const done = await ask(call, (dendrite) =>
    dendrite.imprint(address, {
      op,
      deadlineMs: timeout,
      abort,
      awaitAck: ack,
      ...(entry === undefined ? {} : { entry }),
      ...(mergeKey === undefined ? {} : { mergeKey }),
      ...(ifVersion === undefined ? {} : { ifVersion }),
      ...(ttl === undefined ? {} : { ttlMs: ttl }),
      ...(strategy === undefined ? {} : { strategy: strategy === "deep-union" ? "deepUnion" : "mergePatch" }),
      ...(imprintId === undefined ? {} : { imprintId }),
      ...(all === true ? { all } : {}),
    }),
  );
  await output.result(resultToJson(done), () => textOf(op, done, output));
  if (!done.partial) return 0;
  output.note(`cosmo: partial: ${describePartial(done)}`);
  return options.failOnPartial === true ? 8 : 0;
}

/** A receipt as JSON: names as in the schema, nothing that is absent. */
export function receiptToJson(receipt: ImprintReceipt): Readonly<Record<string, unknown>> {
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

/** The result of an imprint as JSON. */
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
export function textOf(op: ImprintOptions["op"], done: ImprintResult, { colors }: Output): string {
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

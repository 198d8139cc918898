import type { ImprintOptions } from "../../neuron/index.js";
import type { Call } from "../core/call.js";
import type { ExitCode } from "../core/exit-code.js";
import { ask, describePartial, readAddress } from "./ask.js";
import type { AskFlags } from "./flags.js";
import { imprintText, resultToJson } from "./imprint-view.js";
import { composeEntry, readJsonFlag } from "./read-flags.js";

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
  await output.result(resultToJson(done), () => imprintText(op, done, output));
  if (!done.partial) return 0;
  output.note(`cosmo: partial: ${describePartial(done)}`);
  return options.failOnPartial === true ? 8 : 0;
}

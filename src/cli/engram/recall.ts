import type { RecallOptions, RecallResult } from "../../neuron/index.js";
import type { Call } from "../core/call.js";
import type { ExitCode } from "../core/exit-code.js";
import { ask, describePartial, readAddress, silent } from "./ask.js";
import type { AskFlags, QueryFlags } from "./flags.js";
import { hitTable, hitToJson } from "./hit-view.js";
import { readQueryFlags } from "./read-flags.js";

interface RecallFlags extends AskFlags, QueryFlags {
  readonly mode: NonNullable<RecallOptions["mode"]>;
  readonly limit: number;
  readonly cursor?: string;
  readonly failOnPartial?: boolean;
}

/** `cosmo engram recall`: one page of what Engrams find. */
export async function run(call: Call<RecallFlags>): Promise<ExitCode> {
  const { options, output, terminal, abort } = call;
  const address = readAddress(options);
  const { mode, limit, cursor, timeout } = options;
  const conditions = await readQueryFlags(options, terminal.stdin);
  const query = { ...conditions, topK: limit, ...(cursor === undefined ? {} : { cursor }) };
  const found = await ask(call, (dendrite) => dendrite.recall(address, { query, mode, deadlineMs: timeout, abort }));
  const { engram, text } = options;
  if (engram !== undefined && found.missing.includes(engram)) throw silent(engram, timeout);
  if (output.format === "jsonl") for (const hit of found.hits) await output.record(hitToJson(hit), () => "");
  else await output.result(resultToJson(found), () => textOf());
  if (found.truncated) {
    output.note(
      found.cursor === undefined
        ? "cosmo: there is more; raise --limit, or ask one Engram alone for pages"
        : `cosmo: there is more; go on with --cursor ${found.cursor}`,
    );
  }
  if (!found.partial) return 0;
  output.note(`cosmo: partial: ${describePartial(found)}`);
  return options.failOnPartial === true ? 8 : 0;

  function textOf(): string {
    if (found.hits.length > 0)
      return hitTable(found.hits, output, { score: text !== undefined, engram: engram === undefined });
    output.note("cosmo: nothing was found");
    return "";
  }
}

function resultToJson(found: RecallResult): Readonly<Record<string, unknown>> {
  const { hits, partial, missing, errors, truncated, cursor } = found;
  return {
    hits: hits.map(hitToJson),
    partial,
    missing,
    errors: errors.map(({ engramId, code, message }) => ({ engram_id: engramId, code, message })),
    truncated,
    ...(cursor === undefined ? {} : { cursor }),
  };
}

import { toRecallBody, type Engram, type EngramCall } from "../../engram/index.js";
import type { Query, RecalledBody } from "../../../gen/cosmonapse/v1/memory.js";
import { toCosmoError } from "../../errors/index.js";
import type { Call } from "../core/call.js";
import { CliError } from "../core/cli-error.js";
import { confirm } from "./confirm.js";
import type { RemoveFlags } from "./flags.js";
import { readQueryFlags } from "./read-flags.js";
import { asLocal, openStore, type Served } from "./serve.js";
import { countOf } from "./plain-text.js";

/** The flags of what purges a store. */
export interface ForgetFlags extends RemoveFlags {
  readonly engramId: string;
  readonly namespace: string;
  readonly everything?: boolean;
}

/**
 * `cosmo engram forget`: purges entries from a store, beside whoever serves it. What an Engram calls forgetting is no
 * message of the protocol, so nobody can ask for it over a Synapse: it takes the file, or the DSN.
 */
export async function forgetIn(call: Call<ForgetFlags>, { create, store, explain }: Served): Promise<undefined> {
  const { options, output } = call;
  const query = await readForgetQuery(call);
  const explained = (thrown: unknown): never => {
    throw asLocal((explain ?? ((it: unknown) => toCosmoError(it, "ENGRAM_FAILED")))(thrown));
  };
  const { engram } = await openStore(create, options.namespace).catch(explained);
  const facts = { engram_id: options.engramId, namespace: options.namespace, store };
  const what = `of ${options.engramId} in namespace ${options.namespace} (${store})`;
  try {
    const found = await count(engram, query, callOf(call)).catch(explained);
    if (options.dryRun === true) {
      const text = `would forget ${countOf(found)} ${what}`;
      await output.result({ ...facts, dry_run: true, matched: found, forgotten: 0 }, () => text);
      return undefined;
    }
    const isMeant = await confirm(call, `Forget ${countOf(found)} ${what}, for ever?`);
    const { entries } = isMeant ? await engram.forget(options.namespace, query).catch(explained) : { entries: 0 };
    const result = { ...facts, dry_run: false, matched: found, forgotten: entries };
    await output.result(result, () => `forgot ${countOf(entries)} ${what}`);
    return undefined;
  } finally {
    await engram.close();
  }
}

/** The conditions of the flags; undefined: everything. */
async function readForgetQuery({ options, terminal }: Call<ForgetFlags>): Promise<Query | undefined> {
  const query = await readQueryFlags(options, terminal.stdin);
  const isEmpty = Object.keys(query).length === 0;
  if (isEmpty && options.everything === true) return undefined;
  if (!isEmpty && options.everything !== true) return toRecallBody({ query }, "all").query;
  const why = isEmpty ? "nothing says what to forget" : "--everything and a filter exclude each other";
  throw new CliError("INVALID_ARGUMENT", why, {
    field: "everything",
    hint: "Give a filter, for example --tag personal, or --everything.",
  });
}

function callOf({ options, abort }: Call<ForgetFlags>): EngramCall {
  const names = { source: "cosmo", traceId: "", signalId: "" };
  return { ...names, namespace: options.namespace, abort, pageBytes: 4_194_304 };
}

async function count(engram: Engram, query: Query | undefined, call: EngramCall): Promise<number> {
  const all = toRecallBody({ query: { topK: 1_000 } }, "all");
  let found = 0;
  let cursor = "";
  do {
    const page: RecalledBody = await engram.recall({ ...all, query: pageOf(query, all.query, cursor) }, call);
    found += page.hits.length;
    cursor = page.cursor;
  } while (cursor !== "");
  return found;
}

/** A page of the query; everything is what the empty query matches. */
function pageOf(query: Query | undefined, all: Query | undefined, cursor: string): Query | undefined {
  const conditions = query ?? all;
  return conditions === undefined ? undefined : { ...conditions, topK: 1_000, cursor };
}

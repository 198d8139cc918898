import { Durability } from "../../../gen/cosmonapse/v1/memory.js";
import { Dendrite } from "../../dendrite/index.js";
import type { Engram } from "../../engram/index.js";
import { toCosmoError, type CosmoError } from "../../errors/index.js";
import { createDeferred, type Deferred } from "../../foundation/index.js";
import { isName } from "../../signal/index.js";
import type { Call } from "../core/call.js";
import { CliError } from "../core/cli-error.js";
import { joinSynapse } from "../core/join.js";
import { removeReadyFile, writeReadyFile } from "../core/ready-file.js";
import { whyOver } from "../core/why-over.js";
import type { ServeFlags } from "./flags.js";

/** What is hosted. */
export interface Served {
  readonly create: () => Engram;
  /** Where the entries are, as it is shown: never with a password. */
  readonly store: string;
  /** Says of a failure of the store what the one who called should read. Default: as it is. */
  readonly explain?: (thrown: unknown) => CosmoError;
}

/**
 * Hosts an Engram on a Synapse until the command is told to end, then finishes what was accepted. Opens the store
 * first: what is wrong with it is said before anybody hears of the Engram. Throws CONFLICT if the id is taken by
 * another store.
 */
export async function serveEngram(call: Call<ServeFlags>, served: Served): Promise<void> {
  const { options, terminal, output, abort } = call;
  checkNames(options);
  const explain = served.explain ?? ((thrown: unknown) => toCosmoError(thrown, "ENGRAM_FAILED"));
  const { engram, storeId } = await openStore(served.create, options.namespace).catch((thrown: unknown) => {
    throw asLocal(explain(thrown));
  });
  const over = createDeferred<CosmoError | undefined>();
  try {
    await using synapse = await joinSynapse(options, terminal, abort);
    const dendrite = new Dendrite({
      synapse,
      namespace: options.namespace,
      onError: (error) => {
        void whyOver(dendrite).then((why) => {
          if (why === undefined) output.note(`cosmo: ${explain(error).message}`);
          else over.resolve(why);
        });
      },
    });
    await dendrite.attachEngram(engram);
    try {
      await dendrite.start().catch((thrown: unknown) => {
        throw explainTaken(thrown, options);
      });
      await announce(call, { engram, storeId, store: served.store });
      const error = await untilOver(abort, over);
      if (error !== undefined) throw error;
      output.note(`cosmo: ${options.engramId} is draining; a second Ctrl-C ends at once`);
    } finally {
      await dendrite.drain();
    }
  } finally {
    if (options.readyFile !== undefined) removeReadyFile(options.readyFile);
    await engram.close();
  }
}

function checkNames({ engramId, kind, namespace }: ServeFlags): void {
  const flags = { "engram-id": engramId, kind, namespace };
  for (const [flag, value] of Object.entries(flags)) {
    if (isName(value)) continue;
    const message = `--${flag}: ${JSON.stringify(value)} is no name: letters, digits, _ and -, at most 64`;
    throw new CliError("INVALID_ARGUMENT", message, { field: flag, hint: "Give another name." });
  }
}

/** Makes and opens an Engram; one that does not open is closed. */
export async function openStore(
  create: () => Engram,
  namespace: string,
): Promise<{ readonly engram: Engram; readonly storeId: string }> {
  const engram = create();
  try {
    const { storeId } = await engram.open(namespace);
    return { engram, storeId };
  } catch (thrown) {
    await engram.close();
    throw thrown;
  }
}

/** A store of our own that fails is not another side that answered: the operation failed. */
export function asLocal(error: CosmoError): CosmoError {
  if (error.code !== "ENGRAM_FAILED" || error instanceof CliError) return error;
  return new CliError("ENGRAM_FAILED", error.detail.message, { exit: 1, hint: "", cause: error });
}

function explainTaken(thrown: unknown, { engramId, namespace }: ServeFlags): unknown {
  const error = toCosmoError(thrown, "INTERNAL");
  if (error.code !== "CONFLICT") return thrown;
  return new CliError("CONFLICT", `--engram-id: '${engramId}' is taken in ${namespace}: ${error.detail.message}`, {
    field: "engram-id",
    hint: "Give another id, or serve the same store: replicas of one store share an id.",
    cause: thrown,
  });
}

async function announce(
  { options, output }: Call<ServeFlags>,
  { engram, storeId, store }: { readonly engram: Engram; readonly storeId: string; readonly store: string },
): Promise<void> {
  const { engramId, kind, namespace, url, readyFile } = options;
  const durability = (
    Object.entries(Durability).find(([, value]) => value === engram.durability)?.[0] ?? "memory"
  ).toLowerCase();
  const facts = { engram_id: engramId, kind, namespace, url, store, store_id: storeId, durability, pid: process.pid };
  if (readyFile !== undefined) writeReadyFile(readyFile, facts);
  const { bold, cyan, dim } = output.colors;
  const where = url === "cosmo://127.0.0.1:7070" ? "" : ` --url ${url}`;
  await output.result(facts, () =>
    [
      `${bold(cyan(engramId))}  ${kind} memory in namespace ${bold(namespace)} at ${url}`,
      dim(`  store    ${store}, acknowledged means ${kept[durability] ?? durability}`),
      dim(`  ask      cosmo engram recall --engram ${engramId} -n ${namespace}${where}`),
      dim(`  change   cosmo engram imprint --engram ${engramId} -n ${namespace}${where} --op add --entry '{"a":1}'`),
      dim("  stop     Ctrl-C"),
    ].join("\n"),
  );
}

const kept: Readonly<Record<string, string>> = {
  memory: "in memory: it ends with this process",
  os: "handed to the operating system",
  disk: "on disk",
};

/** Resolves when the command is told to end, or with why it cannot go on; keeps the process alive until then. */
async function untilOver(abort: AbortSignal, over: Deferred<CosmoError | undefined>): Promise<CosmoError | undefined> {
  const alive = setInterval(() => undefined, 2 ** 30);
  const end = (): void => over.resolve(undefined);
  abort.addEventListener("abort", end, { once: true });
  if (abort.aborted) end();
  try {
    return await over.promise;
  } finally {
    clearInterval(alive);
    abort.removeEventListener("abort", end);
  }
}

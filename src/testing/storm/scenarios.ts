import type { Engram } from "../../engram/index.js";
import { createCall, createRecall } from "../index.js";
import { checkHistory } from "./check-history.js";
import { askEngram } from "./engram-client.js";
import type { Operation, PlainContent } from "./history.js";
import { loadKeys, loadWords } from "./load.js";
import { openStore } from "./open-store.js";
import { Recorder } from "./recorder.js";
import { stormNamespace, type WriterOptions } from "./writer-options.js";
import { WriterProcess } from "./writer-process.js";

/** Two processes with eight writers each: the first sixteen in all. */
function startTwo(parts: Omit<WriterOptions, "seed" | "writers">): readonly WriterProcess[] {
  return [1, 2].map((seed) => new WriterProcess({ ...parts, seed, writers: 8 }));
}

/** Looks at everything that a load may have left, and writes down what it saw. */
export async function recallAll(recorder: Recorder): Promise<void> {
  const wishes = loadKeys.flatMap((key) => [{ key }, ...loadWords.map((text) => ({ key, text }))]);
  await Promise.all(wishes.map((wish) => recorder.ask("observer", { op: "recall", ...wish })));
}

/** Random wishes of sixteen writers in two processes; the history, and what is wrong with it. */
export async function runStorm(
  store: WriterOptions["store"],
  operations: number,
): Promise<{ history: readonly Operation[]; findings: readonly string[] }> {
  const processes = startTwo({ store, job: "storm", operations: Math.ceil(operations / 16) });
  const histories = await Promise.all(processes.map((one) => one.history()));
  await using engram = await openStore(store);
  const seen: Operation[] = [];
  await recallAll(new Recorder(engram, (line) => seen.push(line)));
  const history = [...histories.flat(), ...seen.filter(({ answer }) => answer !== undefined)];
  return { history, findings: checkHistory(history) };
}

/** Sixteen writers in two processes add one to a number, each so often; the number and its version in the end. */
export async function runCount(
  store: WriterOptions["store"],
  operations: number,
): Promise<{ number: unknown; version: number }> {
  await Promise.all(startTwo({ store, job: "count", operations }).map((one) => one.lines()));
  await using engram = await openStore(store);
  const { answer } = await askEngram(engram, stormNamespace, { op: "recall", key: "counter" });
  const [entry] = answer.kind === "entries" ? answer.entries : [];
  const content: PlainContent = JSON.parse(entry?.contentText ?? "{}");
  return { number: content["n"], version: entry?.version ?? 0 };
}

/** Sixteen writers in two processes append items and forget acknowledgements; the numbers and imprint ids of all items. */
export async function runAppend(
  store: WriterOptions["store"],
  operations: number,
): Promise<{ seqs: readonly number[]; imprintIds: ReadonlySet<string | undefined> }> {
  await Promise.all(startTwo({ store, job: "append", operations: operations / 16 }).map((one) => one.lines()));
  await using engram = await openStore(store);
  const entries = await pages(engram, "items");
  return {
    seqs: entries.map(({ seq }) => Number(seq)).sort((a, b) => a - b),
    imprintIds: new Set(entries.map(({ provenance }) => provenance?.imprintId)),
  };
}

async function pages(engram: Engram, mergeKey: string) {
  const entries = [];
  let cursor = "";
  do {
    const page = await engram.recall(
      createRecall({ mergeKey, topK: 1000, cursor }),
      createCall({ namespace: stormNamespace }),
    );
    for (const { entry } of page.hits) if (entry !== undefined) entries.push(entry);
    cursor = page.cursor;
  } while (cursor !== "");
  return entries;
}

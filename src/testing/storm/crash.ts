import { checkHistory } from "./check-history.js";
import { Dice } from "../index.js";
import { sharedClockNs, type Operation } from "./history.js";
import { openStore } from "./open-store.js";
import { Recorder } from "./recorder.js";
import { recallAll } from "./scenarios.js";
import type { WriterOptions } from "./writer-options.js";
import { WriterProcess } from "./writer-process.js";

/** What came of a row of crashes. */
export interface CrashReport {
  /** How many imprints were acknowledged before. */
  readonly acknowledged: number;
  /** How many were on their way when it happened, so that only a repeat told what they did. */
  readonly torn: number;
  /** What is wrong. */
  readonly findings: readonly string[];
}

/** What a writer does not get through before it is killed. */
const endless = Number.MAX_SAFE_INTEGER;

/** The writer that sends everything again. */
const heir = "heir";

/** How many acknowledged imprints come before a kill, at most. */
const acknowledgedMax = 40;

function isAcknowledged({ wish, answer }: Operation): boolean {
  return wish.op !== "recall" && answer !== undefined;
}

function report(history: readonly Operation[]): CrashReport {
  const told = history.filter((operation) => isAcknowledged(operation) && operation.writer !== heir);
  const known = new Set(told.map(({ wish }) => wish.imprintId));
  const torn = history.filter(({ wish, answer }) => wish.op !== "recall" && answer === undefined).length;
  return { acknowledged: known.size, torn, findings: checkHistory(history) };
}

/** After a crash: looks at everything, then sends every imprint again, those too whose outcome nobody knows. */
async function takeStock(store: WriterOptions["store"], before: readonly Operation[]): Promise<readonly Operation[]> {
  const history = new Map<number, Operation>();
  await using engram = await openStore(store);
  const recorder = new Recorder(engram, (line) => history.set(line.number, line));
  await recallAll(recorder);
  const wishes = new Map(before.map(({ wish }) => [wish.imprintId, wish]));
  wishes.delete(undefined);
  await Promise.all(Array.from(wishes.values(), (wish) => recorder.ask(heir, wish)));
  await recallAll(recorder);
  return [...history.values()];
}

/** Kills a writer process as soon as it was told of so many imprints. */
async function killAfter(options: WriterOptions, acknowledged: number): Promise<readonly Operation[]> {
  let count = 0;
  const writer = new WriterProcess(options, {
    onLine: (line) => {
      const operation: Operation = JSON.parse(line);
      if (isAcknowledged(operation)) count += 1;
      if (count === acknowledged) writer.kill();
    },
  });
  return writer.history();
}

/** Kills two hosts of one Engram at random moments, again and again, and opens the store anew after both. */
export async function crashHosts(store: WriterOptions["store"], kills: number): Promise<CrashReport> {
  const dice = new Dice(kills);
  const history: Operation[] = [];
  for (let seed = 1; seed <= kills; seed += 2) {
    const hosts = [seed, seed + 1].map((one) =>
      killAfter({ store, job: "storm", seed: one, writers: 4, operations: endless }, 1 + dice.below(acknowledgedMax)),
    );
    const before = (await Promise.all(hosts)).flat();
    history.push(...before, ...(await takeStock(store, before)));
  }
  return report(history);
}

/** A server of a database that can be killed. */
export interface Server {
  /** Ends every process of it at once. */
  kill(): Promise<void>;
  /** Starts it again on the same data. */
  restart(): Promise<void>;
}

/** Kills the server under two writer processes at random moments; they go on when it is back. */
export async function crashServer(server: Server, store: WriterOptions["store"], kills: number): Promise<CrashReport> {
  const dice = new Dice(kills);
  const outages: Outage[] = [];
  const seen: Operation[] = [];
  let left = 0;
  let reached: (() => void) | undefined;
  // A host that cannot even open its Engram says so and ends: the first kill comes when both have begun.
  const starting = new Set([1, 2]);
  const writers = [...starting].map((seed) => {
    const onLine = (line: string): void => {
      if (!isAcknowledged(JSON.parse(line))) return;
      starting.delete(seed);
      left -= 1;
      if (left <= 0 && starting.size === 0) reached?.();
    };
    return new WriterProcess({ store, job: "storm", seed, writers: 4, operations: endless }, { onLine });
  });
  for (let index = 0; index < kills; index += 1) {
    const isReached = new Promise<void>((resolve) => {
      left = 1 + dice.below(acknowledgedMax);
      reached = resolve;
    });
    // A writer that gives up is an error, and nothing to wait for.
    await Promise.race([isReached, ...writers.map((writer) => writer.lines())]);
    const fromNs = sharedClockNs();
    await server.kill();
    outages.push({ fromNs, toNs: sharedClockNs() });
    await server.restart();
    seen.push(...(await takeStock(store, [])));
  }
  for (const writer of writers) writer.kill();
  const before = (await Promise.all(writers.map((writer) => writer.history()))).flat();
  return report([...before, ...seen, ...brokenAttempts(before, outages), ...(await takeStock(store, before))]);
}

/** The instants between which a server was killed, of the shared clock. */
interface Outage {
  readonly fromNs: number;
  readonly toNs: number;
}

/** The attempts that broke when the server went: the driver made another for the same operation. */
function brokenAttempts(history: readonly Operation[], outages: readonly Outage[]): readonly Operation[] {
  return history
    .filter(({ sentNs, receivedNs = Infinity }) =>
      outages.some(({ fromNs, toNs }) => sentNs < toNs && fromNs < receivedNs),
    )
    .map(({ writer, wish, sentNs }) => ({ writer, wish, sentNs }));
}

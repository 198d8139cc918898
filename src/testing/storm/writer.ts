// The program of a writer process: it opens an Engram and puts a load on it, on the contract alone. What it has to say
// it writes at once to its stdout, so that whoever kills it knows what it was told before.
import { appendFileSync, writeSync } from "node:fs";
import type { Engram } from "../../engram/index.js";
import { Dice } from "../index.js";
import { askEngram } from "./engram-client.js";
import type { PlainContent } from "./history.js";
import { Load } from "./load.js";
import { openStore } from "./open-store.js";
import { Recorder } from "./recorder.js";
import { stormNamespace, type WriterOptions } from "./writer-options.js";

const options: WriterOptions = JSON.parse(process.argv[2] ?? "{}");

/** One writer of the process. */
interface Writer {
  readonly engram: Engram;
  readonly name: string;
  readonly seed: number;
}

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Writes a line; when it returns, the line has left the process. A full pipe is waited for. */
function say(line: object): void {
  let rest = Buffer.from(`${JSON.stringify(line)}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (thrown) {
      if (!(thrown instanceof Error && "code" in thrown && thrown.code === "EAGAIN")) throw thrown;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}

/** For how long at most a writer that lost gives way, milliseconds. */
const giveWayMs = 1_000;

/** How often a wish is sent while the backend fails. */
const triesMax = 20;

const recorders = new WeakMap<Engram, Recorder>();

/** Random wishes one after another, each recorded. What nobody knows the outcome of is sent again. */
async function storm({ engram, name, seed }: Writer): Promise<void> {
  const recorder = recorders.get(engram) ?? new Recorder(engram, say);
  recorders.set(engram, recorder);
  const load = new Load(name, seed);
  for (let done = 0; done < options.operations;) {
    const wishes = load.next();
    done += wishes.length;
    const asked = wishes.map(async (wish) => {
      for (let tries = 0; tries < triesMax; tries += 1) {
        const answer = await recorder.ask(name, wish);
        if (answer === undefined) continue;
        load.learn(wish, answer);
        return;
      }
      throw new Error(`the Engram failed ${triesMax} times: ${JSON.stringify(wish)}`);
    });
    await Promise.all(asked);
  }
}

/** Adds one to a number that all share, so often: reads it, writes the next, and begins again if another was first. */
async function count({ engram, name, seed }: Writer): Promise<void> {
  const dice = new Dice(seed);
  const key = "counter";
  let tries = 0;
  for (let done = 0; done < options.operations; tries += 1) {
    const { answer } = await askEngram(engram, stormNamespace, { op: "recall", key });
    const [entry] = answer.kind === "entries" ? answer.entries : [];
    const content: PlainContent = entry === undefined ? { n: 0 } : JSON.parse(entry.contentText);
    const { answer: said } = await askEngram(engram, stormNamespace, {
      op: "upsert",
      key,
      imprintId: `${name}-${tries}`,
      content: { n: Number(content["n"]) + 1 },
      ifVersion: entry?.version ?? 0,
    });
    if (said.kind === "receipt") done += 1;
    // Whoever lost gives way, else all of them lose to one again.
    else await new Promise((resume) => setTimeout(resume, dice.below(giveWayMs)));
  }
}

/** Appends items. Of a third of the acknowledgements nothing is known, so that the same imprint is sent again. */
async function append({ engram, name, seed }: Writer): Promise<void> {
  const dice = new Dice(seed);
  for (let done = 0; done < options.operations; done += 1) {
    const wish = { op: "append", key: "items", imprintId: `${name}-${done}`, content: { n: done } } as const;
    do await askEngram(engram, stormNamespace, wish);
    while (dice.below(3) === 0);
  }
}

/** Imprints one after another; says of each how it is kept, and marks it in the log of syncs, if there is one. */
async function upsert({ engram, name }: Writer): Promise<void> {
  const log = process.env["COSMO_SYNC_LOG"];
  for (let done = 0; done < options.operations; done += 1) {
    const wish = { op: "upsert", key: "k", imprintId: `${name}-${done}`, content: { n: done } } as const;
    await askEngram(engram, stormNamespace, wish);
    if (log !== undefined) appendFileSync(log, "acknowledged\n");
    say({ acknowledged: done, durability: engram.durability });
  }
}

const jobs = { storm, count, append, upsert } as const;
const engram = await openStore(options.store);
await Promise.all(
  Array.from({ length: options.writers }, (_, index) =>
    jobs[options.job]({ engram, name: `w${options.seed}_${index}`, seed: options.seed * 1000 + index }),
  ),
);
await engram.drain();

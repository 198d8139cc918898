import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { Exchange } from "../../gen/cosmonapse/v1/options.js";
import { Axon, createIdSource, createSignal, Dendrite, encodeSignal, MemorySynapse, type Session } from "../index.js";
import { systemClock } from "../foundation/index.js";

declare const gc: (() => void) | undefined;

const namespace = "bench";
const ids = createIdSource();
const futureEvent = 900;

/** Rates of several runs, in the order of their size. */
interface Rates {
  readonly name: string;
  readonly sorted: readonly number[];
}

async function measureRates(name: string, runs: number, run: () => Promise<number>): Promise<Rates> {
  const rates: number[] = [];
  for (let count = 0; count < runs; count += 1) rates.push(await run());
  return { name, sorted: rates.toSorted((one, other) => one - other) };
}

function print({ name, sorted }: Rates): void {
  const [low, median, high] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].map((rate) =>
    Math.round(rate ?? Number.NaN).toLocaleString("en"),
  );
  process.stdout.write(`${name.padEnd(52)} ${String(median).padStart(9)}/s  (${low}–${high})\n`);
}

interface Pair {
  readonly asker: Dendrite;
  close(): Promise<void>;
}

async function openPair(): Promise<Pair> {
  const synapse = new MemorySynapse();
  const worker = new Dendrite({ synapse, namespace, dendriteId: "worker" });
  await worker.attachAxon(new Axon({ neuronId: "echo", neuron: (input) => input, maxInFlight: 1_024 }));
  const asker = new Dendrite({ synapse, namespace, dendriteId: "asker", role: "orchestrator" });
  await worker.start();
  await asker.start();
  const close = async (): Promise<void> => {
    for (const one of [asker, worker, synapse]) await one.close();
  };
  return { asker, close };
}

/** Round trips a second: TASK there, AGENT_OUTPUT back, FINAL behind it. */
async function roundTrips({ asker }: Pair, { count, inFlight }: { count: number; inFlight: number }): Promise<number> {
  const input = { question: "what is the meaning of life?" };
  let left = count;
  const ask = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await asker.dispatchAndWait({ neuron: "echo", input });
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: inFlight }, ask));
  return (count * 1_000) / (performance.now() - start);
}

/** An EVENT of about 650 bytes, of a type that no version knows: it goes to observers only. */
function makeEvent(traceId: string): Uint8Array {
  const draft = {
    traceId,
    source: "publisher",
    exchange: Exchange.EVENT,
    body: { $case: "stopped", value: { requestId: "" } },
  } as const;
  const signal: Signal = { ...createSignal(draft, ids, systemClock), body: undefined };
  const length = 512;
  const body = new Uint8Array(length + 2).fill(120);
  body.set([(length & 0x7f) | 0x80, length >> 7]);
  return encodeSignal({ ...signal, _unknownFields: { [(futureEvent << 3) | 2]: [body] } });
}

/** An observer's side of a fan-out: counts what comes, and says when a number of them is there. */
class Counter {
  delivered = 0;
  missed = 0;
  #due = Infinity;
  #onDue: () => void = () => undefined;

  deliver(): void {
    this.delivered += 1;
    if (this.delivered >= this.#due) this.#onDue();
  }

  gap(): void {
    this.missed += 1;
  }

  live(): void {}

  credit(): void {}

  ended(): void {}

  /** Resolves when so many were delivered. */
  reached(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#due = count;
      this.#onDue = resolve;
      if (this.delivered >= count) resolve();
    });
  }
}

/** Published Signals that may be ahead of the slowest observer; a gap begins at 4,096. */
const aheadMax = 2_000;

/** Signals that observers get a second, all of them together; none is missed. */
async function fanOut(observers: number, count: number): Promise<number> {
  const synapse = new MemorySynapse();
  const counter = new Counter();
  for (let index = 0; index < observers; index += 1) {
    const session = await synapse.open({ namespace, dendriteId: `observer-${index}` }, counter);
    await session.subscribe("all", { types: [futureEvent], traceIds: [], participants: [] });
  }
  const publisher = await synapse.open({ namespace, dendriteId: "publisher" }, new Counter());
  const traceId = ids.traceId();
  const events = Array.from({ length: count }, () => makeEvent(traceId));
  const start = performance.now();
  for (let sent = 0; sent < count; sent += aheadMax) {
    await publishAll(publisher, events.slice(sent, sent + aheadMax));
    await counter.reached(observers * Math.min(count, sent + aheadMax));
  }
  const rate = (observers * count * 1_000) / (performance.now() - start);
  await synapse.close();
  if (counter.missed > 0) process.stdout.write(`${counter.missed} gaps: the rate is not comparable\n`);
  return rate;
}

async function publishAll(publisher: Session, events: readonly Uint8Array[]): Promise<void> {
  for (const event of events) {
    const { rejection } = await publisher.publish(event);
    if (rejection !== undefined) process.stdout.write(`refused: ${rejection.message}\n`);
  }
}

/** The heap after so many Signals, each round trip being three, megabytes. */
async function growth(steps: readonly number[]): Promise<void> {
  const pair = await openPair();
  let done = 0;
  for (const signals of steps) {
    await roundTrips(pair, { count: Math.floor((signals - done) / 3), inFlight: 64 });
    done = signals;
    gc?.();
    const megabytes = process.memoryUsage().heapUsed / 1_048_576;
    process.stdout.write(
      `heap after ${String(signals.toLocaleString("en")).padStart(9)} Signals ${megabytes.toFixed(1).padStart(30)} MiB\n`,
    );
  }
  await pair.close();
}

/** Round trips, fan-out and memory on `MemorySynapse`; medians of five. */
export async function benchBus(): Promise<void> {
  const pair = await openPair();
  await roundTrips(pair, { count: 5_000, inFlight: 16 });
  for (const inFlight of [1, 256]) {
    const rates = await measureRates(`dispatchAndWait, ${inFlight} in flight`, 5, () =>
      roundTrips(pair, { count: 10_000, inFlight }),
    );
    print(rates);
  }
  await pair.close();
  for (const observers of [1, 10]) {
    print(await measureRates(`publish → observe, delivered to ${observers}`, 5, () => fanOut(observers, 20_000)));
  }
  await growth([3_000, 200_000, 400_000, 600_000, 800_000, 1_000_000, 1_200_000]);
}

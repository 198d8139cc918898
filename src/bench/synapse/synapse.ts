import { cpus } from "node:os";
import { median, medianLatency, type Latency } from "../engrams/figures.js";
import type { Job, System } from "./jobs.js";
import { End, startBroker, type Broker } from "./processes.js";

const rounds = process.argv.includes("--quick") ? 1 : 5;
const share = process.argv.includes("--quick") ? 0.2 : 1;
const systems: readonly System[] = ["cosmo", "nats", "naive"];
const names: Readonly<Record<System, string>> = { cosmo: "Synapse", nats: "nats-server", naive: "naive unary" };

/** What a row measures, once. */
interface Sample {
  readonly perSecond: number;
  readonly latency: Latency | undefined;
  readonly cpuUs: Readonly<Record<"broker" | "from" | "to", number>>;
}

interface Row {
  readonly name: string;
  readonly from: Job["kind"];
  readonly to: Job["kind"];
  readonly parts?: Partial<Job>;
  /** Signals or requests of a round. */
  readonly counts: Partial<Readonly<Record<System, number>>>;
  /** What is due, as a share of nats-server. */
  readonly goal?: { readonly of: "rate" | "p50"; readonly least?: number; readonly most?: number };
}

const rows: readonly Row[] = [
  {
    name: "publish → deliver 1:1, opaque",
    from: "publish",
    to: "subscribe",
    counts: { cosmo: 150_000, nats: 150_000, naive: 6_000 },
    goal: { of: "rate", least: 0.75 },
  },
  {
    name: "publish → deliver 1:1, decoded at both ends",
    from: "publish",
    to: "subscribe",
    parts: { isDecoded: true },
    counts: { cosmo: 60_000, nats: 60_000, naive: 6_000 },
    goal: { of: "rate", least: 0.9 },
  },
  {
    name: "fan-out to 10, opaque",
    from: "publish",
    to: "subscribe",
    parts: { connections: 10 },
    counts: { cosmo: 40_000, nats: 40_000, naive: 2_000 },
    goal: { of: "rate", least: 1.15 },
  },
  {
    name: "request → reply, 1 in flight",
    from: "ask",
    to: "serve",
    counts: { cosmo: 3_000, nats: 3_000, naive: 1_500 },
    goal: { of: "p50", most: 1.1 },
  },
  {
    name: "request → reply, 64 in flight",
    from: "ask",
    to: "serve",
    parts: { inFlight: 64 },
    counts: { cosmo: 20_000, nats: 20_000, naive: 4_000 },
  },
  {
    name: "TASK → AGENT_OUTPUT through Dendrites, 1 in flight",
    from: "dendrite-ask",
    to: "dendrite-serve",
    counts: { cosmo: 2_000 },
  },
  {
    name: "TASK → AGENT_OUTPUT through Dendrites, 64 in flight",
    from: "dendrite-ask",
    to: "dendrite-serve",
    parts: { inFlight: 64 },
    counts: { cosmo: 10_000 },
  },
];

async function play(row: Row, broker: Broker, ends: { from: End; to: End }): Promise<Sample> {
  const count = Math.round((row.counts[broker.system] ?? 0) * share);
  const job = {
    system: broker.system,
    url: broker.url,
    count,
    isDecoded: false,
    connections: 1,
    inFlight: 1,
    ...row.parts,
  };
  const isFlow = row.from === "publish";
  await ends.to.prepare({ ...job, kind: row.to });
  await ends.from.prepare({ ...job, kind: row.from });
  const before = await broker.state("cpu");
  const start = performance.now();
  // A subscriber counts from here; one who serves goes on until it is told.
  if (isFlow) ends.to.go();
  ends.from.go();
  const from = await ends.from.result();
  if (!isFlow) ends.to.go();
  const to = await ends.to.result();
  const ms = isFlow ? performance.now() - start : from.ms;
  const delivered = count * job.connections;
  const after = await broker.state("cpu");
  const brokerUs = before === undefined || after === undefined ? NaN : (after.cpuUs - before.cpuUs) / delivered;
  return {
    perSecond: (delivered / ms) * 1_000,
    latency: from.latency,
    cpuUs: { broker: brokerUs, from: from.cpuUs, to: to.cpuUs },
  };
}

function describe(row: Row, system: System, samples: readonly Sample[]): string {
  const rates = samples.map(({ perSecond }) => perSecond);
  const spread = `${format(Math.min(...rates))}–${format(Math.max(...rates))}`;
  const cpu = (part: keyof Sample["cpuUs"]): string => median(samples.map(({ cpuUs }) => cpuUs[part])).toFixed(2);
  const latencies = samples.flatMap(({ latency }) => (latency === undefined ? [] : [latency]));
  const { p50, p99 } = medianLatency(latencies);
  const latency = latencies.length === 0 ? "" : `  p50 ${p50.toFixed(3)} ms, p99 ${p99.toFixed(3)} ms`;
  const costs = `CPU µs a Signal: from ${cpu("from")}, broker ${cpu("broker")}, to ${cpu("to")}`;
  return `  ${names[system].padEnd(12)} ${format(median(rates)).padStart(9)}/s (${spread})${latency}  ${costs}`;
}

function format(figure: number): string {
  return Math.round(figure).toLocaleString("en");
}

function judge({ goal }: Row, found: ReadonlyMap<System, readonly Sample[]>): string[] {
  const rate = (system: System): number => median((found.get(system) ?? []).map(({ perSecond }) => perSecond));
  const p50 = (system: System): number => median((found.get(system) ?? []).map(({ latency }) => latency?.p50 ?? NaN));
  const lines: string[] = [];
  if (found.has("nats")) {
    const ratio = goal?.of === "p50" ? p50("cosmo") / p50("nats") : rate("cosmo") / rate("nats");
    const isMet = ratio >= (goal?.least ?? 0) && ratio <= (goal?.most ?? Infinity);
    const due = goal?.least === undefined ? `≤ ${goal?.most ?? "–"}` : `≥ ${goal.least}`;
    lines.push(
      `  ${ratio.toFixed(2)} × nats-server${goal === undefined ? "" : ` (${goal.of}; goal ${due}: ${isMet ? "met" : "missed"})`}`,
    );
  }
  if (found.has("naive")) {
    const ratio = rate("cosmo") / rate("naive");
    lines.push(
      `  ${ratio.toFixed(1)} × naive unary${goal?.of === "rate" ? ` (goal ≥ 15: ${ratio >= 15 ? "met" : "missed"})` : ""}`,
    );
  }
  return lines;
}

/** Measures the Synapse between processes, beside nats-server and beside the first thing that one would write. */
export async function benchSynapse(): Promise<void> {
  const { length, [0]: cpu } = cpus();
  process.stdout.write(
    `${length} × ${cpu?.model ?? ""}, Node ${process.version}; medians of ${rounds}, all systems in turns\n`,
  );
  const brokers: Broker[] = [];
  for (const system of systems) {
    const broker = await startBroker(system);
    if (broker === undefined)
      process.stdout.write(
        "not run: nats-server. Get it: GOBIN=$PWD/node_modules/.cache/cosmonapse go install github.com/nats-io/nats-server/v2@v2.11.4\n",
      );
    else brokers.push(broker);
  }
  const ends = { from: new End(), to: new End() };
  try {
    const rest = await brokers[0]?.state("memory");
    for (const row of rows) {
      const found = new Map<System, Sample[]>();
      for (let round = -1; round < rounds; round += 1) {
        for (const broker of brokers) {
          if (row.counts[broker.system] === undefined) continue;
          const sample = await play(row, broker, ends);
          // The first round warms up.
          if (round >= 0) found.set(broker.system, [...(found.get(broker.system) ?? []), sample]);
        }
      }
      process.stdout.write(`${row.name}\n`);
      for (const [system, samples] of found) process.stdout.write(`${describe(row, system, samples)}\n`);
      for (const line of judge(row, found)) process.stdout.write(`${line}\n`);
    }
    const after = await brokers[0]?.state("memory");
    const mb = (bytes: number | undefined): string => `${((bytes ?? NaN) / 1e6).toFixed(0)} MB`;
    process.stdout.write(
      `hub memory: at rest ${mb(rest?.rss)} resident, ${mb(rest?.heap)} heap; after all ${mb(after?.rss)} resident, ${mb(after?.heap)} heap\n`,
    );
  } finally {
    await Promise.all([ends.from.close(), ends.to.close(), ...brokers.map((broker) => broker.close())]);
  }
}

import { cpus } from "node:os";
import type { System } from "./jobs.js";
import { End, startBroker, type Broker, type BrokerState } from "./processes.js";
import { formatRow, summarizeRow, type RowFigures, type Sample } from "./report.js";
import { rows, type Row } from "./rows.js";

const isQuick = process.argv.includes("--quick");
const isJson = process.argv.includes("--json");
const rounds = isQuick ? 1 : 5;
const share = isQuick ? 0.2 : 1;

/** Where each system has its broker: nats-server serves two kinds of clients. */
const brokerOf: Readonly<Record<System, Broker["program"]>> = {
  cosmo: "cosmo",
  nats: "nats",
  free: "nats",
  bare: "bare",
  naive: "naive",
};
const systems: readonly System[] = ["cosmo", "nats", "free", "bare", "naive"];
const nats = "github.com/nats-io/nats-server/v2@v2.11.4";

interface Bench {
  readonly brokers: ReadonlyMap<Broker["program"], Broker>;
  readonly from: End;
  readonly to: End;
  /** What each broker held at the most right after a round. */
  readonly most: Map<Broker["program"], BrokerState>;
}

async function play({ brokers, from, to, most }: Bench, row: Row, system: System): Promise<Sample | undefined> {
  const broker = brokers.get(brokerOf[system]);
  const wanted = row.counts[system];
  if (broker === undefined || wanted === undefined) return undefined;
  const count = Math.round(wanted * share);
  const job = { system, url: broker.url, count, isDecoded: false, connections: 1, inFlight: 1, ...row.parts };
  const isFlow = row.from === "publish";
  await to.prepare({ ...job, kind: row.to });
  await from.prepare({ ...job, kind: row.from });
  const before = await broker.state("now");
  // A subscriber counts from here; one who serves goes on until it is told.
  if (isFlow) to.go();
  const sending = from.result().then((measured) => {
    if (!isFlow) to.go();
    return measured;
  });
  from.go();
  const [sent, taken] = await Promise.all([sending, to.result()]);
  const { ms } = isFlow ? taken : sent;
  const after = await broker.state("now");
  const highest = most.get(broker.program);
  if (highest === undefined || highest.rss < after.rss) most.set(broker.program, after);
  const delivered = count * job.connections;
  const cpuUs = { from: sent.cpuUs, broker: (after.cpuUs - before.cpuUs) / delivered, to: taken.cpuUs };
  return { perSecond: (delivered / ms) * 1_000, latency: sent.latency, cpuUs, missed: taken.missed };
}

/** One row, round by round, all systems in turns, so that what slows the machine slows them alike. */
async function playRow(bench: Bench, row: Row): Promise<RowFigures> {
  const found = new Map<System, Sample[]>();
  // The first round warms up.
  for (let round = -1; round < rounds; round += 1) {
    for (const system of systems) {
      const sample = await play(bench, row, system);
      if (sample !== undefined && round >= 0) found.set(system, [...(found.get(system) ?? []), sample]);
    }
  }
  return summarizeRow(row, found);
}

async function startBrokers(): Promise<ReadonlyMap<Broker["program"], Broker>> {
  const brokers = new Map<Broker["program"], Broker>();
  for (const program of new Set(Object.values(brokerOf))) {
    const broker = await startBroker(program);
    if (broker !== undefined) brokers.set(program, broker);
  }
  return brokers;
}

/**
 * Measures the Synapse between processes, beside nats-server and beside the first thing that one would write. Everything
 * that it starts ends with it. `--quick` plays one round of a fifth, `--json` prints all figures as one JSON object.
 */
export async function benchSynapse(): Promise<void> {
  const say = (text: string): void => void (isJson || process.stdout.write(`${text}\n`));
  const { length, [0]: cpu } = cpus();
  const machine = `${length} × ${cpu?.model ?? ""}, Node ${process.version}`;
  say(`${machine}; medians of ${rounds}, all systems in turns`);
  const brokers = await startBrokers();
  const notRun = brokers.has("nats") ? [] : ["nats-server"];
  const folder = "$PWD/node_modules/.cache/cosmonapse";
  if (notRun.length > 0) process.stderr.write(`not run: nats-server. Get it: GOBIN=${folder} go install ${nats}\n`);
  const bench = { brokers, from: new End(), to: new End(), most: new Map() };
  try {
    const memory: Record<string, { rest: BrokerState; most: BrokerState | undefined; after: BrokerState }> = {};
    const rests = await statesOf(brokers);
    const report: RowFigures[] = [];
    for (const row of rows) {
      const figures = await playRow(bench, row);
      report.push(figures);
      say(formatRow(figures));
    }
    for (const [program, after] of await statesOf(brokers)) {
      const rest = rests.get(program) ?? after;
      memory[program] = { rest, most: bench.most.get(program), after };
      say(
        `memory of ${program}: ${describeState(rest)} at rest, ${describeState(bench.most.get(program))} at most, ${describeState(after)} after all`,
      );
    }
    if (isJson)
      process.stdout.write(`${JSON.stringify({ machine, rounds, share, notRun, rows: report, memory }, null, 2)}\n`);
  } finally {
    await Promise.all([bench.from.close(), bench.to.close(), ...[...brokers.values()].map((broker) => broker.close())]);
  }
}

async function statesOf(brokers: Bench["brokers"]): Promise<ReadonlyMap<Broker["program"], BrokerState>> {
  const states = new Map<Broker["program"], BrokerState>();
  for (const [program, broker] of brokers) states.set(program, await broker.state("collected"));
  return states;
}

function describeState(state: BrokerState | undefined): string {
  const mb = (bytes = NaN): string => (Number.isNaN(bytes) ? "–" : `${(bytes / 1e6).toFixed(0)} MB`);
  return `${mb(state?.rss)} (heap ${mb(state?.heap)})`;
}

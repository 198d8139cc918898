import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Axon } from "../axon/index.js";
import { Dendrite } from "../dendrite/index.js";
import { SynapseServer } from "../synapse/grpc/index.js";

const main = fileURLToPath(new URL("../cli/main.js", import.meta.url));
const rounds = 15;

/** A process, from its start to its end. */
interface Program {
  readonly name: string;
  readonly argv: readonly string[];
  /** At most so long, milliseconds. */
  readonly goalMs?: number;
}

const programs: readonly Program[] = [
  { name: "node, doing nothing", argv: ["--eval", "0"] },
  { name: "cosmo --version", argv: [main, "--version"], goalMs: 150 },
  { name: "cosmo --help", argv: [main, "--help"] },
  {
    name: "completing a Neuron that is there",
    argv: [main, "complete", "--", "dispatch", "--neuron", ""],
    goalMs: 300,
  },
  { name: "cosmo dispatch, and its answer", argv: [main, "dispatch", "--neuron", "echo", "--input", "{}"] },
];

async function timeMs({ argv }: Program, url: string): Promise<number> {
  const env = { ...process.env, COSMO_URL: url, COSMO_NAMESPACE: "bench" };
  const start = performance.now();
  await promisify(execFile)(process.execPath, argv, { env });
  return performance.now() - start;
}

/** Times commands of the built command line as processes, all in turns, on a Synapse of its own. */
export async function benchCli(): Promise<void> {
  await using server = new SynapseServer({ port: 0 });
  const { url } = await server.start();
  await using dendrite = new Dendrite({ synapse: server.local(), namespace: "bench", dendriteId: "echo" });
  await dendrite.attachAxon(new Axon({ neuronId: "echo", neuron: (input) => input }));
  await dendrite.start();
  const taken = programs.map((program) => ({ program, ms: [0].slice(1) }));
  // The first round fills the caches of the machine.
  for (let round = 0; round <= rounds; round += 1) {
    for (const { program, ms } of taken) {
      const one = await timeMs(program, url);
      if (round > 0) ms.push(one);
    }
  }
  for (const { program, ms } of taken) process.stdout.write(`${describe(program, ms)}\n`);
}

function describe({ name, goalMs }: Program, ms: readonly number[]): string {
  const sorted = ms.toSorted((left, right) => left - right);
  const [median = Number.NaN, least = Number.NaN, most = Number.NaN] = [rounds >> 1, 0, rounds - 1].map(
    (at) => sorted[at],
  );
  const met = goalMs === undefined ? "" : `  (goal < ${goalMs} ms: ${median < goalMs ? "met" : "missed"})`;
  return `${name.padEnd(36)} ${median.toFixed(0).padStart(5)} ms  (${least.toFixed(0)}–${most.toFixed(0)})${met}`;
}

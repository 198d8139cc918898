// One process at an end of a bus: it does the jobs that the benchmark sends, one after another.
import { Axon } from "../../axon/index.js";
import { Dendrite } from "../../dendrite/index.js";
import { createDeferred } from "../../foundation/index.js";
import { decodeSignal } from "../../signal/index.js";
import { GrpcSynapse } from "../../synapse/grpc/index.js";
import { summarize } from "../engrams/figures.js";
import { openCosmo } from "./cosmo-end.js";
import { openBare } from "./bare.js";
import type { BusEnd } from "./end.js";
import type { Job, JobResult, Measured } from "./jobs.js";
import { openNaive } from "./naive.js";
import { openNats } from "./nats-end.js";
import { beginTrace, decodeFlow, encodeAnswer, encodeFlow, encodeTask } from "./signals.js";

const open = {
  cosmo: openCosmo,
  nats: openNats,
  free: (url: string, name: string) => openNats(url, name, Infinity),
  bare: openBare,
  naive: openNaive,
};
let go = createDeferred<void>();

// It must not outlive the benchmark, whatever its connections hold.
process.once("disconnect", () => process.exit(0));
process.on("message", (message: Job | "go") => {
  if (message === "go") {
    go.resolve();
    return;
  }
  go = createDeferred();
  run(message).then(
    (result) => process.send?.(result),
    (thrown: unknown) => process.send?.({ error: String(thrown) } satisfies JobResult),
  );
});

async function run(job: Job): Promise<JobResult> {
  if (job.kind === "dendrite-serve" || job.kind === "dendrite-ask") return runDendrite(job);
  beginTrace();
  const ends: BusEnd[] = [];
  for (let index = 0; index < (job.kind === "subscribe" ? job.connections : 1); index += 1) {
    ends.push(await open[job.system](job.url, job.kind === "serve" ? "server" : `${job.kind}-${index}`));
  }
  try {
    return await jobs[job.kind](ends, job);
  } finally {
    for (const end of ends) await end.close();
  }
}

const jobs: Record<Exclude<Job["kind"], `dendrite-${string}`>, (ends: BusEnd[], job: Job) => Promise<JobResult>> = {
  async publish([end], { count, isDecoded }) {
    const made = isDecoded ? [] : Array.from({ length: count }, () => encodeFlow("publish-0"));
    return measured(count, async () => {
      await end?.publishAll(count, (index) => made[index] ?? encodeFlow("publish-0"));
    });
  },
  async subscribe(ends, { count, isDecoded }) {
    const all = createDeferred<void>();
    let left = count * ends.length;
    let [sum, missed] = [0, 0];
    const settle = (signals: number): void => {
      left -= signals;
      if (left === 0) all.resolve();
    };
    for (const end of ends) {
      const take = (bytes: Uint8Array): void => {
        sum += isDecoded ? decodeFlow(bytes) : bytes.length;
        settle(1);
      };
      const miss = (signals: number): void => {
        missed += signals;
        settle(signals);
      };
      await end.subscribe(take, miss);
    }
    const result = await measured(count * ends.length, () => all.promise);
    if (sum === 0) throw new Error("Nothing was read");
    return { ...result, missed };
  },
  serve: ([end], { count }) =>
    measured(count, async (ready) => {
      await end?.serve((bytes) => encodeAnswer(decodeSignal(bytes), "server"));
      ready();
      await go.promise;
    }),
  async ask([end], { count, inFlight }) {
    const costs: number[] = [];
    let left = count;
    const lane = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const start = performance.now();
        await end?.ask(encodeTask("ask-0", "server"));
        costs.push(performance.now() - start);
      }
    };
    const result = await measured(count, async () => {
      await Promise.all(Array.from({ length: inFlight }, lane));
    });
    return { ...result, latency: summarize(costs) };
  },
};

/** Says that it is ready, waits for the word, and measures; work that never begins itself says so in `ready`. */
async function measured(count: number, work: (ready: () => void) => Promise<void>): Promise<Measured> {
  let cpu = process.cpuUsage();
  let start = performance.now();
  const begin = (): void => {
    cpu = process.cpuUsage();
    start = performance.now();
    process.send?.("ready");
  };
  if (work.length > 0) await work(begin);
  else {
    begin();
    await go.promise;
    cpu = process.cpuUsage();
    start = performance.now();
    await work(begin);
  }
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - start, cpuUs: (user + system) / count, missed: 0 };
}

async function runDendrite({ kind, url, count, inFlight }: Job): Promise<JobResult> {
  const synapse = new GrpcSynapse(url);
  const dendrite = new Dendrite({ synapse, namespace: "bench", dendriteId: kind });
  try {
    if (kind === "dendrite-serve") {
      await dendrite.attachAxon(new Axon({ neuronId: "echo", maxInFlight: 256, neuron: (input) => input }));
      await dendrite.start();
      return await measured(count, async (ready) => {
        ready();
        await go.promise;
      });
    }
    await dendrite.start();
    const costs: number[] = [];
    let left = count;
    const lane = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const start = performance.now();
        await dendrite.dispatchAndWait({ neuron: "echo", input: { question: "x".repeat(450) } });
        costs.push(performance.now() - start);
      }
    };
    const result = await measured(count, async () => {
      await Promise.all(Array.from({ length: inFlight }, lane));
    });
    return { ...result, latency: summarize(costs) };
  } finally {
    await dendrite.close();
    await synapse.close();
  }
}

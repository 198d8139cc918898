import { cpus } from "node:os";
import { createRecall } from "../../testing/index.js";
import { openBackends, type Backend } from "./backends.js";
import { callOf, createRandom, drawText, memoryOf, namespace } from "./corpus.js";
import { latencyOf, median, medianLatency, printLatency, printRate, type Latency } from "./figures.js";
import { imprintsPerSecond } from "./imprints.js";
import { recallsOverSynapse } from "./over-synapse.js";

const entries = Number(process.env["COSMO_BENCH_ENTRIES"] ?? 100_000);
const rounds = 3;

/** Puts the corpus into a backend through its contract; entries a second. */
async function load({ engram }: Backend): Promise<number> {
  await engram.open(namespace);
  let next = 0;
  const start = performance.now();
  const writer = async (): Promise<void> => {
    while (next < entries) {
      const n = next;
      next += 1;
      await engram.imprint(memoryOf(n).body, callOf(`load-${n}`));
    }
  };
  await Promise.all(Array.from({ length: 512 }, writer));
  return entries / ((performance.now() - start) / 1_000);
}

type Query = Parameters<typeof createRecall>[0];

/** The kinds of recall: each draws its next query. */
function recallKinds(): Readonly<Record<string, () => Query>> {
  const random = createRandom(7);
  const any = (): number => Math.floor(random() * entries);
  return {
    "by key": () => ({ mergeKey: `q:${any()}` }),
    "by text, 2 words of one entry": () => {
      const [first, , third] = memoryOf(any()).question.split(" ");
      return { text: `${first} ${third}` };
    },
    "by text, the exact question": () => ({ text: memoryOf(any()).question, minScore: 1, topK: 1 }),
    "by text, 3 words at random": () => ({ text: drawText(random, 3) }),
  };
}

/** All backends in turns, round by round, so that what slows the machine slows them alike. */
async function measureRecalls(backends: readonly Backend[]): Promise<void> {
  for (const [kind, draw] of Object.entries(recallKinds())) {
    const queries = Array.from({ length: 1_000 }, draw);
    const indexed = new Map<Backend, Latency[]>();
    const scanned = new Map<Backend, Latency[]>();
    for (let round = 0; round < rounds; round += 1) {
      for (const backend of backends) {
        const recall = (index: number): Promise<unknown> =>
          backend.engram.recall(createRecall(queries[index]), callOf());
        await latencyOf(50, recall);
        indexed.set(backend, [...(indexed.get(backend) ?? []), await latencyOf(queries.length, recall)]);
        const scan = await latencyOf(3, (index) => backend.scan(queries[index + 3 * round]));
        scanned.set(backend, [...(scanned.get(backend) ?? []), scan]);
      }
    }
    for (const backend of backends) {
      const latency = medianLatency(indexed.get(backend) ?? []);
      const scan = medianLatency(scanned.get(backend) ?? []);
      const note = `scan p50 ${scan.p50.toFixed(0)} ms, ${(scan.p50 / latency.p50).toFixed(0)} ×`;
      printLatency(`recall ${kind}, ${backend.name}`, latency, note);
    }
  }
}

async function measureOverSynapse(backends: readonly Backend[]): Promise<void> {
  const keys = Array.from({ length: 1_000 }, (_, index) => `q:${(index * 7_919) % entries}`);
  const runs = new Map<Backend, Latency[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const backend of backends) {
      runs.set(backend, [...(runs.get(backend) ?? []), await recallsOverSynapse(backend.engram, keys)]);
    }
  }
  for (const backend of backends) {
    printLatency(`recall by key over a MemorySynapse, ${backend.name}`, medianLatency(runs.get(backend) ?? []));
  }
}

async function measureImprints(backends: readonly Backend[]): Promise<void> {
  for (const backend of backends) {
    const [single, batched, overSynapse]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < rounds; round += 1) {
      // Each load has an Engram of its own: what replaces entries is not comparable with what adds them.
      const create = (kind: string): ReturnType<Backend["createEmpty"]> => backend.createEmpty(`${kind}${round}`);
      single.push(await imprintsPerSecond(create("single"), { writers: 1, count: 1_000, round }));
      batched.push(await imprintsPerSecond(create("batched"), { writers: 16, count: 8_000, round }));
      overSynapse.push(
        await imprintsPerSecond(create("over"), { writers: 16, count: 4_000, round, isOverSynapse: true }),
      );
    }
    const ratio = `${(median(batched) / median(single)).toFixed(1)} × one a transaction`;
    printRate(`imprints, one a transaction, ${backend.name}`, median(single));
    printRate(`imprints, 16 writers, ${backend.name}`, median(batched), ratio);
    printRate(`imprints, 16 writers over a MemorySynapse, ${backend.name}`, median(overSynapse));
  }
}

/** Measures recall and imprint on each backend, beside a scan and beside one write a transaction. */
export async function benchEngrams(): Promise<void> {
  const { length, [0]: cpu } = cpus();
  process.stdout.write(
    `${entries.toLocaleString("en")} entries; ${length} × ${cpu?.model ?? ""}, Node ${process.version}\n`,
  );
  const backends = await openBackends(entries);
  try {
    for (const backend of backends) printRate(`load, 512 writers, ${backend.name}`, await load(backend));
    await measureRecalls(backends);
    await measureOverSynapse(backends);
    await measureImprints(backends);
  } finally {
    for (const backend of backends) await backend.close();
  }
}

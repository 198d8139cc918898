import type { Engram } from "../../engram/index.js";
import { callOf, memoryOf, namespace } from "./corpus.js";
import { withNeuron } from "./over-synapse.js";

/** How imprints are sent. */
export interface ImprintLoad {
  /** How many wait for an acknowledgement at a time. */
  readonly writers: number;
  /** How many in all. */
  readonly count: number;
  /** Imprint ids are never used twice. */
  readonly round: number;
  /** True: by a Neuron, over a MemorySynapse. */
  readonly isOverSynapse?: boolean;
}

/** Acknowledged imprints a second, each to a key of its own. Closes the Engram. */
export async function imprintsPerSecond(engram: Engram, load: ImprintLoad): Promise<number> {
  const { writers, count, round, isOverSynapse = false } = load;
  const work = Array.from({ length: count }, (_, n) => memoryOf(1e6 + n).body);
  const run = async (imprint: (body: (typeof work)[number], n: number) => Promise<unknown>): Promise<number> => {
    let next = 0;
    const start = performance.now();
    const writer = async (): Promise<void> => {
      for (let n = next; n < count; n = next) {
        next += 1;
        const body = work[n];
        if (body !== undefined) await imprint(body, n);
      }
    };
    await Promise.all(Array.from({ length: writers }, writer));
    return count / ((performance.now() - start) / 1_000);
  };
  await using _ = engram;
  if (!isOverSynapse) {
    await engram.open(namespace);
    return await run((body, n) => engram.imprint(body, callOf(`write-${round}-${writers}-${n}`)));
  }
  const decoder = new TextDecoder();
  return await withNeuron(engram, ({ imprint }) =>
    run((body) => {
      const entry = { ...JSON.parse(decoder.decode(body.content?.data)), tags: body.tags };
      return imprint("ctx", { op: "upsert", entry, mergeKey: body.mergeKey ?? "" });
    }),
  );
}

import type { Engram } from "../../engram/index.js";
import { Axon, Dendrite, MemorySynapse, type NeuronTools } from "../../index.js";
import { namespace } from "./corpus.js";
import { latencyOf, type Latency } from "./figures.js";

/**
 * Runs something inside a Neuron whose binding `ctx` leads to an Engram on another Dendrite of a MemorySynapse; what
 * it gives. The Engram stays open.
 */
export async function withNeuron<T>(engram: Engram, run: (tools: NeuronTools) => Promise<T>): Promise<T> {
  await using synapse = new MemorySynapse();
  await using host = new Dendrite({ synapse, namespace, dendriteId: "host" });
  await host.attachEngram(engram);
  await using worker = new Dendrite({ synapse, namespace, dendriteId: "worker" });
  let result: T | undefined;
  const neuron = async (_input: null, _context: unknown, tools: NeuronTools): Promise<null> => {
    result = await run(tools);
    return null;
  };
  const engrams = [{ name: "ctx", directedId: engram.engramId, defaultDeadlineMs: 60_000 }];
  await worker.attachAxon(new Axon({ neuronId: "measure", neuron, engrams }));
  await using asker = new Dendrite({ synapse, namespace, dendriteId: "asker", role: "orchestrator" });
  for (const dendrite of [host, worker, asker]) await dendrite.start();
  await asker.dispatchAndWait({ neuron: "measure", input: null, timeoutMs: 600_000 });
  await host.detachEngram(engram.engramId);
  if (result === undefined) throw new Error("the Neuron gave nothing");
  return result;
}

/** Latencies of recalls by key, as a Neuron sees them. */
export async function recallsOverSynapse(engram: Engram, keys: readonly string[]): Promise<Latency> {
  return withNeuron(engram, async ({ recall }) => {
    const byKey = (index: number): Promise<unknown> =>
      recall("ctx", { query: { mergeKey: keys[index % keys.length] ?? "" } });
    await latencyOf(100, byKey);
    return latencyOf(keys.length, byKey);
  });
}

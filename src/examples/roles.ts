import { Axon, Dendrite, type Engram, type Synapse } from "../index.js";
import { researcher, type Answer } from "./researcher.js";

const namespace = "demo";

/** Puts shared memory on the bus. */
export async function startHost(synapse: Synapse, engram: Engram): Promise<Dendrite> {
  const host = new Dendrite({ synapse, namespace, dendriteId: "engram-host", role: "worker" });
  await host.attachEngram(engram);
  return host.start();
}

/** Puts the researcher on the bus. */
export async function startWorker(synapse: Synapse): Promise<Dendrite> {
  const worker = new Dendrite({ synapse, namespace, dendriteId: "worker", role: "worker" });
  await worker.attachAxon(
    new Axon({
      neuronId: "researcher",
      neuron: researcher,
      capabilities: ["research"],
      engrams: [{ name: "ctx", directedId: "ctx" }],
    }),
  );
  return worker.start();
}

/** Asks the same question twice, and prints the answers. */
export async function askTwice(synapse: Synapse, question: string): Promise<void> {
  await using orchestrator = new Dendrite({ synapse, namespace, role: "orchestrator" });
  await orchestrator.start();
  for (const label of ["first call ", "second call"]) {
    const { output } = await orchestrator.dispatchAndWait<Answer>({
      neuron: "researcher",
      input: { question },
      timeoutMs: 5_000,
    });
    console.log(`[${label}] ${output.source.padStart(8)}  →  ${output.answer}`);
  }
}

// Story of this test: the researcher is asked the same question twice. The first answer is computed and imprinted, the
// second is recalled; a watcher sees every Signal of both traces, the memory's below the TASK that caused it.
import { expect, test } from "vitest";
import { Axon } from "../axon/index.js";
import { InMemoryEngram } from "../engram/memory/index.js";
import type { Neuron } from "../neuron/index.js";
import type { Observation } from "../pathway/index.js";
import { signalTypeName } from "../signal/index.js";
import { MemorySynapse } from "../synapse/memory/index.js";
import { Dendrite } from "./index.js";

interface Answer {
  readonly answer: string;
  readonly source: string;
}

const researcher: Neuron<{ question: string }, Answer> = async ({ question }, _context, { recall, imprint }) => {
  const prior = await recall("ctx", { query: { text: question, minScore: 1 } });
  const cached = prior.hits[0]?.content["answer"];
  if (typeof cached === "string") return { answer: cached, source: "cache" };
  const answer = `Answer to '${question}': 42`;
  await imprint("ctx", { op: "upsert", entry: { question, answer, tags: ["qa"] }, mergeKey: `q:${question}` });
  return { answer, source: "computed" };
};

async function takeUntilFinal(observations: AsyncIterable<Observation>): Promise<Observation[]> {
  const seen: Observation[] = [];
  for await (const observation of observations) {
    seen.push(observation);
    if (observation.kind === "signal" && observation.signal.body?.$case === "final") return seen;
  }
  return seen;
}

test("the first answer is computed, the second comes from memory, and all of it is seen below its TASK", async () => {
  await using synapse = new MemorySynapse();
  await using host = new Dendrite({ synapse, namespace: "demo", dendriteId: "engram-host" });
  await host.attachEngram(new InMemoryEngram({ engramId: "ctx", engramKind: "context" }));
  await using worker = new Dendrite({ synapse, namespace: "demo", dendriteId: "worker" });
  const engrams = [{ name: "ctx", directedId: "ctx" }];
  await worker.attachAxon(
    new Axon({ neuronId: "researcher", neuron: researcher, capabilities: ["research"], engrams }),
  );
  await using orchestrator = new Dendrite({ synapse, namespace: "demo", dendriteId: "boss", role: "orchestrator" });
  await using watcher = new Dendrite({ synapse, namespace: "demo", role: "observer" });
  for (const dendrite of [host, worker, orchestrator, watcher]) await dendrite.start();

  const traces: string[][] = [];
  const answers: Answer[] = [];
  for (let call = 0; call < 2; call += 1) {
    const watched = takeUntilFinal(watcher.observe());
    const input = { question: "what is the meaning of life?" };
    const reply = await orchestrator.dispatchAndWait<Answer>({ capabilities: ["research"], input, timeoutMs: 5_000 });
    answers.push(reply.output);
    const signals = (await watched).flatMap((one) => (one.kind === "signal" ? [one] : []));
    const task = signals.find(({ signal }) => signal.body?.$case === "task")?.signal;
    for (const { signal } of signals) {
      expect(signal.traceId).toBe(task?.traceId);
      if (signal.body?.$case === "recall" || signal.body?.$case === "imprint") expect(signal.parentId).toBe(task?.id);
    }
    traces.push(signals.map(({ type, signal }) => `${signalTypeName(type)} ${signal.source}`));
  }

  expect(answers).toEqual([
    { answer: "Answer to 'what is the meaning of life?': 42", source: "computed" },
    { answer: "Answer to 'what is the meaning of life?': 42", source: "cache" },
  ]);
  const recall = ["TASK boss", "RECALL researcher", "RECALLED ctx"];
  const end = ["AGENT_OUTPUT researcher", "FINAL worker"];
  expect(traces).toEqual([
    [...recall, "IMPRINT researcher", "IMPRINTED ctx", ...end],
    [...recall, ...end],
  ]);
});

// The main job: the same question twice. The first call computes and remembers, the second finds it in memory.
// `--engram sqlite --path FILE` or `--engram postgres --dsn URL` keep it for the next run, too.
import { Axon, Dendrite, MemorySynapse } from "../index.js";
import { readMainOptions } from "./engram-options.js";
import { researcher, type Answer } from "./researcher.js";
import { checkQuestion, run } from "./run.js";

await run(async () => {
  const { createEngram, words } = readMainOptions(process.argv.slice(2), process.env["INIT_CWD"] ?? process.cwd());
  const question = words.join(" ") || "what is the meaning of life?";
  checkQuestion(question);

  await using synapse = new MemorySynapse();

  await using host = new Dendrite({ synapse, namespace: "demo", dendriteId: "engram-host", role: "worker" });
  await host.attachEngram(await createEngram());

  await using worker = new Dendrite({ synapse, namespace: "demo", dendriteId: "worker", role: "worker" });
  await worker.attachAxon(
    new Axon({
      neuronId: "researcher",
      neuron: researcher,
      capabilities: ["research"],
      engrams: [{ name: "ctx", directedId: "ctx" }],
    }),
  );

  await using orchestrator = new Dendrite({ synapse, namespace: "demo", role: "orchestrator" });

  for (const dendrite of [host, worker, orchestrator]) await dendrite.start();

  for (const label of ["first call ", "second call"]) {
    const { output } = await orchestrator.dispatchAndWait<Answer>({
      neuron: "researcher",
      input: { question },
      timeoutMs: 5_000,
    });
    console.log(`[${label}] ${output.source.padStart(8)}  →  ${output.answer}`);
  }
});

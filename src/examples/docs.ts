// A Neuron that really reads: npm run example:docs -- "which op fails if the entry exists?" [directory]
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Axon, CosmoError, Dendrite, InMemoryEngram, MemorySynapse } from "../index.js";
import { createLibrarian, type CitedAnswer } from "./librarian.js";
import { checkQuestion, run } from "./run.js";

/** The repository's own specification, from wherever this file was built to. */
function findSpecification(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "proto", "README.md")) && folder !== dirname(folder)) folder = dirname(folder);
  return join(folder, "proto");
}

await run(async () => {
  const [question = "", given, ...more] = process.argv.slice(2);
  if (question === "" || more.length > 0) {
    throw new CosmoError("INVALID_INPUT", 'Say what to ask, in quotes: npm run example:docs -- "question" [directory]');
  }
  checkQuestion(question);
  // npm runs scripts in the package; a directory is meant from where the command was given.
  const directory = given === undefined ? findSpecification() : resolve(process.env["INIT_CWD"] ?? "", given);

  await using synapse = new MemorySynapse();
  await using library = await new Dendrite({ synapse, namespace: "docs", dendriteId: "library" }).start();
  await library.attachEngram(new InMemoryEngram({ engramId: "shelf", engramKind: "text" }));
  const engrams = [{ name: "shelf", directedId: "shelf", defaultDeadlineMs: 20_000 }];
  await library.attachAxon(new Axon({ neuronId: "librarian", neuron: createLibrarian(directory), engrams }));
  await using reader = await new Dendrite({ synapse, namespace: "docs", role: "orchestrator" }).start();

  for (const label of ["first call ", "second call"]) {
    const from = performance.now();
    const task = { neuron: "librarian", input: { question }, timeoutMs: 60_000 };
    const { output } = await reader.dispatchAndWait<CitedAnswer>(task);
    console.log(`[${label}] ${output.source.padStart(8)}  in ${(performance.now() - from).toFixed(1)} ms`);
    for (const { file, line, text } of output.passages) {
      console.log(`  ${join(basename(directory), file)}:${line}  ${text}`);
    }
  }
});

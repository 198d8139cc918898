// The main job: the same question twice. The first call computes and remembers, the second finds it in memory.
// `--engram sqlite --path FILE` or `--engram postgres --dsn URL` keep it for the next run, too.
import { MemorySynapse } from "../index.js";
import { readMainOptions } from "./engram-options.js";
import { askTwice, startHost, startWorker } from "./roles.js";
import { checkQuestion, run } from "./run.js";

await run(async () => {
  const { createEngram, words } = readMainOptions(process.argv.slice(2), process.env["INIT_CWD"] ?? process.cwd());
  const question = words.join(" ") || "what is the meaning of life?";
  checkQuestion(question);

  await using synapse = new MemorySynapse();
  await using _host = await startHost(synapse, await createEngram());
  await using _worker = await startWorker(synapse);
  await askTwice(synapse, question);
});

// One part of the main job as a process of its own: `role.js host|worker|orchestrator cosmo://host:port [question]`.
// `host` and `worker` say when they are ready, serve until SIGTERM or SIGINT, and then drain.
import { once } from "node:events";
import { CosmoError, InMemoryEngram, type Dendrite, type Synapse } from "../index.js";
import { connectSynapse } from "../synapse/grpc/index.js";
import { askTwice, startHost, startWorker } from "./roles.js";
import { run } from "./run.js";

async function serve(started: Promise<Dendrite>): Promise<void> {
  await using dendrite = await started;
  const asked = Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
  console.log(`${dendrite.dendriteId} is ready`);
  await asked;
}

async function play(role: string, synapse: Synapse, question: string): Promise<void> {
  switch (role) {
    case "host":
      return serve(startHost(synapse, new InMemoryEngram({ engramId: "ctx", engramKind: "context" })));
    case "worker":
      return serve(startWorker(synapse));
    case "orchestrator":
      return askTwice(synapse, question);
    default:
      throw new CosmoError("INVALID_ARGUMENT", `there is no role '${role}'; there are host, worker and orchestrator`);
  }
}

await run(async () => {
  const [role = "", url = "", ...words] = process.argv.slice(2);
  await using synapse = await connectSynapse(url);
  await play(role, synapse, words.join(" ") || "what is the meaning of life?");
});

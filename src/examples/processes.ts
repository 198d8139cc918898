// The main job once more, as three processes on one Synapse: memory, worker and orchestrator. Only the line that
// connects differs from the one in `main.ts`.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { SynapseServer } from "../synapse/grpc/index.js";
import { run } from "./run.js";

const program = fileURLToPath(new URL("role.js", import.meta.url));

function start(role: string, url: string, stdout: "pipe" | "inherit"): ChildProcess {
  return spawn(process.execPath, [program, role, url, ...process.argv.slice(2)], {
    stdio: ["ignore", stdout, "inherit"],
  });
}

async function ready(child: ChildProcess): Promise<void> {
  if (child.stdout !== null) await once(child.stdout, "data");
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
}

await run(async () => {
  await using server = new SynapseServer({ port: 0 });
  const { url } = await server.start();
  const services = [start("host", url, "pipe"), start("worker", url, "pipe")];
  try {
    await Promise.all(services.map(ready));
    const orchestrator = start("orchestrator", url, "inherit");
    const [status] = await once(orchestrator, "exit");
    process.exitCode = typeof status === "number" ? status : 1;
  } finally {
    await Promise.all(services.map(end));
  }
});

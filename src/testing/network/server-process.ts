// A Synapse in a process of its own, for tests: `server-process.js '{"port":0,"limits":{…}}'`. It prints where it
// listens; each line on its standard input is answered with what it holds; SIGTERM drains it.
import { createInterface } from "node:readline";
import { SynapseServer } from "../../synapse/grpc/index.js";
import { readHeld } from "./held.js";

const options: ConstructorParameters<typeof SynapseServer>[0] = JSON.parse(process.argv[2] ?? "{}");
const server = new SynapseServer(options);
const { url } = await server.start();
process.stdout.write(`${url}\n`);

const asked = createInterface({ input: process.stdin });
asked.on("line", () => {
  const figures = server.hub.figures().map(({ sessions, requests }) => ({ sessions, requests }));
  process.stdout.write(`${JSON.stringify({ ...readHeld(), figures })}\n`);
});
process.once("SIGTERM", () => {
  server.drain().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});

// Connects and closes, again and again, for tests: `connects-process.js URL COUNT`. Prints what the process holds after
// a first tenth, and at the end.
import { GrpcSynapse } from "../../synapse/grpc/index.js";
import { readHeld } from "./held.js";

const [url = "", total = "0"] = process.argv.slice(2);
const batch = 50;

async function once(): Promise<void> {
  const nothing = (): void => undefined;
  const receiver = { deliver: nothing, live: nothing, gap: nothing, credit: nothing, ended: nothing };
  const synapse = new GrpcSynapse(url);
  await synapse.connect();
  const session = await synapse.open({ namespace: "demo", dendriteId: "visitor" }, receiver);
  await session.subscribe("all", { types: [], traceIds: [], participants: [] });
  await session.close();
  await synapse.close();
}

for (let done = 0; done < Number(total); done += batch) {
  if (done === Math.floor(Number(total) / 10 / batch) * batch) process.stdout.write(`${JSON.stringify(readHeld())}\n`);
  await Promise.all(Array.from({ length: batch }, once));
}
await new Promise(setImmediate);
process.stdout.write(`${JSON.stringify(readHeld())}\n`);

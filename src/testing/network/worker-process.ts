// A worker in a process of its own, for tests: `worker-process.js URL ID NEURON retry|once`. Its Neuron holds what it is
// given if ID begins with `hold`, else it answers with ID. It says when it is ready, and how much it holds.
import { Axon } from "../../axon/index.js";
import { Dendrite } from "../../dendrite/index.js";
import { connectSynapse } from "../../synapse/grpc/index.js";

const [url = "", dendriteId = "", neuronId = "", safety = ""] = process.argv.slice(2);
const synapse = await connectSynapse(url);
const worker = new Dendrite({ synapse, namespace: "demo", dendriteId });
let holding = 0;
await worker.attachAxon(
  new Axon({
    neuronId,
    maxInFlight: 200,
    retrySafe: safety === "retry",
    neuron: () => {
      holding += 1;
      process.stdout.write(`holding ${holding}\n`);
      return dendriteId.startsWith("hold") ? new Promise<null>(() => undefined) : dendriteId;
    },
  }),
);
await worker.start();
process.stdout.write("ready\n");
process.once("SIGTERM", () => {
  worker
    .drain()
    .then(() => synapse.close())
    .then(
      () => process.exit(0),
      () => process.exit(1),
    );
});

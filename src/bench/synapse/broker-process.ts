// A broker in a process of its own: `broker-process.js cosmo|bare|naive`. It prints where it is; any message is answered with
// what it costs and holds.
import { SynapseServer } from "../../synapse/grpc/index.js";
import { startBareBroker } from "./bare.js";
import { startNaiveBroker } from "./naive.js";

declare const gc: (() => void) | undefined;

// An observer may fall behind as far as a client of nats-server may: then no Signal is missing, and all count.
const limits = { observerSignals: 1_048_576, observerBytes: 1_073_741_824, maxInFlight: 256, sessionPending: 65_536 };
const start: Readonly<Record<string, () => Promise<{ readonly url: string }>>> = {
  cosmo: () => new SynapseServer({ port: 0, limits }).start(),
  bare: startBareBroker,
  naive: startNaiveBroker,
};
const url = (await start[process.argv[2] ?? ""]?.())?.url;

process.on("message", (message: "now" | "collected") => {
  if (message === "collected" && typeof gc === "function") gc();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send?.({ cpuUs: user + system, rss, heap: heapUsed + external });
});
process.send?.({ url });
process.once("disconnect", () => process.exit(0));

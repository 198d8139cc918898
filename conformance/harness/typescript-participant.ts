// The harness of our own Dendrite with Neurons: `node typescript-participant.js`. It obeys, and knows of no case.
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Axon, CosmoError, Dendrite, type Json, type Neuron } from "../../src/index.js";
import { connectSynapse } from "../../src/synapse/grpc/index.js";
import type { Command, HostCommand, NeuronPlan } from "../control/messages.js";

const hello = {
  control: "1",
  name: "cosmonapse-ts",
  version: "0.1.0",
  language: "TypeScript",
  roles: ["participant"],
  features: [],
};

const neurons: Readonly<Record<NeuronPlan["act"], Neuron>> = {
  ask: async (input, _context, { dispatch }) => (await dispatch({ neuron: "other", input })).output,
  echo: (input, context) => ({ input, context }),
  emit: async (input, _context, { emit }) => {
    for (let part = 1; part <= Number(input); part += 1) await emit({ part });
    return null;
  },
  // What a program without types may return.
  nothing: () => undefined as unknown as Json,
  throw: (input) => Promise.reject(new Error(typeof input === "string" ? input : "")),
  wait: async (_input, _context, { abort }) => {
    if (!abort.aborted) await once(abort, "abort");
    return null;
  },
};

/** What ends each session. */
const hosted = new Map<string, () => Promise<void>>();

async function host({
  store,
  neurons: plans = [],
  address,
  namespaces: [namespace = ""],
}: HostCommand): Promise<object> {
  const synapse = await connectSynapse(`cosmo://${address}`);
  const dendrite = new Dendrite({ synapse, namespace });
  hosted.set(store, async () => {
    await dendrite.close();
    await synapse.close();
  });
  for (const { id, act } of plans) await dendrite.attachAxon(new Axon({ neuronId: id, neuron: neurons[act] }));
  await dendrite.start();
  return { hosting: {} };
}

async function answer(command: Command): Promise<object> {
  if ("hello" in command) return { hello };
  if ("host" in command) return host(command.host);
  if ("release" in command) {
    await hosted.get(command.release.store)?.();
    hosted.delete(command.release.store);
    return { done: {} };
  }
  return "stop" in command ? { done: {} } : { unsupported: { reason: "it hosts Neurons, and nothing else" } };
}

async function serve(line: string): Promise<void> {
  const { seq, ...command }: Command & { readonly seq: number } = JSON.parse(line);
  const reply = await answer(command).catch((thrown: unknown) => {
    if (!(thrown instanceof CosmoError)) return { harnessError: { message: String(thrown) } };
    return { refusal: { code: thrown.code, message: thrown.message } };
  });
  process.stdout.write(`${JSON.stringify({ seq, ...reply })}\n`);
}

// A case waits for its answers; the others do not wait for it.
const serving = new Set<Promise<void>>();
for await (const line of createInterface({ input: process.stdin })) {
  const one = serve(line).finally(() => serving.delete(one));
  serving.add(one);
  if ("stop" in JSON.parse(line)) break;
}
await Promise.all(serving);
for (const end of hosted.values()) await end();

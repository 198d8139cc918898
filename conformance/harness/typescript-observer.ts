// The harness of our own observer: `node typescript-observer.js`. It obeys, and knows of no case.
import { createInterface } from "node:readline";
import { CosmoError, Dendrite, encodeSignal, type Observation, type ObserveOptions } from "../../src/index.js";
import { connectSynapse } from "../../src/synapse/grpc/index.js";
import type { Command, ObserveCommand } from "../control/messages.js";

const hello = {
  control: "1",
  name: "cosmonapse-ts",
  version: "0.1.0",
  language: "TypeScript",
  roles: ["observer"],
  features: [],
};

interface Observing {
  readonly observations: AsyncIterator<Observation>;
  readonly end: () => Promise<void>;
}

const observing = new Map<string, Observing>();

async function observe({ store, address, namespace, types = [], traces = [] }: ObserveCommand): Promise<object> {
  const synapse = await connectSynapse(`cosmo://${address}`);
  const dendrite = await new Dendrite({ synapse, namespace, role: "observer" }).start();
  // The names of types are those of the schema.
  const filter = { types: types as NonNullable<ObserveOptions["types"]>, traceIds: traces };
  const observations = dendrite.observe(filter)[Symbol.asyncIterator]();
  observing.set(store, {
    observations,
    end: async () => {
      await dendrite.close();
      await synapse.close();
    },
  });
  return { done: {} };
}

function show(one: Observation): object {
  const { kind } = one;
  if (one.kind === "gap") return { kind, first: Number(one.first), last: Number(one.last), missed: Number(one.missed) };
  if (one.kind === "live") return { kind, position: Number(one.position) };
  const bytes = Buffer.from(encodeSignal(one.signal)).toString("base64");
  if (one.kind === "snapshot") return { kind, bytes };
  if (one.kind === "refused") return { kind, bytes, type: one.type, code: new CosmoError(one.reason).code };
  const { type, position, asked, attempt } = one;
  return { kind, bytes, type, position: Number(position), asked, attempt };
}

async function watch(store: string, count: number): Promise<object> {
  const found: object[] = [];
  while (found.length < count) {
    const next = await observing.get(store)?.observations.next();
    if (next === undefined || next.done === true) break;
    found.push(show(next.value));
  }
  return { watched: { observations: found } };
}

async function answer(command: Command): Promise<object> {
  if ("hello" in command) return { hello };
  if ("observe" in command) return observe(command.observe);
  if ("watch" in command) return watch(command.watch.store, command.watch.count);
  if ("release" in command) {
    await observing.get(command.release.store)?.end();
    observing.delete(command.release.store);
    return { done: {} };
  }
  return "stop" in command ? { done: {} } : { unsupported: { reason: "it observes, and nothing else" } };
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
for (const { end } of observing.values()) await end();

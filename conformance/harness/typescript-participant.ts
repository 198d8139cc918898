// The harness of our own Dendrite with Neurons: `node typescript-participant.js`. It obeys, and knows of no case.
import { once } from "node:events";
import { createInterface } from "node:readline";
import {
  Axon,
  CosmoError,
  Dendrite,
  type EngramAddress,
  type Json,
  type JsonObject,
  type Neuron,
} from "../../src/index.js";
import { connectSynapse } from "../../src/synapse/grpc/index.js";
import type { AskCommand, Command, EngramAsk, HostCommand, NeuronPlan } from "../control/messages.js";

const hello = {
  control: "1",
  name: "cosmonapse-ts",
  version: "0.1.0",
  language: "TypeScript",
  roles: ["participant"],
  features: ["dispatch", "memory"],
};

const neurons: Readonly<Record<NeuronPlan["act"], Neuron>> = {
  ask: async (input, _context, { dispatch }) => (await dispatch({ neuron: "other", input })).output,
  echo: (input, context) => ({ input, context }),
  emit: async (input, _context, { emit }) => {
    for (let part = 1; part <= Number(input); part += 1) await emit({ part });
    return null;
  },
  imprint: async (_input, _context, { imprint }) => {
    for (const n of [1, 2]) await imprint("memory", { op: "upsert", mergeKey: "k", entry: { n } });
    return null;
  },
  recall: (input, _context, { recall }) =>
    recall(typeof input === "string" ? input : "").then(
      ({ hits }) => hits.length,
      (thrown: unknown) => ({ code: thrown instanceof CosmoError ? thrown.code : String(thrown) }),
    ),
  // What a program without types may return.
  nothing: () => undefined as unknown as Json,
  throw: (input) => Promise.reject(new Error(typeof input === "string" ? input : "")),
  wait: async (_input, _context, { abort }) => {
    if (!abort.aborted) await once(abort, "abort");
    return null;
  },
};

/** By the numbers of Effect. */
const effects: Readonly<Record<number, string>> = { 1: "NONE" };

interface Hosted {
  readonly dendrite: Dendrite;
  /** Ends the session. */
  readonly end: () => Promise<void>;
  /** What gives up what it asked, by its name. */
  readonly asked: Map<string, AbortController>;
}

const hosted = new Map<string, Hosted>();
const engrams = [{ name: "memory", directedId: "memory" }];

async function host({
  store,
  neurons: plans = [],
  address,
  namespaces: [namespace = ""],
}: HostCommand): Promise<object> {
  const synapse = await connectSynapse(`cosmo://${address}`);
  const dendrite = new Dendrite({ synapse, namespace });
  const end = async (): Promise<void> => {
    await dendrite.close();
    await synapse.close();
  };
  hosted.set(store, { dendrite, end, asked: new Map() });
  for (const { id, act } of plans) {
    const retrySafe = act === "imprint";
    await dendrite.attachAxon(new Axon({ neuronId: id, neuron: neurons[act], engrams, retrySafe }));
  }
  await dendrite.start();
  return { hosting: {} };
}

type Failures = readonly { readonly engramId: string; readonly code: string }[];

function failures(errors: Failures): readonly object[] {
  return errors.map(({ engramId, code }) => ({ engram: engramId, code }));
}

function addressOf({ engram, kind, timeoutMs }: EngramAsk): [EngramAddress, { deadlineMs?: number }] {
  return [{ directedId: engram, directedType: kind }, timeoutMs === undefined ? {} : { deadlineMs: timeoutMs }];
}

async function ask({ store, name, dispatch, recall, imprint }: AskCommand): Promise<object> {
  const { dendrite, asked } = hosted.get(store) ?? {};
  const control = new AbortController();
  const { signal: abort } = control;
  asked?.set(name, control);
  if (dispatch !== undefined) return dispatchFrom(dendrite, dispatch, abort);
  if (recall !== undefined) {
    const { mode, topK } = recall;
    const [address, time] = addressOf(recall);
    const query = topK === undefined ? {} : { query: { topK } };
    const found = await dendrite?.recall(address, {
      ...time,
      ...query,
      ...(mode === undefined ? {} : { mode }),
      abort,
    });
    if (found === undefined) return {};
    const { hits, partial, missing, errors, cursor } = found;
    const views = hits.map(({ engramId: engram, id, mergeKey: key, content, tags, score, sources }) => {
      return { engram, id, ...(key === undefined ? {} : { key }), content, tags, score, sources };
    });
    const rest = { partial, missing, errors: failures(errors), ...(cursor === undefined ? {} : { cursor }) };
    return { recalled: { hits: views, ...rest } };
  }
  if (imprint === undefined) return {};
  const [address, time] = addressOf(imprint);
  const { op, mergeKey, entry, all = false } = imprint;
  const key = mergeKey === undefined ? {} : { mergeKey };
  const what = {
    op,
    all,
    ...key, // What was read as JSON.
    ...(entry === undefined ? {} : { entry: entry as JsonObject }),
  };
  const done = await dendrite?.imprint(address, { ...time, ...what, abort });
  if (done === undefined) return {};
  const receipts = done.receipts.map(({ engramId, id }) => ({ engram: engramId, id }));
  return { imprinted: { receipts, partial: done.partial, missing: done.missing, errors: failures(done.errors) } };
}

async function dispatchFrom(
  dendrite: Dendrite | undefined,
  { to, input = null, timeoutMs }: NonNullable<AskCommand["dispatch"]>,
  abort: AbortSignal,
): Promise<object> {
  const time = timeoutMs === undefined ? {} : { deadlineMs: timeoutMs };
  const pathway = dendrite // What was read as JSON.
    ?.dispatch({ neuron: to, input: input as Json, abort, ...time });
  let parts = 0;
  for await (const _part of pathway ?? []) parts += 1;
  return { dispatched: { output: (await pathway)?.output, parts } };
}

async function answer(command: Command): Promise<object> {
  if ("hello" in command) return { hello };
  if ("host" in command) return host(command.host);
  if ("ask" in command) return ask(command.ask);
  if ("cancel" in command) {
    hosted.get(command.cancel.store)?.asked.get(command.cancel.name)?.abort();
    return { done: {} };
  }
  if ("release" in command) {
    await hosted.get(command.release.store)?.end();
    hosted.delete(command.release.store);
    return { done: {} };
  }
  return "stop" in command ? { done: {} } : { unsupported: { reason: "it hosts Neurons, and nothing else" } };
}

async function serve(line: string): Promise<void> {
  const { seq, ...command }: Command & { readonly seq: number } = JSON.parse(line);
  const reply = await answer(command).catch((thrown: unknown) => {
    if (!(thrown instanceof CosmoError)) return { harnessError: { message: String(thrown) } };
    const { code, message, retryable, detail } = thrown;
    return { refusal: { code, message, retryable, effect: effects[detail.effect] ?? "UNKNOWN" } };
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
for (const { end } of hosted.values()) await end();

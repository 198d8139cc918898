// The harness of our own Engrams: `node typescript-engram.js [memory | sqlite FOLDER | postgres URL]`. It obeys, and knows
// of no case.
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Query } from "../../gen/index.cosmonapse.v1.js";
import { CosmoError, Dendrite, InMemoryEngram, type Engram } from "../../src/index.js";
import { PostgresEngram } from "../../src/engram/postgres/index.js";
import { SqliteEngram } from "../../src/engram/sqlite/index.js";
import { connectSynapse } from "../../src/synapse/grpc/index.js";
import { FakeClock } from "../../src/testing/index.js";
import type { Command, HostCommand } from "../control/messages.js";

const [backend = "memory", place = ""] = process.argv.slice(2);
const hello = {
  control: "1",
  name: `cosmonapse-ts ${backend}`,
  version: "0.1.0",
  language: "TypeScript",
  roles: ["engram"],
  features: ["clock", "forget"],
};

interface Hosted {
  readonly engram: Engram;
  readonly clock: FakeClock;
  /** What ends its sessions. */
  readonly ends: (() => Promise<void>)[];
}

const hosted = new Map<string, Hosted>();

/** Each in a file or a schema of its own, since each has a clock of its own. */
function open(store: string, engramId: string, clock: FakeClock): Engram {
  const options = { engramId, engramKind: "vectors", clock };
  if (backend === "sqlite") return new SqliteEngram({ ...options, path: join(place, `${store}.db`) });
  if (backend === "postgres") return new PostgresEngram({ ...options, dsn: place, schema: store.replaceAll("-", "_") });
  return new InMemoryEngram(options);
}

async function host({ store, engram: id = "", address, namespaces }: HostCommand): Promise<object> {
  const clock = new FakeClock();
  const engram = open(store, id, clock);
  const ends: Hosted["ends"] = [];
  hosted.set(store, { engram, clock, ends });
  for (const namespace of namespaces) {
    const synapse = await connectSynapse(`cosmo://${address}`);
    const dendrite = new Dendrite({ synapse, namespace });
    ends.push(async () => {
      await dendrite.close();
      await synapse.close();
    });
    await dendrite.attachEngram(engram);
    await dendrite.start();
  }
  return { hosting: { clock: clock.wallMs() } };
}

async function answer(command: Command): Promise<object> {
  if ("hello" in command) return { hello };
  if ("host" in command) return host(command.host);
  if ("advance" in command) {
    hosted.get(command.advance.store)?.clock.advance(command.advance.ms);
    return { done: {} };
  }
  if ("forget" in command) {
    const { store, namespace, query } = command.forget;
    const found = query === undefined ? undefined : Query.decode(Buffer.from(query, "base64"));
    return { forgotten: await hosted.get(store)?.engram.forget(namespace, found) };
  }
  if ("release" in command) {
    for (const end of hosted.get(command.release.store)?.ends ?? []) await end();
    hosted.delete(command.release.store);
    return { done: {} };
  }
  return "stop" in command ? { done: {} } : { unsupported: { reason: "it hosts Engrams, and nothing else" } };
}

async function serve(line: string): Promise<void> {
  const { seq, ...command }: Command & { readonly seq: number } = JSON.parse(line);
  const reply = await answer(command).catch((thrown: unknown) => {
    if (!(thrown instanceof CosmoError)) return { harnessError: { message: String(thrown) } };
    return { refusal: { code: thrown.code, message: thrown.message } };
  });
  process.stdout.write(`${JSON.stringify({ seq, ...reply })}\n`);
}

// Commands of one case wait for each other; those of others do not wait for them.
const serving = new Set<Promise<void>>();
for await (const line of createInterface({ input: process.stdin })) {
  const one = serve(line).finally(() => serving.delete(one));
  serving.add(one);
  if ("stop" in JSON.parse(line)) break;
}
await Promise.all(serving);
for (const { ends } of hosted.values()) for (const end of ends) await end();

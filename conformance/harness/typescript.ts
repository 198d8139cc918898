// The harness of our own SDK: `node typescript.js`. It obeys, and knows of no case.
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import * as messages from "../../gen/index.cosmonapse.v1.js";
import { CosmoError, decodeSignal, encodeSignal, signalToJson, validateSignal } from "../../src/index.js";
import { SynapseServer, type CredentialEntry } from "../../src/synapse/grpc/index.js";

type Command = Readonly<Record<string, Readonly<Record<string, string>>>>;
type Listen = { limits: object; credentials?: readonly (CredentialEntry & { readonly token: string })[] };
type Codec = { decode(bytes: Uint8Array): object; encode(message: object): { finish(): Uint8Array } };

const hello = {
  control: "1",
  name: "cosmonapse-ts",
  version: "0.1.0",
  language: "TypeScript",
  roles: ["codec", "synapse"],
  features: ["validate", "view", "tokens", "drain"],
};
const codecs = new Map<string, unknown>(Object.entries(messages));
const servers = new Map<string, SynapseServer>();

function transcode(name: string, bytes: Uint8Array): Uint8Array {
  if (name === "cosmonapse.v1.Signal") return encodeSignal(decodeSignal(bytes));
  // Each message is exported with its codec under its own name.
  const codec = codecs.get(name.slice("cosmonapse.v1.".length)) as Codec;
  try {
    return codec.encode(codec.decode(bytes)).finish();
  } catch (thrown) {
    throw new CosmoError("MALFORMED", String(thrown));
  }
}

/** A credential as our server takes it: with the hash of its token alone. */
function toEntry({ token, ...grant }: CredentialEntry & { readonly token: string }): CredentialEntry {
  return { ...grant, sha256: createHash("sha256").update(token).digest("hex") };
}

async function listen({ limits, credentials }: Listen): Promise<object> {
  const camel = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  const own = Object.fromEntries(Object.entries(limits).map(([name, value]) => [camel(name), value]));
  const tokens = credentials === undefined ? {} : { tokens: { entries: credentials.map(toEntry) } };
  const server = new SynapseServer({ port: 0, limits: own, ...tokens });
  const { host, port } = await server.start();
  servers.set(`${host}:${port}`, server);
  return { listening: { address: `${host}:${port}` } };
}

async function answer({ transcode: job, validate, view, ...command }: Command): Promise<object> {
  const bytes = new Uint8Array(Buffer.from((job ?? validate ?? view)?.["bytes"] ?? "", "base64"));
  if (job !== undefined) {
    return { transcoded: { bytes: Buffer.from(transcode(job["message"] ?? "", bytes)).toString("base64") } };
  }
  if (validate !== undefined) {
    const findings = validateSignal(decodeSignal(bytes)).map(({ code, requirement }) => ({ code, requirement }));
    return { validated: { findings } };
  }
  if (view !== undefined) return { viewed: { json: signalToJson(decodeSignal(bytes)) } };
  if (command["hello"] !== undefined) return { hello };
  if (command["listen"] !== undefined) return listen(Object(command["listen"]));
  if (command["drain"] !== undefined) {
    // It has begun; whoever waits for its end sees the links end.
    servers
      .get(command["drain"]["address"] ?? "")
      ?.drain()
      .catch(() => undefined);
    return { done: {} };
  }
  if (command["close"] !== undefined) await servers.get(command["close"]["address"] ?? "")?.close();
  return "close" in command || "stop" in command ? { done: {} } : { unsupported: { reason: "an unknown command" } };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { seq, ...command }: Command & { readonly seq: number } = JSON.parse(line);
  const reply = await answer(command).catch((thrown: unknown) => {
    if (!(thrown instanceof CosmoError)) return { harnessError: { message: String(thrown) } };
    return { refusal: { code: thrown.code, requirement: thrown.detail.requirement, message: thrown.message } };
  });
  process.stdout.write(`${JSON.stringify({ seq, ...reply })}\n`);
  if (command["stop"] !== undefined) break;
}
for (const server of servers.values()) await server.close();

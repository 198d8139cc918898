// The harness of a Synapse that is odd, and conformant: `node odd-synapse.js ODDITY`. It is our own behind a link that
// writes what it says in another way than ours does, and than anybody would expect. It obeys, and knows of no case.
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server as TcpServer } from "node:net";
import { createInterface } from "node:readline";
import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type StatusObject,
} from "@grpc/grpc-js";
import { SynapseServer } from "../../src/synapse/grpc/index.js";

type Command = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const path = "/cosmonapse.v1.SynapseService/Connect";
const same = (bytes: Buffer): Buffer => bytes;
const unbounded = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

/** A field of a message: its number, its tag, and what follows that. */
interface Field {
  readonly number: number;
  readonly tag: Buffer;
  /** The length before bytes; empty for all else. */
  readonly length: Buffer;
  readonly value: Buffer;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push((rest % 128) | (rest >= 128 ? 128 : 0));
    if (rest < 128) return Buffer.from(bytes);
  }
}

function endOfVarint(bytes: Buffer, from: number): number {
  let end = from;
  while ((bytes[end] ?? 0) >= 128) end += 1;
  return end + 1;
}

function readVarint(bytes: Buffer): number {
  return bytes.reduceRight((value, byte) => value * 128 + (byte % 128), 0);
}

function fieldsOf(bytes: Buffer): readonly Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes.subarray(at, endOfVarint(bytes, at));
    const kind = readVarint(tag) % 8;
    const begin = at + tag.length;
    const [after, size] = kind === 2 ? [endOfVarint(bytes, begin), undefined] : [begin, sizes[kind]];
    const length = bytes.subarray(begin, after);
    const end = kind === 2 ? after + readVarint(length) : size === undefined ? endOfVarint(bytes, after) : after + size;
    fields.push({ number: Math.floor(readVarint(tag) / 8), tag, length, value: bytes.subarray(after, end) });
    at = end;
  }
  return fields;
}

const sizes: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

function join(fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.flatMap(({ tag, length, value }) => [tag, length, value]));
}

function field(number: number, value: Buffer): Field {
  return { number, tag: varint(number * 8 + 2), length: varint(value.length), value };
}

/** The frame with its one message changed. */
function within(frame: Buffer, change: (fields: readonly Field[]) => readonly Field[]): Buffer {
  return join(fieldsOf(frame).map(({ number, value }) => field(number, join(change(fieldsOf(value))))));
}

/** One byte more than the number needs: protobuf allows it. */
function stretch({ tag, ...rest }: Field): Field {
  const last = tag.length - 1;
  const longer = Buffer.concat([tag.subarray(0, last), Buffer.from([(tag[last] ?? 0) | 128, 0])]);
  return { ...rest, tag: longer };
}

const unknown = field(2_000, Buffer.from("of a later version"));
const [welcomeNumber, deliverNumber] = [1, 2];

/** The frames of a Deliver, one for each Signal. */
function singleSignals(frame: Buffer): readonly Buffer[] {
  const [whole] = fieldsOf(frame);
  if (whole?.number !== deliverNumber) return [frame];
  const parts = fieldsOf(whole.value);
  const first = readVarint(parts.find(({ number }) => number === 1)?.value ?? Buffer.alloc(1));
  const signals = parts.filter(({ number }) => number === 2);
  const notes = parts.filter(({ number }) => number === 3);
  return signals.map((signal, index) => {
    const number: Field = { number: 1, tag: varint(8), length: Buffer.alloc(0), value: varint(first + index) };
    return join([field(deliverNumber, join([number, signal, ...notes.slice(index, index + 1)]))]);
  });
}

const oddities: Readonly<Record<string, (frame: Buffer) => readonly Buffer[]>> = {
  "fields-backwards": (frame) => [within(frame, (fields) => [...fields].sort((one, two) => two.number - one.number))],
  "unknown-fields": (frame) => [
    Buffer.concat([within(frame, (fields) => [unknown, ...fields, unknown]), join([unknown])]),
  ],
  // A Welcome is the first, whatever comes.
  "unknown-frames": (frame) => (fieldsOf(frame)[0]?.number === welcomeNumber ? [frame] : [join([unknown]), frame]),
  "stretched-varints": (frame) => [join(fieldsOf(within(frame, (fields) => fields.map(stretch))).map(stretch))],
  "one-signal-a-frame": singleSignals,
  "one-byte-a-segment": (frame) => [frame],
};

const [oddity = ""] = process.argv.slice(2);
const hello = {
  control: "1",
  name: `cosmonapse-ts ${oddity}`,
  version: "0.1.0",
  language: "TypeScript",
  roles: ["synapse"],
  features: [],
};

/** What ends each Synapse, by its address. */
const listening = new Map<string, () => Promise<void>>();

function relay(call: ServerDuplexStream<Buffer, Buffer>, client: Client): void {
  const upstream = client.makeBidiStreamRequest(path, same, same, call.metadata);
  call.on("data", (bytes: Buffer) => upstream.write(bytes));
  call.once("end", () => upstream.end());
  call.once("cancelled", () => upstream.cancel());
  call.on("error", () => undefined);
  upstream.on("data", (frame: Buffer) => {
    for (const one of oddities[oddity]?.(frame) ?? []) call.write(one);
  });
  upstream.on("error", () => undefined);
  upstream.once("status", (status: StatusObject) => {
    if (status.code === 0) call.end();
    else call.emit("error", status);
  });
}

/** Passes on what comes from a port, the first bytes of every piece one at a time. */
async function listenByBytes(port: number): Promise<TcpServer> {
  const server = createServer({ noDelay: true }, (socket) => {
    const upstream = connect({ port, host: "127.0.0.1", noDelay: true });
    for (const [from, to] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      from.on("error", () => to.destroy());
      from.once("close", () => to.destroy());
      from.once("end", () => to.end());
      from.on("data", (bytes: Buffer) => {
        for (const byte of bytes.subarray(0, 256)) to.write(Buffer.of(byte));
        if (bytes.length > 256) to.write(bytes.subarray(256));
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function listen(limits: object): Promise<object> {
  const camel = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  const own = Object.fromEntries(Object.entries(limits).map(([name, value]) => [camel(name), value]));
  const synapse = new SynapseServer({ port: 0, limits: own });
  const { port } = await synapse.start();
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    ...unbounded,
    "grpc.use_local_subchannel_pool": 1,
  });
  const server = new Server(unbounded);
  const codec = {
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
  server.addService(
    { connect: { path, requestStream: true, responseStream: true, ...codec } },
    { connect: (call: ServerDuplexStream<Buffer, Buffer>) => relay(call, client) },
  );
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, given) =>
      error === null ? resolve(given) : reject(error),
    );
  });
  const bytes = oddity === "one-byte-a-segment" ? await listenByBytes(bound) : undefined;
  // A server of TCP has an address with a port.
  const { port: shown } = bytes === undefined ? { port: bound } : (bytes.address() as AddressInfo);
  const address = `127.0.0.1:${shown}`;
  listening.set(address, async () => {
    bytes?.close();
    server.forceShutdown();
    client.close();
    await synapse.close();
  });
  return { listening: { address } };
}

async function close(address: unknown): Promise<object> {
  if (typeof address === "string") {
    await listening.get(address)?.();
    listening.delete(address);
  }
  return { done: {} };
}

async function answer({ hello: who, listen: limits, close: which, stop }: Command): Promise<object> {
  if (who !== undefined) return oddity in oddities ? { hello } : { harnessError: { message: `no oddity ${oddity}` } };
  if (limits !== undefined) return listen(Object(limits["limits"]));
  if (which !== undefined) return close(which["address"]);
  return stop === undefined ? { unsupported: { reason: "it is a Synapse, and nothing else" } } : { done: {} };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { seq, ...command }: Command & { readonly seq: number } = JSON.parse(line);
  const reply = await answer(command).catch((thrown: unknown) => ({ harnessError: { message: String(thrown) } }));
  process.stdout.write(`${JSON.stringify({ seq, ...reply })}\n`);
  if (command["stop"] !== undefined) break;
}
for (const end of listening.values()) await end();

// What one writes first with gRPC: a call for each Signal, a stream for each subscriber.
import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
} from "@grpc/grpc-js";
import { Signal } from "../../../gen/cosmonapse/v1/signal.js";
import type { BusEnd } from "./end.js";

const encode = (signal: Signal): Buffer => Buffer.from(Signal.encode(signal).finish());
const decode = (bytes: Buffer): Signal => Signal.decode(new Uint8Array(bytes));

function method<Stream extends boolean>(name: string, responseStream: Stream) {
  const codec = {
    requestSerialize: encode,
    requestDeserialize: decode,
    responseSerialize: encode,
    responseDeserialize: decode,
  };
  return { path: `/naive.Bus/${name}`, requestStream: false, responseStream, ...codec } as const;
}

const service = {
  publish: method("Publish", false),
  subscribe: method("Subscribe", true),
  ask: method("Ask", false),
  serve: method("Serve", true),
  answer: method("Answer", false),
};

type Unary = (call: ServerUnaryCall<Signal, Signal>, reply: sendUnaryData<Signal>) => void;
type Streaming = (call: ServerWritableStream<Signal, Signal>) => void;
const nothing = Signal.create();

/** Starts the broker; its URL. */
export async function startNaiveBroker(): Promise<{ url: string; close: () => void }> {
  const subscribers = new Set<ServerWritableStream<Signal, Signal>>();
  const servers = new Set<ServerWritableStream<Signal, Signal>>();
  const asked = new Map<string, sendUnaryData<Signal>>();
  const join =
    (all: Set<ServerWritableStream<Signal, Signal>>): Streaming =>
    (call) => {
      all.add(call);
      call.on("cancelled", () => all.delete(call));
      // So that who subscribes knows that it is.
      call.write(nothing);
    };
  const handlers: Record<keyof typeof service, Unary | Streaming> = {
    publish: (call: ServerUnaryCall<Signal, Signal>, reply: sendUnaryData<Signal>) => {
      for (const subscriber of subscribers) subscriber.write(call.request);
      reply(null, nothing);
    },
    subscribe: join(subscribers),
    serve: join(servers),
    ask: (call: ServerUnaryCall<Signal, Signal>, reply: sendUnaryData<Signal>) => {
      asked.set(call.request.id, reply);
      for (const one of servers) one.write(call.request);
    },
    answer: (call: ServerUnaryCall<Signal, Signal>, reply: sendUnaryData<Signal>) => {
      asked.get(call.request.parentId)?.(null, call.request);
      asked.delete(call.request.parentId);
      reply(null, nothing);
    },
  };
  const server = new Server();
  server.addService(service, handlers);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { url: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

/** A client of it: 64 calls at once. */
export async function openNaive(url: string): Promise<BusEnd> {
  const client = new Client(url, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
  let isClosed = false;
  const call = (name: "publish" | "ask" | "answer", signal: Signal): Promise<Signal> =>
    new Promise((resolve, reject) => {
      const done = (error: Error | null, response?: Signal): void =>
        error === null && response !== undefined ? resolve(response) : reject(error);
      client.makeUnaryRequest(service[name].path, encode, decode, signal, done);
    });
  const listen = (name: "subscribe" | "serve", take: (signal: Signal) => void): Promise<void> =>
    new Promise((resolve) => {
      const stream = client.makeServerStreamRequest(service[name].path, encode, decode, nothing);
      stream.on("error", () => undefined);
      stream.once("data", () => {
        stream.on("data", (signal: Signal) => {
          if (!isClosed) take(signal);
        });
        resolve();
      });
    });
  return {
    async publishAll(count, next) {
      let index = 0;
      const lane = async (): Promise<void> => {
        while (index < count) {
          index += 1;
          await call("publish", Signal.decode(next(index - 1)));
        }
      };
      await Promise.all(Array.from({ length: 64 }, lane));
    },
    subscribe: (take) => listen("subscribe", (signal) => take(Signal.encode(signal).finish())),
    serve: (answer) =>
      listen("serve", (signal) => void call("answer", Signal.decode(answer(Signal.encode(signal).finish())))),
    ask: async ({ bytes }) => Signal.encode(await call("ask", Signal.decode(bytes))).finish(),
    close() {
      isClosed = true;
      return Promise.resolve(client.close());
    },
  };
}

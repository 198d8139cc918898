// As little as a bus on grpc-js can do: frames of many Signals, forwarded as they came. No names, no checks, no receipts,
// nothing that outlives a connection. What it does not reach, no protocol on these streams can.
import { Client, credentials, Metadata, Server, ServerCredentials, type ServerDuplexStream } from "@grpc/grpc-js";
import { pacing, type BusEnd } from "./end.js";

const pass = (bytes: Buffer): Buffer => bytes;
const path = "/bare.Bus/Connect";
const service = {
  connect: {
    path,
    requestStream: true,
    responseStream: true,
    requestSerialize: pass,
    requestDeserialize: pass,
    responseSerialize: pass,
    responseDeserialize: pass,
  },
} as const;

/** What a Signal in a frame is for: its first byte. */
const kinds = { flow: 0, ask: 1, answer: 2, subscribe: 3, serve: 4, flush: 5 };

const headBytes = 5;
const [frameSignals, frameBytes] = [64, 65_536];

/** Signals on their way into frames: at the end of the turn while nothing is written, else when that is done. */
class Frames {
  readonly #write: (frame: Buffer, done: () => void) => void;
  readonly #waiting: { readonly kind: number; readonly bytes: Uint8Array }[] = [];
  #isBusy = false;

  constructor(write: (frame: Buffer, done: () => void) => void) {
    this.#write = write;
  }

  push(kind: number, bytes: Uint8Array): void {
    this.#waiting.push({ kind, bytes });
    if (this.#isBusy) return;
    this.#isBusy = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    let [count, size] = [0, 0];
    for (const { bytes } of this.#waiting) {
      if (count === frameSignals || (count > 0 && size + bytes.length > frameBytes)) break;
      count += 1;
      size += headBytes + bytes.length;
    }
    if (count === 0) {
      this.#isBusy = false;
      return;
    }
    const frame = Buffer.allocUnsafe(size);
    let at = 0;
    for (const { kind, bytes } of this.#waiting.splice(0, count)) {
      frame.writeUInt8(kind, at);
      frame.writeUInt32LE(bytes.length, at + 1);
      frame.set(bytes, at + headBytes);
      at += headBytes + bytes.length;
    }
    this.#write(frame, () => this.#flush());
  }
}

function eachOf(frame: Buffer, take: (kind: number, bytes: Uint8Array) => void): void {
  for (let at = 0; at < frame.length;) {
    const end = at + headBytes + frame.readUInt32LE(at + 1);
    take(frame.readUInt8(at), frame.subarray(at + headBytes, end));
    at = end;
  }
}

/** Starts the broker; its URL. */
export async function startBareBroker(): Promise<{ url: string }> {
  const subscribers = new Set<Frames>();
  let server: Frames | undefined;
  let asker: Frames | undefined;
  const connect = (call: ServerDuplexStream<Buffer, Buffer>): void => {
    const frames = new Frames((frame, done) => call.write(frame, done));
    const take: Record<number, (bytes: Uint8Array) => void> = {
      [kinds.flow]: (bytes) => subscribers.forEach((one) => one.push(kinds.flow, bytes)),
      [kinds.ask](bytes) {
        asker = frames;
        server?.push(kinds.ask, bytes);
      },
      [kinds.answer]: (bytes) => asker?.push(kinds.answer, bytes),
      [kinds.subscribe](bytes) {
        subscribers.add(frames);
        frames.push(kinds.flush, bytes);
      },
      [kinds.serve](bytes) {
        server = frames;
        frames.push(kinds.flush, bytes);
      },
      [kinds.flush]: (bytes) => frames.push(kinds.flush, bytes),
    };
    call.on("data", (frame: Buffer) => eachOf(frame, (kind, bytes) => take[kind]?.(bytes)));
    call.on("error", () => undefined);
    call.on("end", () => {
      subscribers.delete(frames);
      call.end();
    });
  };
  const host = new Server();
  host.addService(service, { connect });
  const port = await new Promise<number>((resolve, reject) => {
    host.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { url: `127.0.0.1:${port}` };
}

/** A client of it. It waits for the broker every so many publications, as that of nats-server does. */
export async function openBare(url: string): Promise<BusEnd> {
  const client = new Client(url, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
  const call = client.makeBidiStreamRequest(path, pass, pass, new Metadata());
  const frames = new Frames((frame, done) => call.write(frame, done));
  const flushes: (() => void)[] = [];
  const answers: ((bytes: Uint8Array) => void)[] = [];
  let flow: (bytes: Uint8Array) => void = () => undefined;
  let work: (bytes: Uint8Array) => void = () => undefined;
  call.on("error", () => undefined);
  call.on("data", (frame: Buffer) =>
    eachOf(frame, (kind, bytes) => {
      if (kind === kinds.flow) flow(bytes);
      else if (kind === kinds.ask) work(bytes);
      else if (kind === kinds.answer) answers.shift()?.(bytes);
      else flushes.shift()?.();
    }),
  );
  const told = (kind: number): Promise<void> =>
    new Promise((resolve) => {
      flushes.push(resolve);
      frames.push(kind, new Uint8Array());
    });
  return {
    async publishAll(count, next) {
      for (let index = 0; index < count; index += 1) {
        frames.push(kinds.flow, next(index));
        if (index % pacing === pacing - 1) await told(kinds.flush);
      }
      await told(kinds.flush);
    },
    async subscribe(take) {
      flow = take;
      await told(kinds.subscribe);
    },
    async serve(answer) {
      work = (bytes) => frames.push(kinds.answer, answer(bytes));
      await told(kinds.serve);
    },
    ask: ({ bytes }) =>
      new Promise((resolve) => {
        answers.push(resolve);
        frames.push(kinds.ask, bytes);
      }),
    close() {
      call.end();
      return Promise.resolve(client.close());
    },
  };
}

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Dice } from "../index.js";
import { FaultProxy, type Fault } from "./fault-proxy.js";

const message = Buffer.from(Array.from({ length: 200 }, (_, index) => index));

/** One end of a connection: what came, in which pieces, and how it ended. */
class End {
  readonly socket: Socket;
  readonly pieces: Buffer[] = [];
  error: string | undefined;
  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (piece: Buffer) => this.pieces.push(piece));
    socket.on("error", (error: NodeJS.ErrnoException) => (this.error = error.code));
  }
  get bytes(): Buffer {
    return Buffer.concat(this.pieces);
  }
  async has(length: number): Promise<Buffer> {
    while (this.bytes.length < length) await once(this.socket, "data");
    return this.bytes;
  }
  async closed(): Promise<void> {
    if (!this.socket.closed) await new Promise<void>((resolve) => this.socket.once("close", () => resolve()));
  }
}

let server: Server;
const closing: (() => unknown)[] = [];
beforeEach(async () => {
  server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  server.close();
  await once(server, "close");
});

/** A proxy that does one thing, after each byte that passes. */
async function startProxy(...faults: [Fault, ...Fault[]]): Promise<FaultProxy> {
  const address = server.address();
  const target = typeof address === "object" && address !== null ? address.port : 0;
  const proxy = await FaultProxy.start({ target, dice: new Dice(1), everyBytes: 1, faults });
  closing.push(() => proxy.close());
  return proxy;
}

function join({ port }: FaultProxy): End {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  closing.push(() => socket.destroy());
  return new End(socket);
}

/** The far end of the next connection that comes through. */
function nextAccepted(): Promise<End> {
  return new Promise((resolve) =>
    server.once("connection", (socket) => {
      closing.push(() => socket.destroy());
      resolve(new End(socket));
    }),
  );
}

/** Both ends of a connection through a proxy. */
async function pair(proxy: FaultProxy): Promise<{ near: End; far: End }> {
  const accepted = nextAccepted();
  const near = join(proxy);
  return { near, far: await accepted };
}

describe("a proxy with faults", () => {
  test.each<Fault>(["drop", "reset", "refuse"])("ends both sides of a connection to %s it", async (fault) => {
    const proxy = await startProxy(fault);
    const { near, far } = await pair(proxy);
    near.socket.write(message);
    await Promise.all([near.closed(), far.closed()]);
    expect(proxy.counts).toEqual(new Map([[fault, 1]]));
    expect(near.error).toBe(fault === "reset" ? "ECONNRESET" : undefined);
  });

  test("refuses the next connections, then lets them through again", async () => {
    const proxy = await startProxy("refuse");
    const { near } = await pair(proxy);
    near.socket.write(message);
    await near.closed();
    let refused = 0;
    const accepted = nextAccepted();
    for (let isThrough = false; !isThrough;) {
      const end = join(proxy);
      isThrough = await Promise.race([accepted.then(() => true), end.closed().then(() => false)]);
      if (!isThrough) refused += 1;
    }
    expect(refused).toBeGreaterThanOrEqual(1);
    expect(refused).toBeLessThanOrEqual(3);
  });

  test("ends one direction and carries the other", async () => {
    const proxy = await startProxy("half-close");
    const { near, far } = await pair(proxy);
    far.socket.allowHalfOpen = true;
    near.socket.write(message);
    await once(far.socket, "end");
    expect(far.bytes).toEqual(message);
    near.socket.write(message);
    far.socket.write("back");
    expect((await near.has(4)).toString()).toBe("back");
    expect(far.bytes).toEqual(message);
  });

  test("splits what comes next into single bytes, in order", async () => {
    const proxy = await startProxy("split");
    const { near, far } = await pair(proxy);
    near.socket.write("!");
    await far.has(1);
    near.socket.write(message);
    expect((await far.has(1 + message.length)).subarray(1)).toEqual(message);
    expect(far.pieces.length).toBeGreaterThan(100);
  });

  test.each<Fault>(["stall", "delay"])("goes on after it had to %s, and loses nothing", async (fault) => {
    const proxy = await startProxy(fault);
    const { near, far } = await pair(proxy);
    near.socket.write(message);
    await far.has(message.length);
    const heldMs = performance.now();
    near.socket.write(message);
    expect(await far.has(2 * message.length)).toEqual(Buffer.concat([message, message]));
    expect(performance.now() - heldMs).toBeGreaterThan(20);
  });

  test("holds back one direction to stall, and both to delay", async () => {
    const order = async (fault: Fault): Promise<string[]> => {
      const { near, far } = await pair(await startProxy(fault));
      near.socket.write(message);
      await far.has(message.length);
      const seen: string[] = [];
      near.socket.write("there");
      far.socket.write("back");
      await Promise.all([
        near.has(4).then(() => seen.push("back")),
        far.has(message.length + 5).then(() => seen.push("there")),
      ]);
      return seen;
    };
    expect(await order("stall")).toEqual(["back", "there"]);
    expect((await order("delay")).length).toBe(2);
  });

  test("harms nobody any more once it is healed", async () => {
    const proxy = await startProxy("drop");
    proxy.heal();
    const { near, far } = await pair(proxy);
    for (let round = 1; round <= 5; round += 1) {
      near.socket.write(message);
      await far.has(round * message.length);
    }
    expect(proxy.counts.size).toBe(0);
  });
});

describe("a proxy in the hands of a test", () => {
  test("cuts everyone off for a partition, and refuses everyone until that ends", async () => {
    const proxy = await startProxy("split");
    const { near, far } = await pair(proxy);
    proxy.partition();
    await Promise.all([near.closed(), far.closed()]);
    for (let attempt = 0; attempt < 5; attempt += 1) await join(proxy).closed();
    proxy.rejoin();
    const again = await pair(proxy);
    again.near.socket.write(message);
    expect(await again.far.has(message.length)).toEqual(message);
  });

  test("cuts the connections of now, and lets new ones through", async () => {
    const proxy = await startProxy("split");
    const { near, far } = await pair(proxy);
    proxy.cut();
    await Promise.all([near.closed(), far.closed()]);
    expect([near.error, far.error]).toEqual(["ECONNRESET", "ECONNRESET"]);
    const again = await pair(proxy);
    again.near.socket.write(message);
    expect(await again.far.has(message.length)).toEqual(message);
  });

  test("says nothing more on a connection that it silences, and does not end it", async () => {
    const proxy = await startProxy("split");
    const silent = await pair(proxy);
    silent.near.socket.write("!");
    await silent.far.has(1);
    proxy.silence();
    silent.near.socket.write(message);
    const other = await pair(proxy);
    for (let round = 1; round <= 5; round += 1) {
      other.near.socket.write(message);
      await other.far.has(round * message.length);
    }
    expect([silent.far.bytes.length, silent.near.socket.destroyed, silent.far.socket.destroyed]).toEqual([
      1,
      false,
      false,
    ]);
  });

  test("leaves nothing open when it is closed", async () => {
    const open = await startProxy("stall");
    const { near, far } = await pair(open);
    near.socket.write(message);
    await far.has(message.length);
    await open.close();
    await Promise.all([near.closed(), far.closed()]);
    await join(open).closed();
    expect(open.counts).toEqual(new Map([["stall", 1]]));
  });
});

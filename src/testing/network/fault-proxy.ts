import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Dice } from "../index.js";

/** What a proxy does to a connection when the bytes that it counts are through. */
export type Fault = "drop" | "reset" | "refuse" | "half-close" | "stall" | "split" | "delay";

/** Every kind of fault. */
export const allFaults = ["drop", "reset", "refuse", "half-close", "stall", "split", "delay"] as const;

/** How long a stall or a delay lasts, milliseconds. */
const pauseMs = 30;
/** How many bytes are split into single ones. */
const splitBytes = 300;
/** The most connections that are refused after one was dropped. */
const refusalsMax = 3;

/** How a proxy is made. */
export interface FaultProxyOptions {
  /** The port on this machine that it stands before. */
  readonly target: number;
  /** What decides which fault comes after how many bytes. */
  readonly dice: Dice;
  /** The most bytes between two faults of a connection. */
  readonly everyBytes: number;
  /** What it does. Default: everything. */
  readonly faults?: readonly [Fault, ...Fault[]];
}

/**
 * A TCP proxy on loopback that harms what it carries: it drops, resets, half-closes, stalls, delays and splits into
 * single bytes, and refuses the next few connections, by a schedule of its dice that counts the bytes which pass. It
 * harms until it is healed; a partition refuses everyone.
 */
export class FaultProxy {
  /** How many faults there were, by kind. */
  readonly counts = new Map<Fault, number>();
  readonly #options: FaultProxyOptions;
  readonly #server: Server;
  /** All sockets, and for how many reasons each is not read. */
  readonly #sockets = new Map<Socket, number>();
  #isHealed = false;
  #isPartitioned = false;
  #refusals = 0;

  private constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#carry(socket));
  }

  /** Listens on a free port. */
  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  /** The port that it listens on. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Harms nobody from now on. */
  heal(): void {
    this.#isHealed = true;
    this.rejoin();
  }

  /** Ends a partition, and goes on with its schedule. */
  rejoin(): void {
    this.#isPartitioned = false;
    this.#refusals = 0;
  }

  /** Cuts all connections, and lets nobody through until it is healed, or rejoined. */
  partition(): void {
    this.#isPartitioned = true;
    for (const socket of this.#sockets.keys()) socket.destroy();
  }

  /** Carries nothing more on the connections of now, and tells neither end; new ones are let through. */
  silence(): void {
    for (const socket of this.#sockets.keys()) this.#hold(socket);
  }

  /** Cuts all connections; new ones are let through. */
  cut(): void {
    for (const socket of this.#sockets.keys()) socket.resetAndDestroy();
  }

  /** Ends everything. */
  async close(): Promise<void> {
    for (const socket of this.#sockets.keys()) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #carry(client: Socket): void {
    this.#keep(client);
    if (this.#isPartitioned || this.#refusals > 0) {
      this.#refusals = Math.max(0, this.#refusals - 1);
      client.destroy();
      return;
    }
    const server = connect({ port: this.#options.target, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    client.setNoDelay(true);
    this.#keep(server);
    client.once("close", () => server.destroy());
    server.once("close", () => client.destroy());
    this.#pipe(client, server);
    this.#pipe(server, client);
  }

  #keep(socket: Socket): void {
    this.#sockets.set(socket, 0);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.#sockets.delete(socket));
  }

  #pipe(from: Socket, to: Socket): void {
    const { dice, everyBytes, faults = allFaults } = this.#options;
    let left = dice.below(everyBytes);
    let single = 0;
    from.on("data", (chunk: Buffer) => {
      // Half-closed: it goes nowhere.
      if (!to.writable) return;
      left -= chunk.length;
      const split = Math.min(single, chunk.length);
      single -= split;
      if (split === 0) this.#forward(chunk, from, to);
      else this.#trickle(chunk, split, { from, to });
      if (left > 0 || this.#isHealed) return;
      left = dice.below(everyBytes);
      const fault = dice.pick(faults);
      this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
      if (fault === "split") single = splitBytes;
      else this.#harm(fault, from, to);
    });
    from.on("end", () => to.end());
  }

  #forward(chunk: Buffer, from: Socket, to: Socket): void {
    if (to.write(chunk)) return;
    this.#hold(from);
    to.once("drain", () => this.#release(from));
  }

  /** Writes so many bytes one by one, each once the one before is gone: else they would leave together. */
  #trickle(chunk: Buffer, split: number, { from, to }: { readonly from: Socket; readonly to: Socket }): void {
    this.#hold(from);
    let at = 0;
    const step = (): void => {
      if (at < split && to.writable) {
        at += 1;
        to.write(chunk.subarray(at - 1, at), () => setImmediate(step));
        return;
      }
      if (to.writable && split < chunk.length) this.#forward(chunk.subarray(split), from, to);
      this.#release(from);
    };
    step();
  }

  #hold(socket: Socket): void {
    const holds = this.#sockets.get(socket);
    if (holds === undefined) return;
    this.#sockets.set(socket, holds + 1);
    socket.pause();
  }

  #release(socket: Socket): void {
    const holds = this.#sockets.get(socket);
    if (holds === undefined) return;
    this.#sockets.set(socket, holds - 1);
    if (holds === 1) socket.resume();
  }

  #harm(fault: Exclude<Fault, "split">, from: Socket, to: Socket): void {
    switch (fault) {
      case "drop":
        from.destroy();
        break;
      case "reset":
        from.resetAndDestroy();
        break;
      case "refuse":
        this.#refusals = 1 + this.#options.dice.below(refusalsMax);
        from.destroy();
        break;
      case "half-close":
        to.end();
        break;
      case "stall":
      case "delay": {
        // A stall holds back one direction, a delay both.
        const held = fault === "delay" ? [from, to] : [from];
        for (const socket of held) this.#hold(socket);
        const timer = setTimeout(() => {
          from.off("close", stop);
          for (const socket of held) this.#release(socket);
        }, pauseMs);
        const stop = (): void => clearTimeout(timer);
        from.once("close", stop);
      }
    }
  }
}

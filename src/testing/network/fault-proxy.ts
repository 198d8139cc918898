import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Dice } from "../index.js";

/** What a proxy does to a connection when the bytes that it counts are through. */
export type Fault = "drop" | "reset" | "half-close" | "stall" | "split" | "delay";

const faults: readonly Fault[] = ["drop", "reset", "half-close", "stall", "split", "delay"];

/** How long a stall or a delay lasts, milliseconds. */
const pauseMs = 30;
/** How many bytes are split into single ones. */
const splitBytes = 300;

/** How a proxy is made. */
export interface FaultProxyOptions {
  /** The port on this machine that it stands before. */
  readonly target: number;
  /** What decides which fault comes after how many bytes. */
  readonly dice: Dice;
  /** The most bytes between two faults of a connection. */
  readonly everyBytes: number;
}

/**
 * A TCP proxy on loopback that harms what it carries: it drops, resets, half-closes, stalls, delays and splits into
 * single bytes, by a schedule that its dice decide. It harms until it is healed; a partition refuses everyone.
 */
export class FaultProxy {
  /** How many faults there were, by kind. */
  readonly counts = new Map<Fault, number>();
  readonly #options: FaultProxyOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isHealed = false;
  #isPartitioned = false;

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
    this.#isPartitioned = false;
  }

  /** Cuts all connections, and lets nobody through until it is healed. */
  partition(): void {
    this.#isPartitioned = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Cuts all connections; new ones are let through. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Ends everything. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #carry(client: Socket): void {
    this.#keep(client);
    if (this.#isPartitioned) {
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
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.#sockets.delete(socket));
  }

  #pipe(from: Socket, to: Socket): void {
    const { dice, everyBytes } = this.#options;
    let left = dice.below(everyBytes);
    let single = 0;
    from.on("data", (chunk: Buffer) => {
      left -= chunk.length;
      const split = Math.min(single, chunk.length);
      single -= split;
      for (let at = 0; at < split; at += 1) to.write(chunk.subarray(at, at + 1));
      if (split < chunk.length && !to.write(chunk.subarray(split))) {
        from.pause();
        to.once("drain", () => from.resume());
      }
      if (left > 0 || this.#isHealed) return;
      left = dice.below(everyBytes);
      const fault = faults[dice.below(faults.length)] ?? "drop";
      this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
      if (fault === "split") single = splitBytes;
      else this.#harm(fault, from, to);
    });
    from.on("end", () => to.end());
  }

  #harm(fault: Exclude<Fault, "split">, from: Socket, to: Socket): void {
    switch (fault) {
      case "drop":
        from.destroy();
        break;
      case "reset":
        from.resetAndDestroy();
        break;
      case "half-close":
        to.end();
        break;
      case "stall":
      case "delay": {
        // A stall holds back one direction, a delay both.
        const held = fault === "delay" ? [from, to] : [from];
        for (const socket of held) socket.pause();
        const timer = setTimeout(() => {
          for (const socket of held) socket.resume();
        }, pauseMs);
        from.once("close", () => clearTimeout(timer));
      }
    }
  }
}

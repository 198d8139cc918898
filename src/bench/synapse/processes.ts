import { fork, spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer, connect } from "node:net";
import { once } from "node:events";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Job, JobResult, Measured, System } from "./jobs.js";

/** What a broker costs and holds. */
export interface BrokerState {
  readonly cpuUs: number;
  readonly rss: number;
  readonly heap: number;
}

/** A broker that runs. */
export interface Broker {
  readonly system: System;
  readonly url: string;
  state(what: "cpu" | "memory"): Promise<BrokerState | undefined>;
  close(): Promise<void>;
}

const here = (name: string): string => fileURLToPath(new URL(`${name}.js`, import.meta.url));

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill();
  await exited;
}

/** Starts the broker of a system; undefined if it is not here. */
export async function startBroker(system: System): Promise<Broker | undefined> {
  if (system === "nats") return startNats();
  const child = fork(here("broker-process"), [system], { execArgv: ["--expose-gc"] });
  const [first]: { url: string }[] = await once(child, "message");
  return {
    system,
    url: first?.url ?? "",
    async state(what) {
      child.send(what);
      const [state]: BrokerState[] = await once(child, "message");
      return state;
    },
    close: () => end(child),
  };
}

/** Where `go install` puts it for this repository, beside what is on the path. */
const cached = resolve("node_modules", ".cache", "cosmonapse");

async function startNats(): Promise<Broker | undefined> {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), cached];
  const program = folders.map((folder) => join(folder, "nats-server")).find((file) => existsSync(file));
  if (program === undefined) return undefined;
  const port = await freePort();
  const child = spawn(program, ["--addr", "127.0.0.1", "--port", String(port)], { stdio: "ignore" });
  while (!(await answers(port)));
  return { system: "nats", url: `127.0.0.1:${port}`, state: () => Promise.resolve(undefined), close: () => end(child) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function answers(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("data", () => {
      socket.destroy();
      settle(true);
    });
    socket.once("error", () => setTimeout(settle, 50, false));
  });
}

/** A process at an end of a bus. */
export class End {
  readonly #child = fork(here("end-process"), [], { execArgv: [] });

  /** Prepares a job; resolves when it is ready to begin. */
  async prepare(job: Job): Promise<void> {
    this.#child.send(job);
    const message = await this.#message();
    if (message !== "ready") throw new Error(`A process said ${JSON.stringify(message)}`);
  }

  /** Lets it begin, or if it only serves, end. */
  go(): void {
    this.#child.send("go");
  }

  /** What became of the job. */
  async result(): Promise<Measured> {
    const message = await this.#message();
    if (typeof message === "string") throw new Error(`A process said ${message}`);
    if ("error" in message) throw new Error(message.error);
    return message;
  }

  /** Ends the process. */
  close(): Promise<void> {
    return end(this.#child);
  }

  /** What it says next; throws if it ends instead. */
  async #message(): Promise<"ready" | JobResult> {
    const gone = new AbortController();
    const heard: Promise<("ready" | JobResult)[]> = once(this.#child, "message", { signal: gone.signal });
    const onExit = (): void => gone.abort();
    this.#child.once("exit", onExit);
    try {
      const [message = { error: "nothing came" }] = await heard;
      return message;
    } finally {
      this.#child.off("exit", onExit);
    }
  }
}

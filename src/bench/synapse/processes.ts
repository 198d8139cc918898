import { fork, spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer, connect } from "node:net";
import { once } from "node:events";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Job, JobResult, Measured } from "./jobs.js";

/** What a broker costs and holds; NaN where the machine does not tell. */
export interface BrokerState {
  readonly cpuUs: number;
  readonly rss: number;
  readonly heap: number;
}

/** A broker that runs. */
export interface Broker {
  readonly program: "cosmo" | "nats" | "bare" | "naive";
  readonly url: string;
  /** What it costs and holds; "collected": after its garbage was. */
  state(when: "now" | "collected"): Promise<BrokerState>;
  close(): Promise<void>;
}

/** A process that says nothing for as long has a defect, and ends the benchmark. */
const silentMs = 60_000;

const children = new Set<ChildProcess>();

/** Keeps a child from outliving the benchmark, however that ends. */
function own(child: ChildProcess): ChildProcess {
  if (children.size === 0) {
    process.once("exit", () => children.forEach((one) => one.kill("SIGKILL")));
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  }
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill();
  await exited;
}

const here = (name: string): string => fileURLToPath(new URL(`${name}.js`, import.meta.url));

/** What a process says next. Throws if it ends instead, or says nothing for a minute. */
async function hear<Message>(child: ChildProcess): Promise<Message> {
  const gone = new AbortController();
  const onExit = (): void => gone.abort(new Error("A process of the benchmark ended too early"));
  child.once("exit", onExit);
  try {
    const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(silentMs)]);
    const [message]: Message[] = await once(child, "message", { signal });
    if (message === undefined) throw new Error("A process of the benchmark said nothing");
    return message;
  } finally {
    child.off("exit", onExit);
  }
}

/** Starts a broker; undefined if it is not here. */
export async function startBroker(program: Broker["program"]): Promise<Broker | undefined> {
  if (program === "nats") return startNats();
  const child = own(fork(here("broker-process"), [program], { execArgv: ["--expose-gc"] }));
  const { url } = await hear<{ url: string }>(child);
  return {
    program,
    url,
    state(when) {
      child.send(when);
      return hear(child);
    },
    close: () => end(child),
  };
}

/** Where `go install` puts it for this repository, beside what is on the path. */
const cached = resolve("node_modules", ".cache", "cosmonapse");

async function startNats(): Promise<Broker | undefined> {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), cached];
  const file = folders.map((folder) => join(folder, "nats-server")).find((one) => existsSync(one));
  if (file === undefined) return undefined;
  const port = await freePort();
  const child = own(spawn(file, ["--addr", "127.0.0.1", "--port", String(port)], { stdio: "ignore" }));
  while (!(await answers(port)));
  return {
    program: "nats",
    url: `127.0.0.1:${port}`,
    state: () => Promise.resolve(readState(child.pid ?? 0)),
    close: () => end(child),
  };
}

/** What Linux tells of a process; it counts CPU time in hundredths of a second. */
function readState(pid: number): BrokerState {
  if (process.platform !== "linux") return { cpuUs: NaN, rss: NaN, heap: NaN };
  const [, rest = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
  const [user, system] = rest.split(" ").slice(11, 13).map(Number);
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return { cpuUs: ((user ?? NaN) + (system ?? NaN)) * 10_000, rss: Number(kilobytes) * 1_024, heap: NaN };
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
  readonly #child = own(fork(here("end-process"), [], { execArgv: [] }));

  /** Prepares a job; resolves when it is ready to begin. */
  async prepare(job: Job): Promise<void> {
    this.#child.send(job);
    const message = await hear<"ready" | JobResult>(this.#child);
    if (message !== "ready") throw new Error(`A process said ${JSON.stringify(message)}`);
  }

  /** Lets it begin, or if it only serves, end. */
  go(): void {
    this.#child.send("go");
  }

  /** What became of the job. */
  async result(): Promise<Measured> {
    const message = await hear<"ready" | JobResult>(this.#child);
    if (typeof message === "string") throw new Error(`A process said ${message}`);
    if ("error" in message) throw new Error(message.error);
    return message;
  }

  /** Ends the process. */
  close(): Promise<void> {
    return end(this.#child);
  }
}

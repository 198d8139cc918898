import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { unpackBinaries } from "./binaries.js";

/** How a server is started. */
export interface PostgresOptions {
  /** Settings of the server beside its own, for example `{ fsync: "off" }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** The user who runs the server: an ordinary one, also for root. */
interface User {
  readonly uid?: number;
  readonly gid?: number;
}

const startMs = 60_000;

/**
 * A real PostgreSQL server on 127.0.0.1 with a port and a folder of its own, which are gone when it stops, and also if
 * this process dies before. For tests and benchmarks.
 */
export class PostgresServer implements AsyncDisposable {
  /** Everything of this server: the data, the log. */
  readonly folder: string;
  readonly #binaries: string;
  readonly #user: User;
  readonly #settings: Readonly<Record<string, string>>;
  #port = 0;
  #process: ChildProcess | undefined;
  #watchdog: ChildProcess | undefined;

  private constructor(options: PostgresOptions) {
    this.#binaries = unpackBinaries();
    this.#user = ordinaryUser();
    this.#settings = options.settings ?? {};
    this.folder = mkdtempSync(join(tmpdir(), "cosmonapse-pg-"));
    chmodSync(this.folder, 0o755);
  }

  /** Makes an empty database and starts the server on it. Throws an Error with the end of the log if it does not. */
  static async start(options: PostgresOptions = {}): Promise<PostgresServer> {
    const server = new PostgresServer(options);
    try {
      server.#initialize();
      await server.restart();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** The database `postgres`, whose user may do everything. */
  get dsn(): string {
    return `postgresql://postgres@127.0.0.1:${this.#port}/postgres`;
  }

  /** Where the data is. */
  get dataFolder(): string {
    return join(this.folder, "data");
  }

  #initialize(): void {
    if (this.#user.uid !== undefined && this.#user.gid !== undefined) {
      chownSync(this.folder, this.#user.uid, this.#user.gid);
    }
    const args = ["-D", this.dataFolder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
    const { status, stderr, error } = spawnSync(join(this.#binaries, "bin", "initdb"), args, {
      ...this.#spawning(),
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`initdb failed: ${error?.message ?? stderr}`);
  }

  #spawning(): SpawnOptions {
    return { ...this.#user, cwd: this.folder, env: { ...process.env, HOME: this.folder, LC_ALL: "C" } };
  }

  /** Starts the server again after `kill`, on the same port and data; it recovers what was committed. */
  async restart(): Promise<void> {
    if (this.#port === 0) this.#port = await freePort();
    const settings = {
      port: String(this.#port),
      listen_addresses: "127.0.0.1",
      unix_socket_directories: "",
      max_connections: "80",
      ...this.#settings,
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const log = openSync(join(this.folder, "log"), "a");
    const child = spawn(join(this.#binaries, "bin", "postgres"), ["-D", this.dataFolder, ...args], {
      ...this.#spawning(),
      stdio: ["ignore", log, log],
    });
    this.#process = child;
    this.#watchdog?.kill("SIGKILL");
    this.#watchdog = watch(child.pid ?? 0, this.folder);
    await this.#ready(child);
  }

  async #ready(child: ChildProcess): Promise<void> {
    const endMs = performance.now() + startMs;
    for (;;) {
      const client = new pg.Client({ connectionString: this.dsn, connectionTimeoutMillis: 5_000 });
      client.on("error", () => undefined);
      try {
        await client.connect();
        await client.end();
        return;
      } catch (error) {
        if (child.exitCode !== null || child.signalCode !== null || performance.now() > endMs) {
          const log = readFileSync(join(this.folder, "log"), "utf8").trimEnd().split("\n").slice(-10).join("\n");
          throw new Error(`PostgreSQL does not start: ${String(error)}\n${log}`, { cause: error });
        }
        await pause(20);
      }
    }
  }

  /** Ends the server and each of its processes at once, as a crash would. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const pids = [child.pid, ...childrenOf(child.pid)];
    for (const pid of pids) signal(pid, "SIGKILL");
    await once(child, "exit");
    // Others than our own children are waited for by looking.
    while (pids.some((pid) => isRunning(pid))) await pause(5);
  }

  /** Stops the server and removes its folder. May be called again. */
  async stop(): Promise<void> {
    const child = this.#process;
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      signal(child.pid, "SIGINT");
      const late = setTimeout(() => void this.kill(), 10_000);
      await once(child, "exit");
      clearTimeout(late);
    }
    this.#watchdog?.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function ordinaryUser(): User {
  if (process.getuid?.() !== 0) return {};
  const lines = readFileSync("/etc/passwd", "utf8").split("\n");
  const users = lines.map((line) => line.split(":")).filter(([, , uid]) => Number(uid) > 0);
  const [, , uid, gid] = users.find(([name]) => name === "nobody") ?? users[0] ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("no port is free");
  return address.port;
}

/** The children of a process. */
function childrenOf(pid: number): readonly number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  const text = existsSync(file)
    ? readFileSync(file, "utf8")
    : spawnSync("pgrep", ["-P", String(pid)], { encoding: "utf8" }).stdout;
  return text.split(/\s+/).filter(Boolean).map(Number);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** A process that ends the server when this one is gone, however it goes: then its standard input ends. */
function watch(pid: number, folder: string): ChildProcess {
  const script = `process.stdin.on("end", () => {
    try { process.kill(${pid}, "SIGQUIT"); } catch {}
    require("node:fs").rmSync(${JSON.stringify(folder)}, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }).resume();`;
  const watchdog = spawn(process.execPath, ["-e", script], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  watchdog.unref();
  return watchdog;
}

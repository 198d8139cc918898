import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { CosmoError } from "../../errors/index.js";
import type { CosmoRun } from "./run-cosmo.js";

/** The built command: tests of processes run what is published. */
const main = fileURLToPath(new URL("../../../dist/src/cli/main.js", import.meta.url));

/** How long a process may take to say or do something, milliseconds. */
const patienceMs = 30_000;

/** A running `cosmo`. */
export class CosmoProcess implements AsyncDisposable {
  /** What it was given. */
  readonly argv: readonly string[];
  readonly #child: ChildProcess;
  readonly #exited: Promise<number>;
  #stdout = "";
  #stderr = "";
  #wake: () => void = () => undefined;

  constructor(argv: readonly string[], env: Readonly<Record<string, string>>, cwd: string) {
    this.argv = argv;
    const base = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("COSMO_")));
    this.#child = spawn(process.execPath, [main, ...argv], { env: { ...base, ...env }, cwd, stdio: "pipe" });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      this.#wake();
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      this.#wake();
    });
    this.#exited = once(this.#child, "close").then(([code]: unknown[]) => (typeof code === "number" ? code : -1));
    void this.#exited.then(() => this.#wake());
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Everything that it wrote to stdout so far. */
  get stdout(): string {
    return this.#stdout;
  }

  /** Everything that it wrote to stderr so far. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Resolves with what matched, as soon as stdout or stderr has it; rejects if it ends before, or after 30 seconds. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    let ended = false;
    void this.#exited.then(() => {
      ended = true;
    });
    const until = Date.now() + patienceMs;
    for (;;) {
      const found = pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr);
      if (found !== null) return found;
      if (ended || Date.now() >= until) throw this.#silence(pattern, ended);
      await this.#next(until - Date.now());
    }
  }

  /** Writes to its stdin; `end` closes it. */
  write(text: string, { end = false } = {}): void {
    this.#child.stdin?.write(text);
    if (end) this.#child.stdin?.end();
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Resolves when it ended and everything it wrote is read. */
  async ended(): Promise<CosmoRun> {
    const exit = await this.#exited;
    return { exit, stdout: this.#stdout, stderr: this.#stderr };
  }

  /** Kills what still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGKILL");
    await this.#exited;
  }

  #next(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#wake = (): void => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #silence(pattern: RegExp, ended: boolean): CosmoError {
    const what = ended ? "ended" : "went on for 30 seconds";
    return new CosmoError("INTERNAL", `cosmo ${what} without ${pattern}:\n${this.#stdout}\n${this.#stderr}`);
  }
}

/**
 * Starts `cosmo` as a process of its own, from dist/, in the folder `cwd` (default: this one). Environment of COSMO_
 * names is what is given, nothing else.
 */
export function startCosmo(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd: string = process.cwd(),
): CosmoProcess {
  return new CosmoProcess(argv, env, cwd);
}

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Operation } from "./history.js";
import type { HistoryLine } from "./recorder.js";
import type { WriterOptions } from "./writer-options.js";

/** How a writer process is started. */
export interface WriterProcessOptions {
  /** The folder whose `dist` it runs. Default: this repository. */
  readonly root?: string;
  /** What is added to its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with each line that it writes, at once. */
  readonly onLine?: (line: string) => void;
}

/** A process that puts a load on an Engram. */
export class WriterProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  readonly #lines: string[] = [];

  constructor(options: WriterOptions, { root = ".", env = {}, onLine }: WriterProcessOptions = {}) {
    const program = join(root, "dist", "src", "testing", "storm", "writer.js");
    this.#child = spawn(process.execPath, [program, JSON.stringify(options)], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...env },
    });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error("a child without stdout");
    stdout.setEncoding("utf8");
    let rest = "";
    stdout.on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      // What a killed process did not write to its end is not said.
      rest = lines.pop() ?? "";
      this.#lines.push(...lines);
      for (const line of lines) onLine?.(line);
    });
    this.#ended = Promise.all([once(this.#child, "exit"), once(stdout, "close")]).then(([exit]) => exit);
  }

  /** Ends it at once, as a loss of power to the process would: it gets to do nothing more. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Resolves with all lines when it has ended by itself or by `kill`; any other end is thrown. */
  async lines(): Promise<readonly string[]> {
    const [code, signal] = await this.#ended;
    if (code !== 0 && signal !== "SIGKILL") throw new Error(`the writer ended with ${String(code ?? signal)}`);
    return this.#lines;
  }

  /** Resolves with its history when it has ended. */
  async history(): Promise<readonly Operation[]> {
    const operations = new Map<number, HistoryLine>();
    for (const text of await this.lines()) {
      const line: HistoryLine = JSON.parse(text);
      operations.set(line.number, line);
    }
    return [...operations.values()];
  }
}

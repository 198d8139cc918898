import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Call } from "../core/call.js";
import { isExitCode, type ExitCode } from "../core/exit-code.js";
import type { WorkerFlags } from "./flags.js";

const main = fileURLToPath(new URL("../main.js", import.meta.url));

/** A worker in a process of its own: what it loads is loaded afresh, imports and all. */
export class SupervisedProcess {
  /** Resolves with what it said when it was ready; with undefined if it ended before. */
  readonly ready: Promise<unknown>;
  /** Resolves when it has ended. */
  readonly ended: Promise<ExitCode>;
  readonly #child: ChildProcess;

  constructor(call: Call<WorkerFlags>) {
    // Of another process group, so that Ctrl-C is told to it once, and by us.
    const child = fork(main, argumentsOf(call), {
      detached: true,
      env: { ...call.terminal.env },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child = child;
    const { stderr } = child;
    stderr?.on("data", (bytes: Buffer) => call.terminal.stderr.write(bytes));
    const kill = (): void => {
      child.kill("SIGKILL");
    };
    process.once("exit", kill);
    const told = stderr === null ? undefined : once(stderr, "close");
    this.ended = once(child, "exit").then(async ([code]: unknown[]) => {
      process.removeListener("exit", kill);
      await told;
      return typeof code === "number" && isExitCode(code) ? code : 1;
    });
    this.ready = Promise.race([
      new Promise((resolve) => {
        child.once("message", resolve);
      }),
      this.ended.then(() => undefined),
    ]);
  }

  /** Lets running tasks end. Resolves when it has ended. */
  async drain(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.ended;
  }
}

/** The line of the process: ours, as it was read. */
function argumentsOf({ args, options, output }: Call<WorkerFlags>): string[] {
  const { watch: _watch, readyFile: _readyFile, connectTimeout, ...others } = options;
  const flags = Object.entries({
    ...others,
    connectTimeout: `${connectTimeout}ms`,
    output: output.format,
    color: output.colors.isColorSupported ? "always" : "never",
  });
  const words = flags.flatMap(([name, value]: [string, unknown]) => {
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (value === true) return [flag];
    return (Array.isArray(value) ? value : [value]).map((one) => `${flag}=${String(one)}`);
  });
  return ["worker", "run", ...words, "--supervised", "--", ...args];
}

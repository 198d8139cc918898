import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

/** A built program in a process of its own, read line by line. */
export class Child {
  readonly process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /** Starts a program of this room; `errors` of it are shown. */
  constructor(name: string, args: readonly string[]) {
    const file = resolve("dist", "src", "testing", "network", `${name}.js`);
    const child = spawn(process.execPath, ["--expose-gc", file, ...args], { stdio: ["pipe", "pipe", "inherit"] });
    this.process = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** The next line that it prints; throws if it prints no more. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error("The process ended without a further line");
    return value;
  }

  /** Asks for what it holds. */
  async ask(): Promise<unknown> {
    this.process.stdin?.write("?\n");
    return JSON.parse(await this.line());
  }

  /** Ends it, if it has not ended; resolves with its exit code. */
  async end(signal: NodeJS.Signals = "SIGKILL"): Promise<number | null> {
    const { process: child } = this;
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, "exit");
      child.kill(signal);
      await exited;
    }
    return child.exitCode;
  }
}

import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { SuiteError, wordsOf } from "../ground/suite-error.js";
import {
  checkAnswer,
  CONTROL_VERSION,
  LineError,
  readReply,
  writeCommand,
  type Command,
  type Hello,
  type Reply,
} from "./messages.js";

/** How a harness is started. */
export interface HarnessCommand {
  readonly program: string;
  readonly args: readonly string[];
}

/** Why a command got no answer: the process ended, it took too long, or it wrote what is no reply. */
export class HarnessFailure extends Error {
  override readonly name = "HarnessFailure";
  readonly kind: "crashed" | "hung" | "broken";

  constructor(kind: "crashed" | "hung" | "broken", message: string) {
    super(message);
    this.kind = kind;
  }
}

interface Waiting {
  readonly command: Command;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (failure: HarnessFailure) => void;
  readonly timer: NodeJS.Timeout;
}

const keptStderr = 4_000;

/** A harness in a process of its own: one JSON object a line each way. */
export class Harness {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  /** The commands that were given up: their answers may still come. */
  readonly #givenUp = new Set<number>();
  readonly #patienceMs: number;
  readonly #ended: Promise<number | undefined>;
  #seq = 0;
  #stderr = "";
  #over: HarnessFailure | undefined;

  /** Starts a process. It is not known to be a harness before `hello`. Throws nothing; what fails, fails a command. */
  constructor({ program, args }: HarnessCommand, patienceMs: number) {
    this.#patienceMs = patienceMs;
    this.#process = spawn(program, [...args], { stdio: ["pipe", "pipe", "pipe"] });
    const { stdin, stdout, stderr } = this.#process;
    stdin?.on("error", () => undefined);
    stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = `${this.#stderr}${text}`.slice(-keptStderr);
    });
    if (stdout !== null) createInterface({ input: stdout }).on("line", (line) => this.#take(line));
    this.#ended = new Promise((resolve) => {
      this.#process.once("error", (error) => {
        this.#fail(new HarnessFailure("crashed", `it cannot be started: ${wordsOf(error)}`));
        resolve(undefined);
      });
      this.#process.once("close", (code, signal) => {
        const words = `the process ended with ${signal ?? `exit code ${code ?? 0}`}`;
        this.#fail(new HarnessFailure("crashed", this.#stderr === "" ? words : `${words}: ${this.#stderr.trim()}`));
        resolve(code ?? undefined);
      });
    });
  }

  /** True once it can be asked nothing more: it has ended, or wrote what is no reply. */
  get isOver(): boolean {
    return this.#over !== undefined;
  }

  /** Its exit code once it has ended; undefined if a signal ended it. */
  get ended(): Promise<number | undefined> {
    return this.#ended;
  }

  /** Says hello. Throws SuiteError if what answers is no harness. */
  async hello(): Promise<Hello> {
    const reply = await this.ask({ hello: { control: CONTROL_VERSION } }).catch((thrown: unknown) => {
      throw new SuiteError(`The harness did not say hello: ${wordsOf(thrown)}`);
    });
    if (reply.hello !== undefined) return reply.hello;
    throw new SuiteError(`The harness answered hello with ${JSON.stringify(reply)}`);
  }

  /** Sends a command and waits for its answer. Rejects with HarnessFailure if there is none. */
  ask(command: Command): Promise<Reply> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    this.#seq += 1;
    const seq = this.#seq;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(seq);
        this.#givenUp.add(seq);
        reject(new HarnessFailure("hung", `no answer within ${this.#patienceMs} ms`));
      }, this.#patienceMs);
      this.#waiting.set(seq, { command, resolve, reject, timer });
      this.#process.stdin?.write(writeCommand(seq, command));
    });
  }

  /** Closes its standard input: it is to end. */
  closeInput(): void {
    this.#process.stdin?.end();
  }

  /** Asks it to stop, and kills it if it does not within its patience. Gives its exit code. */
  async stop(): Promise<number | undefined> {
    if (this.#over === undefined) await this.ask({ stop: {} }).catch(() => undefined);
    this.closeInput();
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), this.#patienceMs);
    const code = await this.#ended;
    clearTimeout(timer);
    return code;
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#ended;
  }

  #take(line: string): void {
    if (line.trim() === "") return;
    try {
      const reply = readReply(line);
      const waiting = this.#waiting.get(reply.seq);
      // The answer to what was given up is late, not wrong.
      if (waiting === undefined && this.#givenUp.delete(reply.seq)) return;
      const why = reply.seq > this.#seq ? "to a command that was never sent" : "for the second time";
      if (waiting === undefined) throw new LineError(`an answer ${why}: ${line.slice(0, 200)}`);
      checkAnswer(waiting.command, reply);
      this.#waiting.delete(reply.seq);
      clearTimeout(waiting.timer);
      waiting.resolve(reply);
    } catch (thrown) {
      this.#fail(new HarnessFailure("broken", wordsOf(thrown)));
    }
  }

  #fail(failure: HarnessFailure): void {
    this.#over ??= failure;
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(failure);
    }
    this.#waiting.clear();
  }
}

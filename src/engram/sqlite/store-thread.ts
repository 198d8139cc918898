import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { CosmoError, describeThrown } from "../../errors/index.js";
import { createDeferred, type Deferred } from "../../foundation/index.js";
import type { Answers, Commands, Reply, ThreadOptions } from "./commands.js";

/** The file that a thread runs is always the built one: a thread cannot load TypeScript. */
const workerFile = createRequire(import.meta.url).resolve("#sqlite-worker");

/** A thread with one connection to the file. It starts with the first question and keeps no process alive. */
export class StoreThread {
  readonly #options: ThreadOptions;
  readonly #asked = new Map<number, Deferred<Answers[keyof Answers]>>();
  #worker: Worker | undefined;
  #ended: Promise<void> = Promise.resolve();
  #number = 0;
  #isClosed = false;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  /** Asks the thread. Fails with a typed error: `ENGRAM_FAILED` also if the thread ends, `CLOSED` after `close`. */
  async ask<Kind extends keyof Commands>(kind: Kind, parts: Commands[Kind]): Promise<Answers[Kind]> {
    if (this.#isClosed)
      throw new CosmoError("CLOSED", `${this.#options.path} is closed; use it between open and close`);
    const worker = (this.#worker ??= this.#start());
    this.#number += 1;
    const answer = createDeferred<Answers[keyof Answers]>();
    this.#asked.set(this.#number, answer);
    worker.ref();
    worker.postMessage({ kind, parts, number: this.#number });
    // The thread answers a question of a kind with an answer of that kind.
    return (await answer.promise) as Answers[Kind];
  }

  #start(): Worker {
    const worker = new Worker(workerFile, { workerData: this.#options, execArgv: [] });
    const ended = createDeferred<void>();
    this.#ended = ended.promise;
    let error = new CosmoError("ENGRAM_FAILED", `${this.#options.path}: its thread ended; try again`);
    worker.on("message", (reply: Reply) => this.#settle(worker, reply));
    worker.on("error", (thrown) => {
      error = explain(thrown, this.#options.path);
    });
    worker.on("exit", () => {
      if (this.#worker === worker) this.#worker = undefined;
      for (const { reject } of this.#asked.values()) reject(error);
      this.#asked.clear();
      ended.resolve();
    });
    return worker;
  }

  #settle(worker: Worker, { number, answer, error }: Reply): void {
    const asked = this.#asked.get(number);
    this.#asked.delete(number);
    if (this.#asked.size === 0) worker.unref();
    if (answer !== undefined) asked?.resolve(answer);
    else if (error !== undefined) asked?.reject(new CosmoError(error));
  }

  /** Lets the thread finish what it was asked, then closes the file. May be called again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#worker?.ref();
    this.#worker?.postMessage("close");
    this.#worker = undefined;
    await this.#ended;
  }
}

/** Why a thread ended: the package may not be there, or not be compiled for this Node. */
function explain(thrown: unknown, path: string): CosmoError {
  const what = describeThrown(thrown);
  if (!/better.sqlite3/i.test(what)) return new CosmoError("ENGRAM_FAILED", `${path}: ${what}`, { cause: thrown });
  const message =
    "SqliteEngram needs the package better-sqlite3, which is not installed or not compiled: " +
    "npm install better-sqlite3, or use InMemoryEngram";
  return new CosmoError("INVALID_ARGUMENT", message, { cause: thrown });
}

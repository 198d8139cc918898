import { watch } from "chokidar";
import { systemClock, type CancelTimer } from "../../foundation/index.js";
import type { Call } from "../core/call.js";
import type { ExitCode } from "../core/exit-code.js";
import { findModules } from "./find-modules.js";
import type { WorkerFlags } from "./flags.js";
import { describeReady, type Ready } from "./ready.js";
import { writeReadyFile } from "../core/ready-file.js";
import { SupervisedProcess } from "./supervised-process.js";

/** What an editor does to a file on saving takes less than this, milliseconds. */
const settleMs = 50;

/**
 * Hosts Neurons in a process that is replaced when their code changes. The new one is there before the old one takes no
 * more tasks and lets those that run end; if the new code cannot be loaded, the old one stays.
 */
export async function supervise(call: Call<WorkerFlags>): Promise<ExitCode> {
  const { args, options, output, abort } = call;
  const changes = new Changes(args);
  const stop = (): void => changes.end();
  abort.addEventListener("abort", stop, { once: true });
  let current: SupervisedProcess | undefined;
  const draining: Promise<void>[] = [];
  try {
    await changes.ready;
    current = new SupervisedProcess(call);
    const ready = await firstOf(current, changes);
    if (ready === undefined) return abort.aborted ? 0 : await current.ended;
    if (options.readyFile !== undefined) writeReadyFile(options.readyFile, ready);
    await output.record(ready, () => describeReady(ready, output.colors.bold));
    while (await nextChange(current, changes, output.note.bind(output))) {
      const next: SupervisedProcess = new SupervisedProcess(call);
      const again = await firstOf(next, changes);
      if (again === undefined) {
        draining.push(next.drain());
        if (!abort.aborted) output.note("The code from before goes on; save a file to try again.");
        continue;
      }
      output.note(`Loaded again: ${again.neurons.join(", ")}.`);
      draining.push(current.drain());
      current = next;
    }
    output.note("Letting running tasks end; again to end now.");
  } finally {
    abort.removeEventListener("abort", stop);
    await Promise.all([...draining, current?.drain(), changes.close()]);
  }
  await output.endRecords();
  return 0;
}

/** What a process says when it is ready; undefined if it ends before, or nobody waits for it any more. */
async function firstOf(child: SupervisedProcess, changes: Changes): Promise<Ready | undefined> {
  const said = await Promise.race([child.ready, changes.ended]);
  return isReady(said) ? said : undefined;
}

function isReady(said: unknown): said is Ready {
  return typeof said === "object" && said !== null && "neurons" in said && Array.isArray(said.neurons);
}

/** Waits for a change; false if there will be none. */
async function nextChange(child: SupervisedProcess, changes: Changes, note: (line: string) => void): Promise<boolean> {
  const change = changes.next();
  const first = await Promise.race([change, child.ended.then((exit) => ({ exit }))]);
  if (typeof first === "boolean") return first;
  note(`The process of the Neurons ended with ${first.exit}; save a file to start it again.`);
  return change;
}

/** The changes of the files that a program is made of; those that come together are one. */
class Changes {
  readonly #files: readonly string[];
  readonly #watcher;
  /** Resolves when every change will be seen. */
  readonly ready: Promise<void>;
  /** Resolves when there will be none. */
  readonly ended: Promise<undefined>;
  #end: () => void = () => undefined;
  #isEnded = false;
  #isChanged = false;
  #wake: () => void = () => undefined;
  #cancel: CancelTimer | undefined;

  constructor(files: readonly string[]) {
    this.#files = files;
    this.ended = new Promise((resolve) => {
      this.#end = (): void => resolve(undefined);
    });
    this.#watcher = watch(findModules(files), { ignoreInitial: true });
    this.#watcher.on("all", () => this.#see());
    this.ready = new Promise((resolve) => {
      this.#watcher.once("ready", resolve);
    });
  }

  /** Resolves with true after a change, with false if there will be none. */
  async next(): Promise<boolean> {
    while (!this.#isChanged && !this.#isEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#isChanged = false;
    // What is imported may have changed, too.
    this.#watcher.add(findModules(this.#files));
    return !this.#isEnded;
  }

  /** There will be none. */
  end(): void {
    this.#isEnded = true;
    this.#end();
    this.#wake();
  }

  /** Lets go of the files. */
  async close(): Promise<void> {
    this.end();
    this.#cancel?.();
    await this.#watcher.close();
  }

  #see(): void {
    this.#cancel?.();
    this.#cancel = systemClock.schedule(settleMs, () => {
      this.#isChanged = true;
      this.#wake();
    });
  }
}

import { Harness, type HarnessCommand } from "./harness.js";
import type { Hello } from "./messages.js";

/** A harness that is there for every case: when it has crashed, the next case gets another one. */
export class HarnessPool {
  readonly #command: HarnessCommand;
  readonly #patienceMs: number;
  #current: Promise<Harness> | undefined;
  #hello: Hello | undefined;

  constructor(command: HarnessCommand, patienceMs: number) {
    this.#command = command;
    this.#patienceMs = patienceMs;
  }

  /** The harness that is there now, after its hello. Rejects with SuiteError if it does not say one. */
  take(): Promise<Harness> {
    this.#current ??= this.#start();
    return this.#current;
  }

  /** What it says of itself. */
  async hello(): Promise<Hello> {
    await this.take();
    // `take` has resolved, so it was said.
    return this.#hello as Hello;
  }

  /** Ends it. */
  async stop(): Promise<void> {
    await (await this.#current)?.stop();
  }

  async #start(): Promise<Harness> {
    const harness = new Harness(this.#command, this.#patienceMs);
    void harness.ended.then(() => {
      this.#current = undefined;
    });
    try {
      this.#hello = await harness.hello();
      return harness;
    } catch (thrown) {
      await harness.kill();
      throw thrown;
    }
  }
}

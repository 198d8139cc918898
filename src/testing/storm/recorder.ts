import type { Engram } from "../../engram/index.js";
import { CosmoError } from "../../errors/index.js";
import { askEngram } from "./engram-client.js";
import { sharedClockNs, type Answer, type Operation, type Wish } from "./history.js";
import { stormNamespace } from "./writer-options.js";

/** A line of a history on its way: an operation that was sent, and later what came of it. */
export type HistoryLine = Operation & { readonly number: number };

/** Asks an Engram and writes down what was sent before it is sent, and what came as soon as it came. */
export class Recorder {
  readonly #engram: Engram;
  readonly #write: (line: HistoryLine) => void;
  #number = 0;

  constructor(engram: Engram, write: (line: HistoryLine) => void) {
    this.#engram = engram;
    this.#write = write;
  }

  /** Asks; undefined when nobody knows what it did, since the backend failed. */
  async ask(writer: string, wish: Wish): Promise<Answer | undefined> {
    this.#number += 1;
    const sent = { number: this.#number, writer, wish, sentNs: sharedClockNs() };
    this.#write(sent);
    try {
      const said = await askEngram(this.#engram, stormNamespace, wish);
      this.#write({ ...sent, receivedNs: sharedClockNs(), ...said });
      return said.answer;
    } catch (thrown) {
      if (thrown instanceof CosmoError && thrown.code === "ENGRAM_FAILED") return undefined;
      throw thrown;
    }
  }
}

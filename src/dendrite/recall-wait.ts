import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { createRecallCollector, type RecallCollector } from "../engram/index.js";
import type { CosmoError } from "../errors/index.js";
import { createDeferred } from "../foundation/index.js";
import type { RecallMode, RecallResult } from "../neuron/index.js";
import type { AskListener } from "./asker.js";
import { errorOf, isSilence, unreadable } from "./outcome.js";

/**
 * Waits for the Engrams that were asked, and no longer than it must. An error of the only one that was asked is thrown;
 * of several, it stands in the result. One that gave no answer in time is missing.
 */
export class RecallWait implements AskListener {
  readonly #done = createDeferred<RecallResult>();
  readonly #mode: RecallMode;
  readonly #topK: number;
  readonly #expected: string;
  readonly #early: [Signal, string][] = [];
  #collector: RecallCollector | undefined;
  #askedCount = 1;

  /** `expected` is the id that is asked when the address names one. */
  constructor({ mode, topK, expected }: { mode: RecallMode; topK: number; expected: string }) {
    this.#mode = mode;
    this.#topK = topK;
    this.#expected = expected;
  }

  /** What was found. */
  get result(): Promise<RecallResult> {
    return this.#done.promise;
  }

  accepted(asked: readonly string[]): void {
    const participants = asked.length > 0 ? asked : [this.#expected];
    this.#askedCount = participants.length;
    this.#collector = createRecallCollector(this.#mode, participants, this.#topK);
    for (const [outcome, participant] of this.#early.splice(0)) this.outcome(outcome, participant);
  }

  outcome(outcome: Signal, participant: string): void {
    if (this.#collector === undefined) {
      this.#early.push([outcome, participant]);
      return;
    }
    const { body } = outcome;
    if (body?.$case === "recalled") {
      this.#collector.add(participant, body.value);
    } else {
      const error = errorOf(outcome) ?? unreadable(outcome);
      if (isSilence(error)) return;
      if (this.#askedCount === 1) this.#done.reject(error);
      this.#collector.add(participant, error.detail);
    }
    if (this.#collector.isDecided()) this.#done.resolve(this.#collector.finish());
  }

  complete(): void {
    this.#collector ??= createRecallCollector(this.#mode, [this.#expected], this.#topK);
    for (const [outcome, participant] of this.#early.splice(0)) this.outcome(outcome, participant);
    this.#done.resolve(this.#collector.finish());
  }

  failed(error: CosmoError): void {
    this.#done.reject(error);
  }
}

import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { toReceipt } from "../engram/index.js";
import { toCosmoError, type CosmoError } from "../errors/index.js";
import { createDeferred } from "../foundation/index.js";
import type { ImprintReceipt, ImprintResult } from "../neuron/index.js";
import type { AskListener } from "./asker.js";
import { errorOf, isSilence, unreadable } from "./outcome.js";

/** How an imprint is waited for. */
export interface ImprintWaitOptions {
  /** The id of idempotency that was used. */
  readonly imprintId: string;
  /** True if each Engram that was asked owes a receipt. */
  readonly isForAll: boolean;
  /** False: resolve once the Synapse accepted. */
  readonly isAwaited: boolean;
  /** Takes errors that come after the result. */
  readonly onError: (error: CosmoError) => void;
}

/** Waits for the receipts of those who were asked. With one, its error is thrown; with all, it stands in the result. */
export class ImprintWait implements AskListener {
  readonly #options: ImprintWaitOptions;
  readonly #done = createDeferred<ImprintResult>();
  readonly #receipts: ImprintReceipt[] = [];
  readonly #errors: ImprintResult["errors"][number][] = [];
  readonly #answered = new Set<string>();
  #asked: readonly string[] = [];
  #isAccepted = false;

  constructor(options: ImprintWaitOptions) {
    this.#options = options;
  }

  /** The receipts. */
  get result(): Promise<ImprintResult> {
    return this.#done.promise;
  }

  accepted(asked: readonly string[]): void {
    this.#asked = asked;
    this.#isAccepted = true;
    if (!this.#options.isAwaited) this.#done.resolve(this.#collect(false));
  }

  outcome(outcome: Signal, participant: string): void {
    const error = this.#take(outcome, participant);
    if (error === undefined) return;
    if (!this.#options.isAwaited) this.#options.onError(error);
    else if (!this.#options.isForAll || participant === "") this.#done.reject(error);
    else if (!isSilence(error)) {
      this.#answered.add(participant);
      this.#errors.push({ engramId: participant, code: error.code, message: error.detail.message });
    }
  }

  complete(): void {
    this.#done.resolve(this.#collect(this.#options.isAwaited));
  }

  failed(error: CosmoError): void {
    if (this.#isAccepted && !this.#options.isAwaited) this.#options.onError(error);
    this.#done.reject(error);
  }

  #take(outcome: Signal, participant: string): CosmoError | undefined {
    if (outcome.body?.$case !== "imprinted") return errorOf(outcome) ?? unreadable(outcome);
    try {
      this.#receipts.push(toReceipt({ ...outcome.body.value, engramId: participant }));
      this.#answered.add(participant);
      return undefined;
    } catch (thrown) {
      return toCosmoError(thrown, "ENGRAM_FAILED");
    }
  }

  #collect(isAcknowledged: boolean): ImprintResult {
    const missing = isAcknowledged ? this.#asked.filter((id) => !this.#answered.has(id)) : [];
    return {
      imprintId: this.#options.imprintId,
      acknowledged: isAcknowledged && this.#receipts.length > 0,
      receipts: [...this.#receipts],
      receipt: this.#receipts.length === 1 ? this.#receipts[0] : undefined,
      partial: missing.length > 0 || this.#errors.length > 0,
      missing,
      errors: [...this.#errors],
    };
  }
}

import { CosmoError } from "../errors/index.js";
import { createDeferred, type Deferred, type Json } from "../foundation/index.js";
import type { TaskHandle } from "../neuron/index.js";
import type { Observation } from "./observation.js";
import type { Reply } from "./reply.js";

/** What a Pathway needs from the Dendrite that made it. */
export interface PathwayHost {
  /** Tells that parts were consumed, so that the Neuron may send as many more. */
  consumed(parts: number): void;
  /** Ends the task and all below it. */
  stop(reason: string): Promise<void>;
  /** Sends FINAL for a trace that was kept open. */
  finish(failure: CosmoError | undefined): Promise<void>;
  /** Watches the whole trace. */
  watch(abort: AbortSignal | undefined): AsyncIterable<Observation>;
}

/** Where a Pathway's replies come in. */
export interface PathwayFeed<Output> {
  /** A part arrived. */
  part(reply: Reply<Output>): void;
  /** The outcome arrived; a second one is ignored. */
  end(outcome: Reply<Output> | CosmoError): void;
}

/**
 * How parts are used: `undecided` keeps them until someone awaits or iterates, so that the Neuron waits at the end of
 * its window; `iterated` hands them over one by one; `released` discards them, since only the answer is awaited.
 */
type Consumption = "undecided" | "iterated" | "released";

/**
 * A handle on one trace. `await` it for the answer: it rejects with the outcome's error. Iterate it for the parts that
 * come before the answer; each is acknowledged when the next is asked for, and the Neuron waits for a slow consumer.
 * Begin to iterate before you await: from then on parts are discarded. Listen to it with `signals`.
 */
export class Pathway<Output = Json> implements TaskHandle<Output> {
  /** The trace. */
  readonly traceId: string;
  /** The id of the TASK that opened it, or that joined it. */
  readonly taskId: string;
  readonly #host: PathwayHost;
  readonly #outcome: Deferred<Reply<Output>> = createDeferred();
  readonly #parts: Reply<Output>[] = [];
  #consumption: Consumption = "undecided";
  #isEnded = false;
  #wake: (() => void) | undefined;

  private constructor(ids: { traceId: string; taskId: string }, host: PathwayHost) {
    this.traceId = ids.traceId;
    this.taskId = ids.taskId;
    this.#host = host;
  }

  /** Makes a Pathway and the feed that its replies come in by. For Dendrites. */
  static create<Output>(
    ids: { traceId: string; taskId: string },
    host: PathwayHost,
  ): { pathway: Pathway<Output>; feed: PathwayFeed<Output> } {
    const pathway = new Pathway<Output>(ids, host);
    const feed: PathwayFeed<Output> = {
      part: (reply) => pathway.#takePart(reply),
      end: (outcome) => pathway.#takeOutcome(outcome),
    };
    return { pathway, feed };
  }

  /** The answer. Rejects with the outcome's error. */
  get outcome(): Promise<Reply<Output>> {
    if (this.#consumption === "undecided") this.#release();
    return this.#outcome.promise;
  }

  // eslint-disable-next-line unicorn/no-thenable -- a Pathway is awaited
  then<Fulfilled = Reply<Output>, Rejected = never>(
    onFulfilled?: ((reply: Reply<Output>) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.outcome.then(onFulfilled, onRejected);
  }

  /** The parts, as they come; ends at the answer and throws the outcome's error. One consumer at a time. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Reply<Output>, void, void> {
    if (this.#consumption !== "undecided") {
      throw new CosmoError("INVALID_ARGUMENT", "A Pathway is iterated once, and before it is awaited");
    }
    this.#consumption = "iterated";
    try {
      for (;;) {
        const part = this.#parts.shift();
        if (part !== undefined) {
          yield part;
          this.#host.consumed(1);
        } else if (this.#isEnded) {
          await this.#outcome.promise;
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      this.#release();
    }
  }

  /**
   * Everything that happens in the trace from now on, as an observer sees it, FINAL last: the whole trace if it is called
   * right after the dispatch, nothing if FINAL has come.
   */
  signals(options: { readonly abort?: AbortSignal } = {}): AsyncIterable<Observation> {
    return this.#host.watch(options.abort);
  }

  /** Ends the task and all below it: its outcome becomes CANCELLED. Resolves when the Synapse knows. */
  stop(reason = ""): Promise<void> {
    return this.#host.stop(reason);
  }

  /**
   * Ends a trace that was dispatched with `keepOpen`, as completed, or as failed because of `failure`. What is pending in
   * it ends with TRACE_CLOSED. Rejects with TRACE_CLOSED if it has ended.
   */
  finish(failure?: CosmoError): Promise<void> {
    return this.#host.finish(failure);
  }

  #takePart(reply: Reply<Output>): void {
    if (this.#isEnded) return;
    if (this.#consumption === "released") {
      this.#host.consumed(1);
      return;
    }
    this.#parts.push(reply);
    this.#notify();
  }

  #takeOutcome(outcome: Reply<Output> | CosmoError): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (outcome instanceof CosmoError) this.#outcome.reject(outcome);
    else this.#outcome.resolve(outcome);
    this.#notify();
  }

  #release(): void {
    this.#consumption = "released";
    const discarded = this.#parts.splice(0).length;
    if (discarded > 0) this.#host.consumed(discarded);
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

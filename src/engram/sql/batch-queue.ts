import { CosmoError } from "../../errors/index.js";
import { Effect } from "../../../gen/cosmonapse/v1/options.js";
import { createDeferred, type Deferred } from "../../foundation/index.js";

/** How a queue makes batches. */
export interface BatchQueueOptions<Request, Result> {
  /** Does a batch: one result for each request, in order. What it throws, every request of the batch gets. */
  readonly run: (batch: readonly Request[]) => Promise<readonly Result[]>;
  /** What a request takes, bytes. */
  readonly sizeOf: (request: Request) => number;
}

interface Waiting<Request, Result> {
  readonly request: Request;
  readonly abort: AbortSignal;
  readonly result: Deferred<Result>;
}

const batchCountMax = 256;
const batchBytesMax = 4_194_304;
const waitingCountMax = 65_536;
const waitingBytesMax = 134_217_728;

/**
 * Puts what waits together into one batch, one batch after another in the order of adding: while one is stored, the
 * next gathers. At most 65,536 requests or 128 MiB wait; a batch has at most 256 requests or 4 MiB, and at least one.
 */
export class BatchQueue<Request, Result> {
  readonly #options: BatchQueueOptions<Request, Result>;
  #waiting: Waiting<Request, Result>[] = [];
  #bytes = 0;
  #running: Promise<void> | undefined;

  constructor(options: BatchQueueOptions<Request, Result>) {
    this.#options = options;
  }

  /** Adds a request. One that is aborted while it waits is `CANCELLED`; a full queue is `OVERLOADED`. */
  async add(request: Request, abort: AbortSignal): Promise<Result> {
    const bytes = this.#options.sizeOf(request);
    if (this.#waiting.length >= waitingCountMax || this.#bytes + bytes > waitingBytesMax) {
      throw new CosmoError("OVERLOADED", `${this.#waiting.length} imprints wait already; try again later`, {
        effect: Effect.NONE,
      });
    }
    const result = createDeferred<Result>();
    this.#waiting.push({ request, abort, result });
    this.#bytes += bytes;
    this.#running ??= this.#run();
    return result.promise;
  }

  /** Resolves when nothing waits and nothing runs. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Fails what waits. What runs goes on. */
  clear(error: CosmoError): void {
    for (const { result } of this.#waiting.splice(0)) result.reject(error);
    this.#bytes = 0;
  }

  async #run(): Promise<void> {
    // What is asked in the same turn belongs together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#next();
      if (batch.length > 0) await this.#settle(batch);
    }
    this.#running = undefined;
  }

  #next(): readonly Waiting<Request, Result>[] {
    const batch: Waiting<Request, Result>[] = [];
    let bytes = 0;
    let taken = 0;
    for (const waiting of this.#waiting) {
      const size = this.#options.sizeOf(waiting.request);
      if (batch.length >= batchCountMax || (batch.length > 0 && bytes + size > batchBytesMax)) break;
      taken += 1;
      this.#bytes -= size;
      if (waiting.abort.aborted) {
        waiting.result.reject(
          new CosmoError("CANCELLED", "the imprint was stopped before it was decided", { effect: Effect.NONE }),
        );
        continue;
      }
      bytes += size;
      batch.push(waiting);
    }
    this.#waiting = this.#waiting.slice(taken);
    return batch;
  }

  async #settle(batch: readonly Waiting<Request, Result>[]): Promise<void> {
    try {
      const results = await this.#options.run(batch.map(({ request }) => request));
      results.forEach((result, index) => batch[index]?.result.resolve(result));
    } catch (thrown) {
      for (const { result } of batch) result.reject(thrown);
    }
  }
}

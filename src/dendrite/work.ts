import type { DeliveryNote } from "../../gen/cosmonapse/v1/frames.js";
import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { CosmoError, readDuration } from "../errors/index.js";
import type { Clock } from "../foundation/index.js";
import { PartialWindow } from "./partial-window.js";
import type { Scope } from "./scope.js";

/** What a piece of work is made with. */
export interface WorkOptions {
  readonly signal: Signal;
  readonly note: DeliveryNote;
  readonly clock: Clock;
  /** PARTIALs that may be sent before the asker consumes any. */
  readonly partialWindow: number;
  /** True if imprints of this work take their ids from the TASK, so that another attempt repeats them. */
  readonly isRetrySafe: boolean;
}

/** One request that this Dendrite holds, from its delivery to its outcome. */
export class Work {
  readonly signal: Signal;
  /** The registered id that was chosen. */
  readonly participant: string;
  /** Which attempt it is. */
  readonly attempt: number;
  readonly window: PartialWindow;
  /** Where the requests below it belong. */
  readonly scope: Scope;
  readonly #abort = new AbortController();
  readonly #below = new Set<Promise<unknown>>();
  readonly #deadlineMs: number;
  readonly #clock: Clock;
  #cancelTimer: () => void;

  constructor({ signal, note, clock, partialWindow, isRetrySafe }: WorkOptions) {
    this.signal = signal;
    this.participant = note.participant;
    this.attempt = note.attempt;
    this.window = new PartialWindow(partialWindow);
    this.#clock = clock;
    const remainingMs = readDuration(note.remaining) ?? 0;
    this.#deadlineMs = clock.monotonicMs() + remainingMs;
    this.#cancelTimer = clock.schedule(remainingMs, () => {
      this.stop(new CosmoError("DEADLINE_EXCEEDED", `${signal.id} ran out of time`, { requirement: "COS-TASK-005" }));
    });
    this.scope = this.#createScope(isRetrySafe);
  }

  /** Names the work among all that the Dendrite holds. */
  get key(): string {
    return workKey(this.signal.id, this.participant);
  }

  /** Fires when the work is not wanted any more. */
  get abort(): AbortSignal {
    return this.#abort.signal;
  }

  /** What is left of its time, milliseconds. */
  remainingMs(): number {
    return Math.max(0, this.#deadlineMs - this.#clock.monotonicMs());
  }

  /** Tells the Neuron or the Engram that nobody waits any more. */
  stop(reason: CosmoError): void {
    if (this.abort.aborted) return;
    this.#cancelTimer();
    this.window.close(reason);
    this.#abort.abort(reason);
  }

  /** Waits for stopped work to settle, but no longer than a grace. */
  awaitStop(graceMs: number, onGraceOver: () => void): void {
    this.#cancelTimer = this.#clock.schedule(graceMs, onGraceOver);
  }

  /** The work is over: its timer stops, and no part can follow. */
  finish(): void {
    this.#cancelTimer();
    this.window.close();
  }

  /** Resolves when all requests below it have ended. */
  async settled(): Promise<void> {
    while (this.#below.size > 0) await Promise.allSettled([...this.#below]);
  }

  #createScope(isRetrySafe: boolean): Scope {
    const { id, traceId, traceparent } = this.signal;
    let imprints = 0;
    return {
      traceId,
      parentId: id,
      attempt: this.attempt,
      source: this.participant,
      traceparent,
      remainingMs: () => this.remainingMs(),
      abort: this.abort,
      nextImprintId: () => {
        if (!isRetrySafe) return undefined;
        imprints += 1;
        return `${id}-${imprints}`;
      },
      track: (ended) => {
        const forget = (): boolean => this.#below.delete(ended);
        this.#below.add(ended);
        ended.then(forget, forget);
      },
    };
  }
}

/** The key of a piece of work: a request may be held for several ids. */
export function workKey(requestId: string, participant: string): string {
  return `${requestId} ${participant}`;
}

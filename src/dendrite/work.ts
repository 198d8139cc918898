import type { DeliveryNote } from "../../gen/cosmonapse/v1/frames.js";
import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { CosmoError, readDuration } from "../errors/index.js";
import type { CancelTimer, Clock } from "../foundation/index.js";
import type { TraceHeader, TracingSpan } from "../telemetry/index.js";
import { Outstanding } from "./outstanding.js";
import { PartialWindow } from "./partial-window.js";
import type { Scope } from "./scope.js";

/** How long work may go on after it was stopped before its slot is given back, milliseconds. */
export const STOP_GRACE_MS = 1_000;

/** What a piece of work is made with. */
export interface WorkOptions {
  readonly signal: Signal;
  readonly note: DeliveryNote;
  readonly clock: Clock;
  /** PARTIALs that may be sent before the asker consumes any. */
  readonly partialWindow: number;
  /** True if imprints of this work take their ids from the TASK, so that another attempt repeats them (COS-RED-009). */
  readonly isRetrySafe: boolean;
  /** Called when stopped work has not ended within the grace. */
  readonly onGraceOver: (work: Work) => void;
}

/**
 * One request that this Dendrite holds, from its delivery to its outcome. The time of the request is the Synapse's to
 * watch: when it has passed, the holder is told like of any other stop.
 *
 * `running` → `answered` → over, or `running` → `stopped` → over.
 */
export class Work {
  readonly signal: Signal;
  /** The registered id that was chosen. */
  readonly participant: string;
  /** Which attempt it is. */
  readonly attempt: number;
  readonly window: PartialWindow;
  /** Where the requests below it belong. */
  readonly scope: Scope;
  /** The requests below it. */
  readonly below = new Outstanding();
  /** Parts of its answer on their way. */
  readonly sending = new Outstanding();
  /** How many parts its answer has so far. */
  parts = 0;
  /** False once the answer is made: no part may follow. */
  takesParts = true;
  /** What those who trace see of it; undefined: nobody does. */
  span: TracingSpan | undefined;
  readonly #abort = new AbortController();
  readonly #deadlineMs: number;
  readonly #options: WorkOptions;
  #state: "running" | "answered" | "stopped" = "running";
  #stopReason: CosmoError | undefined;
  #cancelGrace: CancelTimer = () => undefined;

  constructor(options: WorkOptions) {
    const { signal, note, clock, partialWindow } = options;
    this.signal = signal;
    this.participant = note.participant;
    this.attempt = note.attempt;
    this.window = new PartialWindow(partialWindow);
    this.#options = options;
    this.#deadlineMs = clock.monotonicMs() + (readDuration(note.remaining) ?? 0);
    this.scope = this.#createScope();
  }

  /** Names the work among all that the Dendrite holds. */
  get key(): string {
    return workKey(this.signal.id, this.participant);
  }

  /** Fires when the work is not wanted any more. */
  get abort(): AbortSignal {
    return this.#abort.signal;
  }

  /** True once it was stopped before it was answered. */
  get isStopped(): boolean {
    return this.#state === "stopped";
  }

  /** What is left of its time, milliseconds. */
  remainingMs(): number {
    return Math.max(0, this.#deadlineMs - this.#options.clock.monotonicMs());
  }

  /** Tells the Neuron or the Engram that nobody waits any more (COS-TASK-014). */
  stop(reason: CosmoError): void {
    if (this.#state !== "running") return;
    this.#state = "stopped";
    this.#stopReason = reason;
    const { clock, onGraceOver } = this.#options;
    this.#cancelGrace = clock.schedule(STOP_GRACE_MS, () => onGraceOver(this));
    this.window.fail(() => reason);
    this.#abort.abort(reason);
  }

  /** Nothing more is done for it: its span ends, if it has not yet, with why it failed or was stopped. */
  done(failure?: CosmoError): void {
    this.span?.end(this.#stopReason ?? failure);
  }

  /** It has its answer: no part can follow, and no stop matters. */
  answered(): void {
    if (this.#state === "running") this.#state = "answered";
    this.window.fail(() => new CosmoError("LATE", "The task has its outcome; no part can follow"));
  }

  /** Nothing of it is left to do here. */
  over(): void {
    this.#cancelGrace();
    this.answered();
    this.done();
  }

  #createScope(): Scope {
    const { id, traceId } = this.signal;
    // Its span, or what came with the request (COS-ENV-033).
    const header = (): TraceHeader => this.span?.header ?? this.signal;
    let imprints = 0;
    return {
      traceId,
      parentId: id,
      attempt: this.attempt,
      source: this.participant,
      get traceparent() {
        return header().traceparent;
      },
      get tracestate() {
        return header().tracestate;
      },
      remainingMs: () => this.remainingMs(),
      nextImprintId: () => {
        imprints += 1;
        return this.#options.isRetrySafe ? `${id}-${imprints}` : undefined;
      },
      track: (ended) => this.below.add(ended),
    };
  }
}

/** The key of a piece of work: a request may be held for several ids. */
export function workKey(requestId: string, participant: string): string {
  return `${requestId} ${participant}`;
}

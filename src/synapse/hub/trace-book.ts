import { ExpiringMap, type CancelTimer, type Clock } from "../../foundation/index.js";
import type { HubSession, Trace } from "./model.js";

/** What a trace book needs. */
export interface TraceBookOptions {
  readonly clock: Clock;
  /** Open traces, and closed ones that are remembered. */
  readonly tracesMax: number;
  /** Requests of one open trace below which nothing may arrive. */
  readonly barredMax: number;
  /** How long a closed trace is remembered, milliseconds. */
  readonly tombstoneMs: number;
  /** How long a trace with nothing pending and no live opener stays open, milliseconds. */
  readonly idleMs: number;
  /** Called when a trace was idle for that long. */
  readonly onIdle: (trace: Trace) => void;
}

const nothing: CancelTimer = () => undefined;

/** The open traces of a namespace, and the ones that closed not long ago. */
export class TraceBook {
  readonly #options: TraceBookOptions;
  readonly #open = new Map<string, Trace>();
  readonly #closed: ExpiringMap<true>;

  constructor(options: TraceBookOptions) {
    this.#options = options;
    this.#closed = new ExpiringMap({ ttlMs: options.tombstoneMs, sizeMax: options.tracesMax });
  }

  /** How many traces are open. */
  get size(): number {
    return this.#open.size;
  }

  /** True if no further trace can be opened. */
  get isFull(): boolean {
    return this.#open.size >= this.#options.tracesMax;
  }

  /** The open trace of that id. */
  find(id: string): Trace | undefined {
    return this.#open.get(id);
  }

  /** True if a trace of that id closed not long ago. */
  wasClosed(id: string): boolean {
    return this.#closed.get(id, this.#options.clock.monotonicMs()) === true;
  }

  /** All open traces. */
  all(): Trace[] {
    return [...this.#open.values()];
  }

  /** Opens a trace for a session. */
  open(id: string, opener: HubSession): Trace {
    const trace: Trace = {
      id,
      opener,
      pending: new Set(),
      rootId: "",
      closer: undefined,
      barred: new Map(),
      cancelIdle: nothing,
    };
    this.#open.set(id, trace);
    opener.opened.add(trace);
    return trace;
  }

  /** Forgets a trace but for its tombstone. */
  close(trace: Trace): void {
    trace.cancelIdle();
    this.#open.delete(trace.id);
    trace.opener.opened.delete(trace);
    trace.closer?.closing.delete(trace);
    this.#closed.set(trace.id, true, this.#options.clock.monotonicMs());
  }

  /** Refuses what arrives below a request from now on; of many, the latest are kept. */
  bar(trace: Trace, requestId: string, code: "CANCELLED" | "LATE"): void {
    trace.barred.set(requestId, code);
    const [oldest] = trace.barred.keys();
    if (trace.barred.size > this.#options.barredMax && oldest !== undefined) trace.barred.delete(oldest);
  }

  /** Starts the idle timer of a trace that nobody can go on with, and stops it for any other. */
  watchIdle(trace: Trace): void {
    trace.cancelIdle();
    const isIdle = trace.pending.size === 0 && trace.opener.state === "ended" && this.#open.get(trace.id) === trace;
    trace.cancelIdle = isIdle
      ? this.#options.clock.schedule(this.#options.idleMs, () => this.#options.onIdle(trace))
      : nothing;
  }

  /** Stops all timers. */
  clear(): void {
    for (const trace of this.#open.values()) trace.cancelIdle();
    this.#open.clear();
    this.#closed.clear();
  }
}

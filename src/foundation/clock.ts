/** Cancels a timer; a second call, or one after it fired, does nothing. */
export type CancelTimer = () => void;

/** Time, as everything in the SDK sees it. Tests pass a fake one. */
export interface Clock {
  /** The wall clock: whole milliseconds since 1970, UTC. */
  wallMs(): number;
  /** A clock that never goes back, milliseconds from an arbitrary start. */
  monotonicMs(): number;
  /** Calls `fire` once, after `delayMs` milliseconds. The timer does not keep a process alive. */
  schedule(delayMs: number, fire: () => void): CancelTimer;
}

// The timers of every JavaScript runtime. `unref` exists on Node only.
declare function setTimeout(fire: () => void, delayMs: number): unknown;
declare function clearTimeout(timer: unknown): void;
declare const performance: { now(): number };

function release(timer: unknown): void {
  if (typeof timer === "object" && timer !== null && "unref" in timer && typeof timer.unref === "function") {
    timer.unref();
  }
}

/** The clock of the machine. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  schedule(delayMs, fire) {
    const timer = setTimeout(fire, delayMs);
    release(timer);
    return () => clearTimeout(timer);
  },
};

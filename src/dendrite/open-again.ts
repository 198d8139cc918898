import { CosmoError, toCosmoError } from "../errors/index.js";
import { Backoff, type Clock } from "../foundation/index.js";

/** What opens again. */
export interface OpenAgainOptions<Opened> {
  readonly open: () => Promise<Opened>;
  readonly clock: Clock;
  /** Ends the attempts. */
  readonly abort: AbortSignal;
}

/**
 * Opens until it succeeds, with growing pauses. Rejects with the first error that another attempt cannot mend, and with
 * CANCELLED once `abort` fires.
 */
export async function openAgain<Opened>({ open, clock, abort }: OpenAgainOptions<Opened>): Promise<Opened> {
  const backoff = new Backoff();
  for (;;) {
    try {
      return await open();
    } catch (thrown) {
      const error = toCosmoError(thrown, "INTERNAL");
      if (!error.retryable) throw error;
    }
    await pause(backoff.next(), clock, abort);
  }
}

function pause(ms: number, clock: Clock, abort: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      cancel();
      reject(new CosmoError("CANCELLED", "Opening the session again was given up"));
    };
    const cancel = clock.schedule(ms, () => {
      abort.removeEventListener("abort", giveUp);
      resolve();
    });
    if (abort.aborted) giveUp();
    else abort.addEventListener("abort", giveUp, { once: true });
  });
}

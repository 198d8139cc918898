import type { Harness } from "../control/harness.js";
import type { Hello } from "../control/messages.js";

/** A harness that is examined. */
export interface Patient {
  readonly harness: Harness;
  readonly hello: Hello;
  /** How long it may take for an answer, milliseconds. */
  readonly patienceMs: number;
}

/** One look at a harness. */
export interface Look {
  /** What a sound one does, as a verb. */
  readonly check: string;
  /** Resolves with what is wrong and how it is mended; with undefined if nothing is. Rejects if there is no answer. */
  readonly look: (patient: Patient) => Promise<string | undefined>;
}

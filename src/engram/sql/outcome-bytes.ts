import { ErrorDetail } from "../../../gen/cosmonapse/v1/error.js";
import { ImprintedBody } from "../../../gen/cosmonapse/v1/memory.js";
import type { Outcome } from "../outcome.js";
import type { Columns } from "./rows.js";

/** An outcome as a table keeps it: encoded messages of the protocol, one of the two. */
export interface OutcomeBytes {
  /** The receipt. */
  readonly receipt: Uint8Array | null;
  /** The rejection. */
  readonly rejection: Uint8Array | null;
}

/** Encodes an outcome. */
export function encodeOutcome(outcome: Outcome): OutcomeBytes {
  return "receipt" in outcome
    ? { receipt: ImprintedBody.encode(outcome.receipt).finish(), rejection: null }
    : { receipt: null, rejection: ErrorDetail.encode(outcome.rejection).finish() };
}

/** Reads the outcome of a row with `receipt` and `rejection`. */
export function readOutcome({ receipt, rejection }: Columns): Outcome {
  if (receipt instanceof Uint8Array) return { receipt: ImprintedBody.decode(receipt) };
  return { rejection: ErrorDetail.decode(rejection instanceof Uint8Array ? rejection : new Uint8Array()) };
}

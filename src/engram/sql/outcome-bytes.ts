import { ErrorDetail } from "../../../gen/cosmonapse/v1/error.js";
import { ImprintedBody } from "../../../gen/cosmonapse/v1/memory.js";
import type { Outcome } from "../outcome.js";

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

/** Decodes an outcome. */
export function decodeOutcome({ receipt, rejection }: OutcomeBytes): Outcome {
  if (receipt !== null) return { receipt: ImprintedBody.decode(receipt) };
  return { rejection: ErrorDetail.decode(rejection ?? new Uint8Array()) };
}

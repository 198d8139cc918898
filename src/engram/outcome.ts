import type { ErrorDetail } from "../../gen/cosmonapse/v1/error.js";
import type { ImprintedBody } from "../../gen/cosmonapse/v1/memory.js";
import { CosmoError } from "../errors/index.js";
import type { ImprintPlan } from "./imprint-plan.js";

/** What is remembered under an imprint id: a receipt, or a rejection that the state decided. */
export type Outcome = { readonly receipt: ImprintedBody } | { readonly rejection: ErrorDetail };

/** What a driver keeps under an imprint id. */
export interface Remembered {
  /** The fingerprint of the imprint. */
  readonly fingerprint: string;
  /** What its sender was told. */
  readonly outcome: Outcome;
}

/**
 * What an imprint id that was used before gets: the same receipt marked as replayed, or the same rejection thrown. For
 * another imprint under the id: `IDEMPOTENCY_MISMATCH` (COS-OP-022, COS-OP-023, COS-OP-024).
 */
export function replayOutcome(plan: ImprintPlan, fingerprint: string, before: Remembered): ImprintedBody {
  if (before.fingerprint !== fingerprint) {
    throw new CosmoError(
      "IDEMPOTENCY_MISMATCH",
      `the imprint id ${plan.imprintId} was used for another imprint; use a new one`,
      { field: "imprint_id", requirement: "COS-OP-024" },
    );
  }
  if ("rejection" in before.outcome) throw new CosmoError({ ...before.outcome.rejection, replayed: true });
  return { ...before.outcome.receipt, replayed: true };
}

/** The receipt of a fresh decision, or its rejection thrown; the caller's own copy. */
export function openOutcome(outcome: Outcome): ImprintedBody {
  if ("rejection" in outcome) throw new CosmoError({ ...outcome.rejection });
  return { ...outcome.receipt };
}

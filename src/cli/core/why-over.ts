import type { Dendrite } from "../../dendrite/index.js";
import { toCosmoError, type CosmoError } from "../../errors/index.js";
import { nextTurn } from "../../foundation/index.js";

/** The session ended under the question: that has an error of its own. */
const passing = new Set(["CLOSED", "OUTCOME_UNKNOWN"]);

/** Why a Dendrite has no session and opens no other one; undefined if it has one, or will have. */
export async function whyOver(dendrite: Dendrite): Promise<CosmoError | undefined> {
  // An error is told before the Dendrite acts on it.
  await new Promise<void>(nextTurn);
  try {
    await dendrite.registry();
    return undefined;
  } catch (thrown) {
    const error = toCosmoError(thrown, "INTERNAL");
    return error.retryable || passing.has(error.code) ? undefined : error;
  }
}

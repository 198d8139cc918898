import type { Engram } from "../../engram/index.js";
import { toCosmoError } from "../../errors/index.js";
import type { FakeClock } from "../fake-clock.js";
import { createCall } from "./fixtures.js";

/** What a case gives back: what does not hold, in words. */
export type Findings = Promise<readonly string[]>;

/** A case that needs more than data. */
export interface BehaviourCase {
  /** A sentence that says what holds. */
  readonly name: string;
  /** The requirements that it shows, without their `COS-`. */
  readonly requirements: string;
  /** Runs it on an Engram of its own. */
  readonly run: (engram: Engram, clock: FakeClock) => Findings;
}

/** The name of the code with which an attempt is refused; `none` if it is not. */
export async function codeOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return "none";
  } catch (thrown) {
    return toCosmoError(thrown, "INTERNAL").code;
  }
}

/** Nothing, or what differs. */
export function expectEqual(what: string, seen: unknown, wanted: unknown): string[] {
  const [left, right] = [JSON.stringify(seen), JSON.stringify(wanted)];
  return left === right ? [] : [`${what} is ${left}, expected ${right}`];
}

/** A call whose imprint id is its own. */
export function callOf(signalId: string): ReturnType<typeof createCall> {
  return createCall({ signalId });
}

import { ErrorCode } from "../../../gen/cosmonapse/v1/error.js";
import { SignalType } from "../../../gen/cosmonapse/v1/signal.js";
import { signalTraits } from "../../signal/index.js";
import type { Leg, Outcome, PendingRequest, Wanted } from "./model.js";

/** One outcome that a request is to have, from whoever serves what is wanted. */
export function createLeg(request: PendingRequest, wanted: Wanted): Leg {
  return {
    request,
    wanted,
    participant: "",
    state: "waiting",
    attempt: 0,
    registration: undefined,
    written: false,
    committed: false,
    unconsumed: 0,
    children: new Set(),
  };
}

/** The time of a request that states none, milliseconds; one of an unknown type has that of a TASK. */
export function standardTimeoutMs(type: number): number {
  return signalTraits(type)?.timeoutMs || (signalTraits(SignalType.TASK)?.timeoutMs ?? 0);
}

/** What is wanted, of one id only. */
export function withId({ address, role }: Wanted, id: string): Wanted {
  return { role, address: address === undefined ? undefined : { ...address, id } };
}

/** True if the link of a holder took it, now or in an attempt that was lost: it may have been started. */
export function wasGiven({ attempt, written, state }: Leg): boolean {
  return attempt > 1 || (attempt === 1 && (written || state !== "held"));
}

/** True if the Synapse ended a leg because it was stopped, or what it served was. */
export function wasStopped({ detail }: Outcome): boolean {
  return detail?.code === ErrorCode.CANCELLED;
}

/**
 * Takes a request that has ended out of what is above it, once nothing is pending below it: until then whatever ends those
 * above ends those below as well. (COS-STOP-001, COS-STOP-006)
 */
export function leaveParent(ended: PendingRequest): void {
  let request: PendingRequest | undefined = ended;
  while (request?.legs.every(({ state, children }) => state === "ended" && children.size === 0) === true) {
    request.parent?.children.delete(request);
    request = request.parent?.request;
  }
}

/** The requests below a leg that are pending, or have such below them, parents before their children. */
export function requestsBelow(leg: Leg): PendingRequest[] {
  const found: PendingRequest[] = [...leg.children];
  for (let index = 0; index < found.length; index += 1) {
    for (const { children } of found[index]?.legs ?? []) found.push(...children);
  }
  return found;
}

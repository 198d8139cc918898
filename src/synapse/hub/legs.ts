import { ErrorCode } from "../../../gen/cosmonapse/v1/error.js";
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

/** What is wanted, of one id only. */
export function withId({ address, role }: Wanted, id: string): Wanted {
  return { role, address: address === undefined ? undefined : { ...address, id } };
}

/** True if the Synapse ended a leg because it was stopped, or what it served was. */
export function wasStopped({ detail }: Outcome): boolean {
  return detail?.code === ErrorCode.CANCELLED;
}

/** The pending requests below a leg, parents before their children. */
export function requestsBelow(leg: Leg): PendingRequest[] {
  const found: PendingRequest[] = [...leg.children];
  for (let index = 0; index < found.length; index += 1) {
    for (const { children } of found[index]?.legs ?? []) found.push(...children);
  }
  return found;
}

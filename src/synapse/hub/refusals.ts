import type { ErrorDetail } from "../../../gen/cosmonapse/v1/error.js";
import { ParticipantRole } from "../../../gen/cosmonapse/v1/options.js";
import { CosmoError, createErrorDetail, type ErrorName } from "../../errors/index.js";
import { signalTraits, signalTypeName, type SignalHeader } from "../../signal/index.js";
import type { Registry } from "./registry.js";

/** How many ids an error names at most (COS-ERR-013). */
export const AVAILABLE_MAX = 20;

/** Refuses what was asked, for a requirement that does not hold. */
export function refuse(code: ErrorName, message: string, requirement: string): never {
  throw new CosmoError(code, message, { requirement });
}

/** The outcome of a request that finds no room where it would wait. */
export function overloaded(header: SignalHeader): ErrorDetail {
  const message = `Too many requests wait for ${describeAddress(header)} or from its asker`;
  return createErrorDetail("OVERLOADED", message, { requirement: "COS-ROUTE-009", retryAfterMs: 100 });
}

/** The outcome of a request whose holder was lost, and that nobody else is given. */
export function workerLost({ id }: SignalHeader): ErrorDetail {
  const message = `The session that held ${id} ended, and it is not given to another`;
  return createErrorDetail("WORKER_LOST", message, { requirement: "COS-RED-005" });
}

/** The outcome of a request that nobody serves, with those who are there. */
export function unroutable(header: SignalHeader, registry: Registry): ErrorDetail {
  const role = signalTraits(header.type)?.servedBy ?? ParticipantRole.UNSPECIFIED;
  const available = registry.ids(role, AVAILABLE_MAX);
  const there = available.length === 0 ? "nobody is there" : `there is ${available.join(", ")}`;
  const message = `Nobody serves ${signalTypeName(header.type)} for ${describeAddress(header)}; ${there}`;
  return createErrorDetail("UNROUTABLE", message, { requirement: "COS-ROUTE-005", available });
}

function describeAddress({ directed }: SignalHeader): string {
  if (directed === undefined) return "anyone";
  const parts = [
    directed.id === "" ? "" : `'${directed.id}'`,
    directed.type === "" ? "" : `kind '${directed.type}'`,
    directed.capabilities.length === 0 ? "" : `capabilities [${directed.capabilities.join(", ")}]`,
  ];
  return parts.filter((part) => part !== "").join(" and ");
}

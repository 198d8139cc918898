import { CosmoError } from "../../../errors/index.js";
import { isLoopback } from "../link/loopback.js";

/** What protects a listening Synapse. */
export interface ListenProtection {
  readonly hasTls: boolean;
  readonly hasTokens: boolean;
  /** True if the operator said that neither is needed. */
  readonly isInsecure: boolean;
}

/** Refuses to listen where others can reach it without TLS and tokens (COS-SEC-001, COS-SEC-002). */
export function checkListenAddress(host: string, { hasTls, hasTokens, isInsecure }: ListenProtection): void {
  if (isLoopback(host) || isInsecure || (hasTls && hasTokens)) return;
  const missing = [hasTls ? "" : "tls", hasTokens ? "" : "tokens"].filter((part) => part !== "").join(" and ");
  const message = `${host} can be reached from other machines: give ${missing}, or say insecure if that is meant`;
  throw new CosmoError("INVALID_ARGUMENT", message, { requirement: "COS-SEC-002", field: "host" });
}

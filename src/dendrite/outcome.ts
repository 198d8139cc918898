import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { CosmoError } from "../errors/index.js";
import { bodyType, signalTypeName } from "../signal/index.js";

/** The error that an outcome carries; undefined for an answer. */
export function errorOf(outcome: Signal): CosmoError | undefined {
  if (outcome.body?.$case !== "error") return undefined;
  const { detail } = outcome.body.value;
  return detail === undefined
    ? new CosmoError("MALFORMED", `${outcome.id} is an ERROR without a detail`, { requirement: "COS-ERR-001" })
    : new CosmoError(detail);
}

/** The error for an answer of a type that this version does not read. */
export function unreadable(outcome: Signal): CosmoError {
  const type = outcome.body === undefined ? "a type of a later version" : signalTypeName(bodyType(outcome.body));
  return new CosmoError("UNIMPLEMENTED", `${outcome.source} answered with ${type}`, { requirement: "COS-TYPE-004" });
}

const silent = new Set(["DEADLINE_EXCEEDED", "WORKER_LOST", "OUTCOME_UNKNOWN"]);

/** True if the error only says that no answer came: the one who was asked is then missing, not in error. */
export function isSilence(error: CosmoError): boolean {
  return silent.has(error.code);
}

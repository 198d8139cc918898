import type { Signal } from "../../gen/cosmonapse/v1/signal.js";
import type { Finding } from "./header-rules.js";

/** The rules that a Signal breaks; empty if it is valid. Never throws. */
export function validateSignal(_signal: Signal): Finding[] {
  return [];
}

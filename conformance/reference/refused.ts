import type { ValueObject } from "../wire/value.js";
import type { Book } from "./book.js";
import { wrong } from "./wrong.js";

/** What may stand in a detail beside its code. */
export interface Told {
  readonly requirement?: string;
  readonly message?: string;
  readonly available?: readonly string[];
  readonly effect?: "NONE" | "UNKNOWN";
  readonly participant?: string;
}

/** An error of the protocol: of a Signal its refusal, of a frame the end of its link. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly code: string;
  readonly told: Told;

  constructor(code: string, requirement: string, told: Omit<Told, "requirement"> = {}) {
    super(`${code} by ${requirement}`);
    this.code = code;
    this.told = { ...told, requirement };
  }
}

/** The message ErrorDetail. Refusals had no effect; what else is told says so itself. */
export function detailOf(book: Book, code: string, told: Told): ValueObject {
  const { requirement = "", message = code, available = [], effect = "NONE", participant = "" } = told;
  const isRetryable = book.errors.get(code)?.retryable === true;
  const retryable = wrong("retryable-of-its-own") ? !isRetryable : isRetryable;
  const retry = code === "OVERLOADED" ? { retry_after: "0.1s" } : {};
  const stated = wrong("effect-unstated") ? {} : { effect };
  const some = wrong("nothing-available") ? [] : available.slice(0, 20);
  return { code, message, retryable, ...retry, ...stated, requirement, available: some, participant };
}

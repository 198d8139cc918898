import { ErrorCode, type ErrorDetail } from "../../gen/cosmonapse/v1/error.js";
import type { Effect } from "../../gen/cosmonapse/v1/options.js";
import { ERROR_TABLE } from "../../gen/cosmonapse/v1/tables.js";
import { readDuration, writeDuration } from "./duration.js";

/** The name of an error code, as in the specification. */
export type ErrorName = keyof typeof ERROR_TABLE;

/** What an error says beside its code and message. Every part is optional. */
export interface CosmoErrorOptions {
  /** The id of the requirement that was broken, for example `COS-ENV-003`. */
  readonly requirement?: string | undefined;
  /** The path of the offending field, in proto names. */
  readonly field?: string | undefined;
  /** What would have been accepted. */
  readonly available?: readonly string[] | undefined;
  /** The version that is there. */
  readonly currentVersion?: bigint | undefined;
  /** How long to wait before trying again, milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** What is known of the work. Default: as the table of errors says. */
  readonly effect?: Effect | undefined;
  /** Of a request to several participants: the one whose outcome this is. */
  readonly participant?: string | undefined;
  /** What was thrown below. Stays in this process. */
  readonly cause?: unknown;
}

const brand: unique symbol = Symbol.for("cosmonapse.CosmoError");

/**
 * The one error that the SDK throws: a code of the protocol, and what to do. Its message is printed as
 * `[CODE] message`; `detail.message` is the bare text. `instanceof` holds across two copies of the package.
 */
export class CosmoError extends Error {
  override readonly name = "CosmoError";
  /** The error as it crosses a Synapse. */
  readonly detail: ErrorDetail;

  constructor(code: ErrorName | ErrorDetail, message = "", options: CosmoErrorOptions = {}) {
    const detail = typeof code === "string" ? createErrorDetail(code, message, options) : code;
    super(
      `[${errorName(detail.code)}] ${detail.message}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.detail = detail;
    Object.defineProperty(this, brand, { value: true });
  }

  /** The name of the code; `CODE_n` for one that this version does not know. */
  get code(): string {
    return errorName(this.detail.code);
  }

  /** True if the same request can succeed when it is sent again unchanged. */
  get retryable(): boolean {
    return this.detail.retryable;
  }

  /** How long to wait before trying again, milliseconds. Undefined: no advice. */
  get retryAfterMs(): number | undefined {
    return readDuration(this.detail.retryAfter);
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && brand in value;
  }
}

/** Makes the detail of an error; `retryable` and `effect` come from the table unless given. */
export function createErrorDetail(name: ErrorName, message: string, options: CosmoErrorOptions = {}): ErrorDetail {
  const row = ERROR_TABLE[name];
  return {
    code: ErrorCode[name],
    message,
    retryable: row.retryable,
    retryAfter: writeDuration(options.retryAfterMs),
    effect: options.effect ?? row.effect,
    requirement: options.requirement ?? "",
    field: options.field ?? "",
    available: [...(options.available ?? [])],
    currentVersion: options.currentVersion,
    replayed: false,
    participant: options.participant ?? "",
  };
}

const names = new Map<number, string>(Object.entries(ERROR_TABLE).map(([name, row]) => [row.code, name]));

/** The name of a code; `CODE_n` for one that this version does not know. */
export function errorName(code: number): string {
  return names.get(code) ?? `CODE_${code}`;
}

/**
 * Turns whatever was thrown into a `CosmoError`: one stays as it is, an `Error` gives its message, anything else is
 * shown as text. The original becomes the cause.
 */
export function toCosmoError(thrown: unknown, fallback: ErrorName): CosmoError {
  if (thrown instanceof CosmoError) return thrown;
  return new CosmoError(fallback, describeThrown(thrown), { cause: thrown });
}

/** What was thrown, in at most 1,000 characters; never throws itself. */
export function describeThrown(thrown: unknown): string {
  try {
    const text = thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
    return text.length > 1000 ? `${text.slice(0, 999)}…` : text;
  } catch {
    return "a value that cannot be shown";
  }
}

import { ERROR_TABLE } from "../../../gen/cosmonapse/v1/tables.js";
import { CosmoError, errorName, toCosmoError, type CosmoErrorOptions, type ErrorName } from "../../errors/index.js";
import { isExitCode, type ExitCode } from "./exit-code.js";

/** What a failed command says beside its error. */
export interface CliErrorOptions extends CosmoErrorOptions {
  /** Default: what the table of errors gives the code. */
  readonly exit?: ExitCode;
  /** What to do, in a sentence. Default: the advice of the table. */
  readonly hint?: string;
}

/** An error of a command that knows how the command ends. Any other goes by the table of errors. */
export class CliError extends CosmoError {
  readonly exit: ExitCode | undefined;
  readonly hint: string | undefined;

  constructor(code: ErrorName, message: string, options: CliErrorOptions = {}) {
    super(code, message, options);
    this.exit = options.exit;
    this.hint = options.hint;
  }

  /** A CosmoError recognises every other one, of whatever copy of the package; this is narrower. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof CosmoError && "exit" in value && "hint" in value;
  }
}

/** A failure as it is told: one line for people, or one line of JSON. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly exit: ExitCode;
  readonly hint: string;
  readonly requirement?: string;
  readonly field?: string;
  readonly available?: readonly string[];
}

const rows: ReadonlyMap<string, { readonly exitCode: number; readonly advice: string }> = new Map(
  Object.entries(ERROR_TABLE),
);

/** What is told of anything that a command threw. */
export function describeFailure(thrown: unknown): Failure {
  const error = toCosmoError(thrown, "INTERNAL");
  const { code, message, requirement, field, available } = error.detail;
  const row = rows.get(errorName(code));
  const own = error instanceof Error && "exit" in error ? readOwn(error) : {};
  const exit = own.exit ?? row?.exitCode ?? 1;
  return {
    code: errorName(code),
    message,
    exit: isExitCode(exit) ? exit : 1,
    hint: own.hint ?? row?.advice ?? "",
    ...(requirement === "" ? {} : { requirement }),
    ...(field === "" ? {} : { field }),
    ...(available.length === 0 ? {} : { available }),
  };
}

function readOwn(error: { exit: unknown; hint?: unknown }): { exit?: number; hint?: string } {
  return {
    ...(typeof error.exit === "number" ? { exit: error.exit } : {}),
    ...(typeof error.hint === "string" ? { hint: error.hint } : {}),
  };
}

/** A failure as one line. */
export function renderFailure(failure: Failure, format: string): string {
  if (format !== "text") return JSON.stringify({ error: failure });
  const { code, message, hint, available } = failure;
  const isTold = available === undefined || message.includes(available.join(", "));
  const there = isTold ? "" : ` There is: ${available.join(", ")}.`;
  const line = `[${code}] ${message}`.replaceAll(/\s+/g, " ");
  return `${line}${/[.!?]$/.test(line) ? "" : "."}${there}${hint === "" ? "" : ` ${hint}`}`;
}

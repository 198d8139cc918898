/** What keeps the suite from running: a wrong flag, a case that is no case, a harness that cannot be started. */
export class SuiteError extends Error {
  /** The exit code that it means: 2 for usage, 10 for a harness or a suite that is broken. */
  readonly exit: 2 | 10;

  constructor(message: string, exit: 2 | 10 = 10) {
    super(message);
    this.name = "SuiteError";
    this.exit = exit;
  }
}

/** What was thrown, in words. */
export function wordsOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

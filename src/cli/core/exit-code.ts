/** How a command ends. Frozen: scripts go by these numbers. */
export const EXIT_CODES = {
  0: "ok",
  1: "the operation failed",
  2: "usage",
  3: "authentication or permission",
  4: "the Synapse cannot be reached",
  5: "the other side answered with an error",
  6: "deadline",
  7: "conflict",
  8: "partial, with --fail-on-partial",
  9: "nothing was evaluated",
  10: "the harness is broken",
  100: "validation found something",
  130: "interrupted",
} as const;

/** The number that a command ends with. */
export type ExitCode = keyof typeof EXIT_CODES;

/** True if a number is one of the table. */
export function isExitCode(code: number): code is ExitCode {
  return Object.hasOwn(EXIT_CODES, code);
}

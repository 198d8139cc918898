import { createInterface } from "node:readline";
import type { Call } from "../core/call.js";
import { CliError } from "../core/cli-error.js";

/**
 * Lets a person decide on what cannot be undone; true with `--yes`. Throws INVALID_ARGUMENT without `--yes` where
 * nobody can be asked.
 */
export async function confirm(
  { options, terminal, abort }: Call<{ readonly yes?: boolean }>,
  question: string,
): Promise<boolean> {
  if (options.yes === true) return true;
  if (!terminal.isInteractive) {
    throw new CliError("INVALID_ARGUMENT", `${question} There is nobody to ask: this is no terminal`, {
      field: "yes",
      hint: "Add --yes to do it, or --dry-run to see what it would do.",
    });
  }
  const lines = createInterface({ input: terminal.stdin, output: terminal.stderr });
  const stop = (): void => lines.close();
  abort.addEventListener("abort", stop, { once: true });
  try {
    lines.setPrompt(`${question} [y/N] `);
    lines.prompt();
    for await (const line of lines) return /^y(?:es)?$/i.test(line.trim());
    return false;
  } finally {
    abort.removeEventListener("abort", stop);
    lines.close();
  }
}

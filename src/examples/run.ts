import { CosmoError } from "../index.js";

/** Runs a program. What goes wrong is one line on stderr, `[CODE] what and what to do`, and the exit code 1. */
export async function run(program: () => Promise<void>): Promise<void> {
  try {
    await program();
  } catch (thrown) {
    const { message } = thrown instanceof CosmoError ? thrown : new CosmoError("INTERNAL", String(thrown));
    process.stderr.write(`${message.replaceAll(/\s+/g, " ")}\n`);
    process.exitCode = 1;
  }
}

/** Throws INVALID_INPUT for a question without a letter or a digit: memory finds by words. */
export function checkQuestion(question: string): void {
  if (/[\p{L}\p{N}]/u.test(question)) return;
  throw new CosmoError("INVALID_INPUT", `'${question}' has no word in it; ask with at least one letter or digit`);
}

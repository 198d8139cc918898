import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Call } from "../core/call.js";
import { CliError } from "../core/cli-error.js";
import { isExitCode, type ExitCode } from "../core/exit-code.js";

/** The suite, which shares no code with the SDK and so is a program of its own. */
const suite = join(dirname(createRequire(import.meta.url).resolve("#package")), "dist", "conformance", "main.js");

/** `cosmo conformance …`: the suite, with its own flags, streams and exit codes. */
export async function run({ args, abort }: Call): Promise<ExitCode> {
  const child = spawn(process.execPath, [suite, ...args], { stdio: "inherit" });
  const stop = (): void => void child.kill("SIGTERM");
  abort.addEventListener("abort", stop, { once: true });
  if (abort.aborted) stop();
  try {
    const [code]: unknown[] = await once(child, "exit");
    if (typeof code === "number" && isExitCode(code)) return code;
    if (abort.aborted) return 130;
    throw new CliError("INTERNAL", "The conformance suite ended by itself", { exit: 10, hint: "See what it said." });
  } finally {
    abort.removeEventListener("abort", stop);
  }
}

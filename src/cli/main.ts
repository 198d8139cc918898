#!/usr/bin/env node
import { createProgram } from "./program.js";
import { runProgram } from "./core/run.js";
import type { ExitCode } from "./core/exit-code.js";
import type { Terminal } from "./core/terminal.js";

// What goes wrong is told in one line, by us.
process.env["GRPC_VERBOSITY"] ??= "NONE";

const abort = new AbortController();

function interrupt(signal: NodeJS.Signals): void {
  if (abort.signal.aborted) process.exit(130);
  abort.abort(signal);
}

process.on("SIGINT", interrupt);
process.on("SIGTERM", interrupt);
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // Whoever reads has seen enough: no failure.
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(`[INTERNAL] Cannot write to stdout: ${error.message}\n`);
  process.exit(1);
});

const terminal: Terminal = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  isInteractive: process.stdout.isTTY === true,
  ...(process.stdout.columns === undefined ? {} : { columns: process.stdout.columns }),
};

const exit: ExitCode = await runProgram(createProgram(), process.argv.slice(2), { terminal, abort: abort.signal });
process.exitCode = exit;

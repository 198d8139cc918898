#!/usr/bin/env node
import { isatty } from "node:tty";
import { runProgram } from "./program.js";

// What goes wrong is told in one line, by us.
process.env["GRPC_VERBOSITY"] ??= "NONE";

process.exitCode = await runProgram(process.argv.slice(2), {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
  isColored: isatty(1) && (process.env["NO_COLOR"] ?? "") === "",
  terminal: isatty(2) && process.env["TERM"] !== "dumb" ? process.stderr : undefined,
});

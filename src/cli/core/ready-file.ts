import { renameSync, rmSync, writeFileSync } from "node:fs";
import { describeThrown } from "../../errors/index.js";
import { CliError } from "./cli-error.js";
import { toJson } from "./output.js";

/**
 * Writes what scripts wait for, as JSON: whoever sees the file sees all of it. Throws INVALID_ARGUMENT if it cannot be
 * written.
 */
export function writeReadyFile(file: string, facts: unknown): void {
  const part = `${file}.${process.pid}`;
  try {
    writeFileSync(part, `${toJson(facts)}\n`);
    renameSync(part, file);
  } catch (thrown) {
    rmSync(part, { force: true });
    throw new CliError("INVALID_ARGUMENT", `--ready-file: ${describeThrown(thrown)}`, {
      field: "ready-file",
      hint: "Give a path in a folder that can be written.",
      cause: thrown,
    });
  }
}

/** Removes it; that it is not there is well. */
export function removeReadyFile(file: string): void {
  rmSync(file, { force: true });
}

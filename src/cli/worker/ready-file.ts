import { renameSync, writeFileSync } from "node:fs";
import { describeThrown } from "../../errors/index.js";
import { CliError } from "../core/cli-error.js";

/** Writes a file that others wait for: whoever sees it sees all of it. Throws INVALID_ARGUMENT if it cannot. */
export function writeReadyFile(file: string, value: object): void {
  try {
    writeFileSync(`${file}.new`, `${JSON.stringify(value)}\n`);
    renameSync(`${file}.new`, file);
  } catch (thrown) {
    throw new CliError("INVALID_ARGUMENT", `--ready-file: ${describeThrown(thrown)}`, {
      field: "ready-file",
      hint: "Give a path in a folder that can be written.",
      cause: thrown,
    });
  }
}

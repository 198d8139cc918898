import type { Command } from "commander";
import { declare } from "../core/declare.js";

/** Gives the program `validate`. */
export function addValidateCommands(program: Command): void {
  const validate = program
    .command("validate")
    .description("Check Signals in a file: encoded, a length-delimited stream of such, or NDJSON of doppler")
    .argument("<file>", "the file; - is stdin");
  declare(validate, {
    load: () => import("./validate.js"),
    exits: [9, 100, 130],
    example: "cosmo validate recording.ndjson",
  });
}

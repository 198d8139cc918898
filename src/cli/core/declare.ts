import { Option, type Command } from "commander";
import type { LoadCommand } from "./call.js";
import { EXIT_CODES, type ExitCode } from "./exit-code.js";
import { FORMATS } from "./output.js";

/** What a command is beside its flags. */
export interface Declaration {
  /** Where its code is. */
  readonly load: LoadCommand;
  /** The exit codes that it documents beside 0, 1 and 2; each has a case in the table of tests. */
  readonly exits: readonly ExitCode[];
  /** A line that works. */
  readonly example: string;
}

const declarations = new WeakMap<Command, Declaration>();

/** Completes a command: its output flags, what its help ends with, and its code. Returns it. */
export function declare(command: Command, declaration: Declaration): Command {
  declarations.set(command, declaration);
  const exits = [0, 1, 2, ...declaration.exits].filter(isListed);
  return command
    .addOption(
      new Option("-o, --output <format>", "how data is written to stdout")
        .choices(FORMATS)
        .default("text")
        .env("COSMO_OUTPUT"),
    )
    .addOption(
      new Option("--color <when>", "colours").choices(["auto", "always", "never"]).default("auto").env("COSMO_COLOR"),
    )
    .addHelpText(
      "after",
      `\nExample:\n  ${declaration.example}\n\nExit codes: ${exits.map((code) => `${code} ${EXIT_CODES[code]}`).join(" · ")}`,
    );
}

/** What was declared of a command; undefined for a group of commands. */
export function declarationOf(command: Command): Declaration | undefined {
  return declarations.get(command);
}

function isListed(code: number, index: number, all: readonly number[]): code is ExitCode {
  return all.indexOf(code) === index;
}

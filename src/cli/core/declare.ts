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
  /** True if its flags and its help are those of another program. */
  readonly isPassedOn?: true;
}

const declarations = new WeakMap<Command, Declaration>();

/** Completes a command: its output flags, what its help ends with, and its code. Returns it. */
export function declare(command: Command, declaration: Declaration): Command {
  declarations.set(command, declaration);
  const exits = [0, 1, 2, ...declaration.exits].filter(isListed);
  return command
    .configureHelp({ optionDescription })
    .addOption(
      new Option("-o, --output <format>", "how data is written").choices(FORMATS).default("text").env("COSMO_OUTPUT"),
    )
    .addOption(
      new Option("--color <when>", "colours").choices(["auto", "always", "never"]).default("auto").env("COSMO_COLOR"),
    )
    .addHelpText("after", `\nExample:\n  ${declaration.example}\n\n${describeExits(exits)}`);
}

/** Completes a command that hands all that follows it to another program. Returns it. */
export function declarePassedOn(command: Command, declaration: Declaration): Command {
  declarations.set(command, { ...declaration, isPassedOn: true });
  return command.allowUnknownOption().passThroughOptions().helpOption(false);
}

/** What was declared of a command; undefined for a group of commands. */
export function declarationOf(command: Command): Declaration | undefined {
  return declarations.get(command);
}

const columnsMax = 100;

function describeExits(exits: readonly ExitCode[]): string {
  const lines = ["Exit codes:"];
  for (const [index, code] of exits.entries()) {
    const word = `${code} ${EXIT_CODES[code]}${index === exits.length - 1 ? "" : " ·"}`;
    const line = `${lines.at(-1) ?? ""} ${word}`;
    if (line.length > columnsMax) lines.push(`  ${word}`);
    else lines[lines.length - 1] = line;
  }
  return lines.join("\n");
}

/** What a flag is for, what it is without being given, and which variable gives it: on one line, if it can be. */
function optionDescription(option: Option): string {
  const { description, argChoices, defaultValue, defaultValueDescription, envVar } = option;
  const choices = argChoices === undefined ? "" : `: ${argChoices.join("|")}`;
  const isSaid = defaultValue !== undefined && defaultValue !== false;
  const standard = isSaid ? ` (default: ${defaultValueDescription ?? String(defaultValue)})` : "";
  return `${description}${choices}${standard}${envVar === undefined ? "" : ` [${envVar}]`}`;
}

function isListed(code: number, index: number, all: readonly number[]): code is ExitCode {
  return all.indexOf(code) === index;
}

/** A program and all commands below it. */
export function commandsOf(program: Command): Command[] {
  return [program, ...program.commands.flatMap(commandsOf)];
}

import { createProgram, declarationOf } from "../../cli/index.js";

/** One command of the program. */
export interface ListedCommand {
  /** The words that call it: `engram recall`. Empty: the program itself. */
  readonly words: readonly string[];
  /** The arguments of its example, and those that call it. Undefined for a group of commands. */
  readonly example: readonly string[] | undefined;
  /** The exit codes that it documents beside 0, 1 and 2. */
  readonly exits: readonly number[];
  /** True if its flags and its help are those of another program. */
  readonly isPassedOn: boolean;
  /** Its long flags. */
  readonly flags: readonly string[];
}

/** Every command that help shows, groups and the program itself included. */
export function listCommands(): readonly ListedCommand[] {
  return list(createProgram(), []);
}

function list(command: ReturnType<typeof createProgram>, words: readonly string[]): readonly ListedCommand[] {
  const shown = command.createHelp().visibleCommands(command);
  const below = shown.flatMap((child) => list(child, [...words, child.name()]));
  const { example, exits = [], isPassedOn = false } = declarationOf(command) ?? {};
  const flags = command.options.flatMap(({ long }) => long ?? []);
  return [
    { words, example: example === undefined ? undefined : splitLine(example), exits, isPassedOn, flags },
    ...below,
  ];
}

/** What `cosmo` is given in a shell line without variables: quotes keep words together. */
function splitLine(line: string): readonly string[] {
  const [, given = ""] = /\bcosmo (.*?)\)?$/.exec(line) ?? [];
  const words = given.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  return words.map((word) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, "$1$2"));
}

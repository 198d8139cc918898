import { EventEmitter } from "node:events";
import { CommanderError, type Command } from "commander";
import { commandsOf, declarationOf } from "./declare.js";
import { CliError, describeFailure, renderFailure } from "./cli-error.js";
import type { ExitCode } from "./exit-code.js";
import { Output, type ColorMode, type Format } from "./output.js";
import type { Terminal } from "./terminal.js";

/** What a run needs beside its arguments. */
export interface RunOptions {
  readonly terminal: Terminal;
  /** Aborts when the command is to finish, with the name of the signal as its reason. */
  readonly abort: AbortSignal;
}

/** Runs one command line. Resolves with its exit code; what went wrong is one line on stderr. Never rejects. */
export async function runProgram(program: Command, argv: readonly string[], options: RunOptions): Promise<ExitCode> {
  const { terminal } = options;
  let exit: ExitCode = 0;
  for (const command of commandsOf(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: () => undefined,
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
    });
    command.hook("preSubcommand", (_command, called) => readEnvironment(called, terminal.env));
    const declaration = declarationOf(command);
    if (declaration === undefined) continue;
    command.action(async (...given: unknown[]) => {
      const flags = command.opts<{ output: Format; color: ColorMode }>();
      const module = await declaration.load();
      exit =
        (await module.run({
          args: given.slice(0, -2).flat().filter(isText),
          // The flags as the command declared them.
          options: flags as never,
          output: new Output({ terminal, format: flags.output, color: flags.color }),
          terminal,
          abort: options.abort,
        })) ?? 0;
    });
  }
  try {
    await program.parseAsync(isVersion(argv[0]) ? ["version", ...argv.slice(1)] : argv, { from: "user" });
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
    // Whoever interrupts knows why nothing came of it.
    if (options.abort.aborted) return 130;
    const failure = describeFailure(thrown instanceof CommanderError ? usageError(thrown, program, argv) : thrown);
    terminal.stderr.write(`${renderFailure(failure, formatOf(argv, terminal))}\n`);
    return failure.exit;
  }
  // A server that is told to end ends well; Ctrl-C is told to whoever called.
  return options.abort.aborted && options.abort.reason !== "SIGTERM" ? 130 : exit;
}

/** Gives flags what the terminal's environment says, as the parser does with that of this process. */
function readEnvironment(command: Command, env: Terminal["env"]): void {
  for (const option of command.options) {
    const name = option.envVar ?? "";
    const value = env[name];
    if (value === undefined || process.env[name] !== undefined) continue;
    // Its types leave out that a command is an emitter, and tells itself of flags so.
    if (command instanceof EventEmitter) command.emit(`optionEnv:${option.name()}`, value);
  }
}

function usageError(error: CommanderError, program: Command, argv: readonly string[]): CliError {
  const { path, group } = groupIn(program, argv);
  const names = group.createHelp().visibleCommands(group);
  const missing = `No command was given after \`${path}\`: ${names.map((command) => command.name()).join(", ")}`;
  const isMissing = error.code === "commander.help";
  const message = isMissing ? missing : error.message.replace(/^error: /, "").replaceAll(/\s+/g, " ");
  return new CliError("INVALID_ARGUMENT", message, { exit: 2, hint: `See \`${path} --help\`.` });
}

/** The innermost command that a line names. */
function groupIn(program: Command, argv: readonly string[]): { readonly path: string; readonly group: Command } {
  let group = program;
  let path = program.name();
  for (const word of argv) {
    const child = group.commands.find((command) => command.name() === word);
    if (child === undefined) break;
    group = child;
    path += ` ${word}`;
  }
  return { path, group };
}

/** How a failure is told, whose line may be too wrong to be parsed. */
function formatOf(argv: readonly string[], { env }: Terminal): string {
  const at = argv.findIndex((word) => word === "-o" || word === "--output");
  const glued = argv.find((word) => /^(-o|--output=)(json|jsonl)$/.test(word));
  const said = at === -1 ? glued?.replace(/^(-o|--output=)/, "") : argv[at + 1];
  const format = said ?? env["COSMO_OUTPUT"];
  return format === "json" || format === "jsonl" ? format : "text";
}

function isVersion(word: string | undefined): boolean {
  return word === "--version" || word === "-V";
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

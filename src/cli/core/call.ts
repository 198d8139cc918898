import type { ExitCode } from "./exit-code.js";
import type { Output } from "./output.js";
import type { Terminal } from "./terminal.js";

/** One call of a command: what it was given, where it writes, and when to stop. */
export interface Call<Options = Readonly<Record<string, unknown>>> {
  /** What stands on the line beside flags, as the command declares it. */
  readonly args: readonly string[];
  /** The flags by their names in camelCase; the environment and defaults are filled in. */
  readonly options: Options;
  readonly output: Output;
  readonly terminal: Terminal;
  /** Aborts with the first SIGINT or SIGTERM: finish what was begun and return. The second one ends the process. */
  readonly abort: AbortSignal;
}

/** What a module of a command exports. Undefined is 0. Throws what went wrong; `describeFailure` finds the exit code. */
export interface CommandModule {
  readonly run: (call: Call<never>) => Promise<ExitCode | undefined>;
}

/** Where the code of a command is: it is loaded when the command runs, so that the others start fast. */
export type LoadCommand = () => Promise<CommandModule>;

import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { compareReports, describeDifference } from "./commands/diff.js";
import { describeDiagnoses, examine, readCommand } from "./doctor/doctor.js";
import { init } from "./commands/init.js";
import { replay } from "./commands/replay.js";
import { run } from "./commands/run.js";
import { starters } from "./commands/starters.js";
import { roles, type Role } from "./control/messages.js";
import { addLooks, profileOption } from "./declare-looks.js";
import type { Profile } from "./ground/requirements.js";
import { SuiteError } from "./ground/suite-error.js";

/** Where the program says what. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly isColored: boolean;
  /** Where a bar may be drawn. Undefined: nobody would see it. */
  readonly terminal?: NodeJS.WritableStream | undefined;
}

interface RunOptions {
  readonly role: Role;
  readonly profile: Profile;
  readonly target?: string;
  readonly case?: string;
  readonly requirement?: string;
  readonly known?: string;
  readonly report: readonly string[];
  readonly parallel: number;
  readonly watchdog: number;
  readonly color?: string;
}

const targetHelp = "cosmo://host:port of a Synapse; nothing has to be written for it";
const watchdogHelp = "how long a case may take";
const watchdogDefaultMs = 10_000;

function roleOption(): Option {
  return new Option("--role <role>", "what it plays").choices(roles).makeOptionMandatory();
}

function readCount(text: string): number {
  const read = Number(text);
  if (Number.isSafeInteger(read) && read > 0) return read;
  throw new InvalidArgumentError("It is a whole number above zero.");
}

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

/**
 * Runs the command line of the suite and gives its exit code: 0 conformant, 1 failures, 2 usage, 9 nothing evaluated or
 * a stale list, 10 a broken harness.
 */
export async function runProgram(argv: readonly string[], streams: Streams): Promise<number> {
  let exit = 0;
  const program = new Command("conformance")
    .description("Prove an implementation of the Cosmonapse protocol, in any language")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.out(text.trimEnd()),
      writeErr: (text) => streams.err(text.trimEnd()),
    });
  addRun(program, async (command, options) => {
    const { watchdog: watchdogMs, color, ...flags } = options;
    const isColored = color === undefined ? streams.isColored : color === "always";
    const { out, terminal } = streams;
    exit = await run({ ...flags, command, watchdogMs }, { out, isColored, terminal });
  });
  addReplay(program, async (id, command, { watchdog: watchdogMs, ...flags }) => {
    exit = await replay(id, { ...flags, command, watchdogMs }, streams.out);
  });
  addDiff(program, (before, after, output) => {
    const difference = compareReports(before, after);
    streams.out(output === "json" ? JSON.stringify(difference, undefined, 2) : describeDifference(difference));
    exit = difference.stale.length > 0 || difference.changes.some(({ isWorse }) => isWorse) ? 1 : 0;
  });
  addInit(program, (language, folder) => streams.out(init(language, folder).join("\n")));
  addLooks(program, streams.out);
  addDoctor(program, async (command, patienceMs) => {
    const found = await examine(readCommand(command), patienceMs);
    streams.out(describeDiagnoses(found));
    exit = found.every(({ fault }) => fault === undefined) ? 0 : 10;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exit;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
    if (!(thrown instanceof SuiteError)) throw thrown;
    streams.err(`conformance: ${thrown.message}`);
    return thrown.exit;
  }
}

function addRun(program: Command, play: (command: readonly string[], options: RunOptions) => Promise<void>): void {
  program
    .command("run")
    .description("Play the cases of a role against a harness, or against a Synapse that listens")
    .argument("[command...]", "what starts the harness, behind --")
    .addOption(roleOption())
    .addOption(profileOption().default("full"))
    .option("--target <address>", targetHelp)
    .option("--case <glob>", "only these cases: * is anything but a slash, ** anything")
    .option("--requirement <id>", "only the cases that show this sentence, for example COS-TASK-003")
    .option("--known <file>", "YAML with failures that are known, each with its reason; stale ones are red")
    .option(
      "--report <form=file>",
      "badge, html, json, junit or markdown, into a file; may be given again",
      collect,
      [],
    )
    .option("--parallel <count>", "cases that run at once", readCount, 16)
    .option("--watchdog <ms>", watchdogHelp, readCount, watchdogDefaultMs)
    .addOption(new Option("--color <when>", "always or never").choices(["always", "never"]))
    .action(play);
}

type ReplayOptions = Pick<RunOptions, "role" | "target" | "watchdog">;
type Replay = (id: string, command: readonly string[], options: ReplayOptions) => Promise<void>;

function addReplay(program: Command, play: Replay): void {
  program
    .command("replay")
    .description("Play one case, and say everything that crosses the wire as it does")
    .argument("<case>", "its id, as `list cases` names it")
    .argument("[command...]", "what starts the harness, behind --")
    .addOption(roleOption())
    .option("--target <address>", targetHelp)
    .option("--watchdog <ms>", watchdogHelp, readCount, watchdogDefaultMs)
    .action(play);
}

function addDiff(program: Command, compare: (before: string, after: string, output: string) => void): void {
  program
    .command("diff")
    .description("Compare two JSON reports: 1 if a check came to be worse")
    .argument("<before>", "a file of `run --report json=FILE`")
    .argument("<after>", "a later one")
    .addOption(new Option("-o, --output <form>", "text or json").choices(["text", "json"]).default("text"))
    .action((before: string, after: string, { output }: { readonly output: string }) => compare(before, after, output));
}

function addInit(program: Command, write: (language: string, folder: string) => void): void {
  program
    .command("init")
    .description("Write a harness that begins green, with the schema beside it, and say what comes next")
    .addOption(new Option("--lang <language>", "its language").choices(Object.keys(starters)).makeOptionMandatory())
    .option("--dir <folder>", "a folder that is empty or not there yet", "harness")
    .action(({ lang, dir }: { readonly lang: string; readonly dir: string }) => write(lang, dir));
}

function addDoctor(program: Command, look: (command: readonly string[], patienceMs: number) => Promise<void>): void {
  program
    .command("doctor")
    .description("Examine a harness, and say in words what is wrong with it")
    .argument("[command...]", "what starts the harness, behind --")
    .option("--patience <ms>", "how long it may take for an answer", readCount, 5_000)
    .action((command: readonly string[], { patience }: { readonly patience: number }) => look(command, patience));
}

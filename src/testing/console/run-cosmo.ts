import { Readable, Writable } from "node:stream";
import { createProgram, runProgram } from "../../cli/index.js";

/** How a command is run in this process. */
export interface RunCosmoOptions {
  /** The environment. Default: none. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the command reads. Default: nothing. */
  readonly stdin?: string | Uint8Array;
  /** Interrupts it. */
  readonly abort?: AbortSignal;
  /** True: as before a person. Default: false. */
  readonly isInteractive?: boolean;
}

/** What came of a command. */
export interface CosmoRun {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command line of `cosmo` in this process, with streams of its own. */
export async function runCosmo(argv: readonly string[], options: RunCosmoOptions = {}): Promise<CosmoRun> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  const exit = await runProgram(createProgram(), argv, {
    terminal: {
      stdin: Readable.from(options.stdin === undefined ? [] : [Buffer.from(options.stdin)]),
      stdout: collect(stdout),
      stderr: collect(stderr),
      env: options.env ?? {},
      isInteractive: options.isInteractive ?? false,
    },
    abort: options.abort ?? new AbortController().signal,
  });
  return { exit, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}

function collect(into: Buffer[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      into.push(Buffer.from(chunk));
      done();
    },
  });
}

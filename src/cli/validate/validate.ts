import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { describeThrown } from "../../errors/index.js";
import type { Call } from "../core/call.js";
import { CliError } from "../core/cli-error.js";
import type { ExitCode } from "../core/exit-code.js";
import type { Output } from "../core/output.js";
import { makeHarmless } from "../../doppler/index.js";
import { findIn, type SignalFinding } from "./find-in.js";
import { splitSignals } from "./split-signals.js";

/** `cosmo validate`. 100: something was found; 9: there was no Signal in it. */
export async function run({ args: [file = "-"], output, terminal, abort }: Call): Promise<ExitCode> {
  const name = file === "-" ? "stdin" : file;
  const data = await (file === "-" ? buffer(terminal.stdin) : readFile(file)).catch((thrown: unknown) => {
    throw new CliError("INVALID_ARGUMENT", `${name}: cannot read it: ${describeThrown(thrown)}`, {
      hint: "Give the path of a file that can be read, or - for stdin.",
      cause: thrown,
    });
  });
  let signals = 0;
  let findings = 0;
  for (const { line, bytes } of splitSignals(data, name)) {
    if (abort.aborted) return 130;
    signals += 1;
    for (const finding of findIn(bytes)) {
      findings += 1;
      await tell(output, { file: name, line, ...finding });
    }
  }
  await output.endRecords();
  const what = `${signals} ${signals === 1 ? "Signal" : "Signals"}`;
  if (signals === 0) output.note(`${name}: there is no Signal in it; nothing was checked.`);
  else
    output.note(
      `${name}: ${what}, ${findings === 0 ? "no findings" : findings === 1 ? "1 finding" : `${findings} findings`}.`,
    );
  if (signals === 0) return 9;
  return findings > 0 ? 100 : 0;
}

interface Place {
  readonly file: string;
  /** The line in NDJSON, else the number of the Signal, from 1. */
  readonly line: number;
}

async function tell(output: Output, finding: SignalFinding & Place): Promise<void> {
  const { file, line, requirement, code, field, message, id } = finding;
  await output.record(finding, () => {
    const { colors } = output;
    const where = colors.bold(`${file}:${line}`);
    const rule = colors.yellow(requirement === "" ? code : requirement);
    const what = [field === "" ? "" : `${field}: `, message, id === "" ? "" : ` (${id})`].join("");
    return `${where} ${rule} ${makeHarmless(what)}`;
  });
}

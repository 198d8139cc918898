import { Harness, type HarnessCommand } from "../control/harness.js";
import { SuiteError, wordsOf } from "../ground/suite-error.js";
import { looksOf } from "./looks.js";

/** What one look at a harness came to. */
export interface Diagnosis {
  readonly check: string;
  /** What is wrong and how it is mended; undefined: nothing. */
  readonly fault: string | undefined;
}

/**
 * Examines a harness and says in words what is wrong with it: its lines, what it answers in each of its roles, and how it
 * ends. Where it broke, the next look is at another process of it. Throws SuiteError if it does not even say hello.
 */
export async function examine(command: HarnessCommand, patienceMs: number): Promise<readonly Diagnosis[]> {
  let harness = new Harness(command, patienceMs);
  try {
    const hello = await harness.hello();
    const found: Diagnosis[] = [];
    for (const { check, look } of looksOf(hello.roles)) {
      if (harness.isOver) {
        await harness.kill();
        harness = new Harness(command, patienceMs);
        await harness.hello();
      }
      const fault = await look({ harness, hello, patienceMs }).catch((thrown: unknown) => wordsOf(thrown));
      found.push({ check, fault });
    }
    return [...found, await endsWhenAsked(command, patienceMs), await endsWithItsInput(command, patienceMs)];
  } finally {
    await harness.kill();
  }
}

/** Starts a process of its own, and ends it however the look ends. */
async function onAnother<Result>(
  command: HarnessCommand,
  patienceMs: number,
  look: (harness: Harness) => Promise<Result>,
): Promise<Result> {
  const harness = new Harness(command, patienceMs);
  try {
    await harness.hello();
    return await look(harness);
  } finally {
    await harness.kill();
  }
}

async function endsWhenAsked(command: HarnessCommand, patienceMs: number): Promise<Diagnosis> {
  const check = "stops when it is asked to, with exit code 0";
  const code = await onAnother(command, patienceMs, (harness) => harness.stop());
  const how = code === undefined ? "a signal, after it was killed" : `exit code ${code}`;
  return { check, fault: code === 0 ? undefined : `it ended with ${how}; answer, then exit with 0` };
}

async function endsWithItsInput(command: HarnessCommand, patienceMs: number): Promise<Diagnosis> {
  const check = "ends when its standard input does";
  const code = await onAnother(command, patienceMs, async (harness) => {
    harness.closeInput();
    const killer = setTimeout(() => void harness.kill(), patienceMs);
    const ended = await harness.ended;
    clearTimeout(killer);
    return ended;
  });
  return { check, fault: code === undefined ? "it went on; end when there is nothing more to read" : undefined };
}

/** What was found, for a person. */
export function describeDiagnoses(found: readonly Diagnosis[]): string {
  const lines = found.map(({ check, fault }) => (fault === undefined ? `  ✓ ${check}` : `  ✗ ${check}: ${fault}`));
  const faults = found.filter(({ fault }) => fault !== undefined).length;
  return [...lines, "", faults === 0 ? "The harness is sound." : `${faults} to mend.`].join("\n");
}

/** The command of a harness. Throws SuiteError if there is none. */
export function readCommand([program, ...args]: readonly string[]): HarnessCommand {
  if (program === undefined) throw new SuiteError("Give the command of a harness behind --", 2);
  return { program, args };
}

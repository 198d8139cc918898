import { Harness, type HarnessCommand } from "../control/harness.js";
import type { Hello, Reply } from "../control/messages.js";
import { SuiteError, wordsOf } from "../ground/suite-error.js";

/** What one look at a harness came to. */
export interface Diagnosis {
  readonly check: string;
  /** What is wrong and how it is mended; undefined: nothing. */
  readonly fault: string | undefined;
}

interface Patient {
  readonly harness: Harness;
  readonly hello: Hello;
}

interface Look {
  readonly check: string;
  /** Says what is wrong; undefined: nothing. */
  readonly look: (patient: Patient) => Promise<string | undefined>;
}

const bigBytes = 1_048_576;

function isAnswer(reply: Reply): boolean {
  return reply.harnessError === undefined && reply.hello === undefined;
}

const looks: readonly Look[] = [
  {
    check: "says what it is",
    look: ({ hello }) =>
      Promise.resolve(new Set(hello.features).size < hello.features.length ? "it claims a feature twice" : undefined),
  },
  {
    check: "answers what it does not know with unsupported",
    look: async ({ harness, hello }) => {
      const isCodec = hello.roles.includes("codec");
      const asked =
        isCodec && hello.roles.length === 1
          ? { listen: { limits: {} } }
          : { transcode: { message: "cosmonapse.v1.Signal", bytes: "" } };
      if (isCodec && hello.roles.length > 1) return undefined;
      const reply = await harness.ask(asked);
      return reply.unsupported === undefined
        ? `it answered ${JSON.stringify(reply)}; answer {"unsupported": {"reason": "…"}}`
        : undefined;
    },
  },
  {
    check: "answers many commands that come at once, each with its seq",
    look: async ({ harness }) => {
      const replies = await Promise.all(
        Array.from({ length: 100 }, () => harness.ask({ close: { address: "nobody:1" } })),
      );
      return replies.every(isAnswer) ? undefined : "some were answered as broken; read line by line, and answer each";
    },
  },
  {
    check: "reads a line of a megabyte",
    look: async ({ harness, hello }) => {
      if (!hello.roles.includes("codec")) return undefined;
      const bytes = Buffer.alloc(bigBytes).toString("base64");
      const reply = await harness.ask({ transcode: { message: "cosmonapse.v1.Signal", bytes } });
      return reply.refusal === undefined
        ? `zeroes are no Signal, and it answered ${Object.keys(reply).join()}; refuse them with {"refusal": {"code": "MALFORMED"}}`
        : undefined;
    },
  },
  {
    check: "reads what is not ASCII",
    look: async ({ harness }) => {
      const reply = await harness.ask({ close: { address: "grüße-🙂:1" } });
      return isAnswer(reply) ? undefined : "it broke; read standard input as UTF-8";
    },
  },
  {
    check: "stops when it is asked to, with exit code 0",
    look: async ({ harness }) => {
      const code = await harness.stop();
      return code === 0
        ? undefined
        : `it ended with ${code ?? "a signal, after it was killed"}; answer, then exit with 0`;
    },
  },
];

/**
 * Examines a harness and says in words what is wrong with it. It ends when its standard input does, which a second
 * process shows. Throws SuiteError if it does not even say hello.
 */
export async function examine(command: HarnessCommand, patienceMs: number): Promise<readonly Diagnosis[]> {
  const harness = new Harness(command, patienceMs);
  try {
    const hello = await harness.hello();
    const found: Diagnosis[] = [];
    for (const { check, look } of looks) {
      const fault = await look({ harness, hello }).catch((thrown: unknown) => wordsOf(thrown));
      found.push({ check, fault });
    }
    return [...found, await endsWithItsInput(command, patienceMs)];
  } finally {
    await harness.kill();
  }
}

async function endsWithItsInput(command: HarnessCommand, patienceMs: number): Promise<Diagnosis> {
  const check = "ends when its standard input does";
  const harness = new Harness(command, patienceMs);
  await harness.hello();
  harness.closeInput();
  const killer = setTimeout(() => void harness.kill(), patienceMs);
  const code = await harness.ended;
  clearTimeout(killer);
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

// `npm run conformance:mutants`: builds the harness of our own SDK with each named mutant of the hub, of what all
// Engrams share and of what hosts Neurons in turn, and plays the conformance suite against it, the cases of the sentence that the mutant breaks.
// Arguments: a part of names, to try some. A mutant is killed if a check of that sentence is red, wrong-red if only others
// are, survived if none is, void if not even a sound case passes. Ends with 1 unless all are killed or listed as known.
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { rolldown } from "rolldown";
import { mutate, type Mutant } from "./mutants/mutation.js";
import { suiteMutants } from "./suite-mutants.js";

const run = promisify(execFile);
// Inside the repository, where the packages are found.
const folder = resolve(".cache", `suite-mutants-${process.pid}`);
const atOnce = 2;

type Fate = "killed" | "survived" | "wrong-red" | "void";

interface Judged {
  readonly mutant: Mutant;
  readonly fate: Fate;
  readonly why: string;
}

interface Result {
  readonly case: string;
  readonly check: string;
  readonly verdict: string;
  readonly requirements: readonly string[];
  readonly reason: string;
}

const calm: readonly string[] = ["VERDICT_PASSED", "VERDICT_UNSUPPORTED"];

interface Part {
  readonly role: "engram" | "observer" | "participant" | "synapse";
  /** Its harness, below conformance/harness. */
  readonly harness: string;
  /** A sentence that no mutant of it breaks. */
  readonly sound: string;
}

const parts: Readonly<Record<Part["role"], Part>> = {
  synapse: { role: "synapse", harness: "typescript.ts", sound: "COS-SES-001" },
  engram: { role: "engram", harness: "typescript-engram.ts", sound: "COS-RCL-001" },
  observer: { role: "observer", harness: "typescript-observer.ts", sound: "COS-GRPC-014" },
  participant: { role: "participant", harness: "typescript-participant.ts", sound: "COS-GRPC-014" },
};

function partOf({ file }: Mutant): Part {
  if (file === "dendrite/observer.ts") return parts.observer;
  // Answers of several are combined by who asked.
  if (file.startsWith("engram/") && file !== "engram/modes.ts") return parts.engram;
  return /^(?:axon|dendrite|engram|pathway)\//.test(file) ? parts.participant : parts.synapse;
}

/** The harness as one file, with one change in it. */
async function bundle({ harness }: Part, mutant: Mutant | undefined, file: string): Promise<void> {
  const changed = mutant === undefined ? undefined : resolve("src", mutant.file);
  const built = await rolldown({
    input: resolve("conformance", "harness", harness),
    external: /^[^./]/,
    platform: "node",
    logLevel: "silent",
    transform: { target: "es2022" },
    plugins: [
      {
        name: "mutate",
        load(id) {
          if (id !== changed || mutant === undefined) return undefined;
          return { code: mutate(readFileSync(id, "utf8"), mutant), moduleType: "ts" };
        },
      },
    ],
  });
  await built.write({ file, format: "esm", codeSplitting: false });
  await built.close();
}

/** Plays the cases of one sentence; an empty list if nothing could be played. */
async function play({ role }: Part, harness: string, requirement?: string): Promise<readonly Result[]> {
  const report = `${harness}.json`;
  const chosen = requirement === undefined ? [] : ["--requirement", requirement];
  const words = ["run", "--role", role, ...chosen, "--watchdog", "3000", "--report", `json=${report}`];
  const suite = [resolve("dist", "conformance", "main.js"), ...words, "--", process.execPath, harness];
  await run(process.execPath, suite, { maxBuffer: 2 ** 26 }).catch(() => undefined);
  try {
    // What the suite writes.
    return (JSON.parse(readFileSync(report, "utf8")) as { readonly results: readonly Result[] }).results;
  } catch {
    return [];
  }
}

async function judge(mutant: Mutant, number: number): Promise<Judged> {
  const harness = join(folder, `${number}.mjs`);
  const part = partOf(mutant);
  await bundle(part, mutant, harness);
  const results = await play(part, harness, mutant.violates);
  const red = results.filter(({ verdict }) => !calm.includes(verdict));
  const own = red.find(({ requirements }) => requirements.includes(mutant.violates));
  const words = (one: Result): string => `${one.case} ${one.check}: ${one.verdict}`;
  if (own !== undefined) return { mutant, fate: "killed", why: words(own) };
  if (red[0] !== undefined) return { mutant, fate: "wrong-red", why: words(red[0]) };
  if (results.length > 0) return { mutant, fate: "survived", why: `${results.length} checks passed` };
  const others = await play(part, harness, part.sound);
  return { mutant, fate: others.length > 0 ? "survived" : "void", why: `no case shows ${mutant.violates}` };
}

const wanted = process.argv[2] ?? "";
const all = suiteMutants.filter(({ name, file }) => name.includes(wanted) || file.startsWith(wanted));
mkdirSync(folder, { recursive: true });
try {
  const red: Result[] = [];
  for (const part of new Set(all.map(partOf))) {
    const neutral = join(folder, `neutral-${part.role}.mjs`);
    await bundle(part, undefined, neutral);
    const results = await play(part, neutral);
    const own = results.filter(({ verdict }) => !calm.includes(verdict));
    red.push(...own);
    const words = results.length === 0 ? "void" : own.map((one) => one.case).join(", ") || "green";
    process.stdout.write(`neutral ${part.role}: ${words}\n`);
  }
  const judged: Judged[] = [];
  const queue = all.entries();
  const work = async (): Promise<void> => {
    for (const [number, mutant] of queue) {
      const one = await judge(mutant, number);
      judged.push(one);
      process.stdout.write(`${one.fate.padEnd(9)} ${mutant.violates} ${mutant.name} (${one.why})\n`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const count = (fate: Fate): number => judged.filter((one) => one.fate === fate).length;
  const fates = (["killed", "survived", "wrong-red", "void"] as const).map((fate) => `${count(fate)} ${fate}`);
  process.stdout.write(`${judged.length} mutants: ${fates.join(", ")}\n`);
  process.exitCode = red.length === 0 && count("killed") === judged.length ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}

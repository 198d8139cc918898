// `npm run conformance:mutants`: breaks the reference in each way that has a name, and our own SDK (the hub, what all
// Engrams share, what hosts Neurons), and plays the conformance suite against it, the cases of the sentence that is broken.
// Arguments: a part of names, to try some. A mutant is killed if a check of that sentence is red, wrong-red if only others
// are, survived if none is, void if it does not even run. Ends with 1 unless all are killed.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { rolldown } from "rolldown";
import { referenceMutants } from "../../../conformance/index.js";
import { mutate, type Mutant } from "./mutants/mutation.js";
import { suiteMutants } from "./suite-mutants.js";

const run = promisify(execFile);
// Inside the repository, where the packages are found.
const folder = resolve(".cache", `suite-mutants-${process.pid}`);
const atOnce = 2;
// On a machine that does much else, a harness may start too late for the suite.
const attemptsMax = 3;

type Fate = "killed" | "survived" | "wrong-red" | "void";

/** What is to be killed. */
interface Candidate {
  readonly name: string;
  readonly violates: string;
  /** Who is asked; what one does not show, the next may. */
  readonly parts: readonly [Part, ...Part[]];
  /** A change of our own code; undefined: the reference is told its name. */
  readonly change: Mutant | undefined;
}

interface Judged {
  readonly mutant: Candidate;
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

const calm: readonly string[] = ["VERDICT_PASSED", "VERDICT_UNSUPPORTED", "VERDICT_KNOWN_FAILING"];

interface Part {
  readonly role: "codec" | "engram" | "observer" | "participant" | "synapse";
  /** Its harness, below conformance. */
  readonly harness: string;
  /** The list of what it is known to fail, below conformance. */
  readonly known?: string;
}

const parts: Readonly<Record<Part["role"] | "reference", Part>> = {
  reference: { role: "synapse", harness: "reference/main.ts" },
  synapse: { role: "synapse", harness: "harness/typescript.ts" },
  codec: {
    role: "codec",
    harness: "harness/typescript.ts",
    known: "harness/known-typescript.yaml",
  },
  engram: { role: "engram", harness: "harness/typescript-engram.ts" },
  observer: { role: "observer", harness: "harness/typescript-observer.ts" },
  participant: { role: "participant", harness: "harness/typescript-participant.ts" },
};

function partsOf({ file }: Mutant): Candidate["parts"] {
  if (file === "dendrite/observer.ts") return [parts.observer];
  if (/^signal\/(?:codec|json)/.test(file)) return [parts.codec];
  // What a Synapse refuses twice over, a codec refuses once.
  if (/^signal\/(?!content)/.test(file)) return [parts.synapse, parts.codec];
  // Answers of several are combined by who asked, and entries made by who imprints.
  if (/^engram\/(?!modes|convert)/.test(file)) return [parts.engram];
  const isParticipant = /^(?:(?:axon|dendrite|engram|errors|pathway|synapse\/grpc\/client)\/|signal\/content)/.test(
    file,
  );
  return [isParticipant ? parts.participant : parts.synapse];
}

/** The harness as one file, with one change in it. */
async function bundle({ harness }: Part, mutant: Mutant | undefined, file: string): Promise<void> {
  const changed = mutant === undefined ? undefined : resolve("src", mutant.file);
  const built = await rolldown({
    input: resolve("conformance", harness),
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

/** The words that start a harness with one thing wrong in it, or with nothing. */
async function prepare(part: Part, mutant: Candidate | undefined, file: string): Promise<readonly string[]> {
  if (part === parts.reference) {
    const built = resolve("dist", "conformance", part.harness.replace(/ts$/, "js"));
    return mutant === undefined ? [built] : [built, "--mutant", mutant.name];
  }
  await bundle(part, mutant?.change, file);
  return [file];
}

/** Plays the cases of one sentence, or all; undefined if nothing can be played. */
async function play(
  { role, known }: Part,
  harness: readonly string[],
  { report, requirement }: { readonly report: string; readonly requirement?: string },
): Promise<readonly Result[] | undefined> {
  // One sentence has few cases: what hangs is found out soon. All of them have the time that a user gives.
  const chosen = requirement === undefined ? [] : ["--requirement", requirement, "--watchdog", "5000"];
  const list = known === undefined ? [] : ["--known", resolve("conformance", known)];
  const words = ["run", "--role", role, ...chosen, ...list, "--report", `json=${report}`];
  const suite = [resolve("dist", "conformance", "main.js"), ...words, "--", process.execPath, ...harness];
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    await run(process.execPath, suite, { maxBuffer: 2 ** 26 }).catch(() => undefined);
    if (!existsSync(report)) continue;
    // What the suite writes.
    return (JSON.parse(readFileSync(report, "utf8")) as { readonly results: readonly Result[] }).results;
  }
  return undefined;
}

const dead: readonly string[] = ["VERDICT_CRASHED", "VERDICT_HARNESS_ERROR", "VERDICT_INCONCLUSIVE"];

/** True for what does something, right or wrong. */
function lives(results: readonly Result[] | undefined): results is readonly Result[] {
  return results?.every(({ verdict }) => dead.includes(verdict)) === false;
}

async function judge(mutant: Candidate, number: number): Promise<Judged> {
  const [first, ...others] = mutant.parts;
  let judged = await judgeAs(first, mutant, join(folder, `${number}.mjs`));
  for (const part of others) {
    if (judged.fate === "killed") break;
    judged = await judgeAs(part, mutant, join(folder, `${number}-${part.role}.mjs`));
  }
  return judged;
}

async function judgeAs(part: Part, mutant: Candidate, file: string): Promise<Judged> {
  const { violates } = mutant;
  const harness = await prepare(part, mutant, file);
  const results = await play(part, harness, { report: `${file}.json`, requirement: violates });
  if (results?.length === 0) return { mutant, fate: "survived", why: `no case shows ${violates}` };
  if (!lives(results)) return { mutant, fate: "void", why: "it does not run" };
  // What its twin or a check before it makes inconclusive says nothing by itself.
  const red = results.filter(({ verdict }) => !calm.includes(verdict) && verdict !== "VERDICT_INCONCLUSIVE");
  const own = red.find(({ requirements }) => requirements.includes(violates));
  const words = (one: Result): string => `${one.case} ${one.check}: ${one.verdict}`;
  if (own !== undefined) return { mutant, fate: "killed", why: words(own) };
  if (red[0] !== undefined) return { mutant, fate: "wrong-red", why: words(red[0]) };
  return { mutant, fate: "survived", why: `${results.length} checks passed` };
}

const wanted = process.argv[2] ?? "";
const ofReference = Object.entries(referenceMutants).map(([name, violates]): Candidate => ({
  name,
  violates,
  parts: [parts.reference],
  change: undefined,
}));
const ofOurs = suiteMutants.map((change): Candidate => ({
  name: change.name,
  violates: change.violates,
  parts: partsOf(change),
  change,
}));
const all = [...ofReference, ...ofOurs].filter(
  ({ name, change }) => name.includes(wanted) || (change?.file ?? "reference/").startsWith(wanted),
);
mkdirSync(folder, { recursive: true });
try {
  let isGreen = true;
  for (const part of new Set(all.flatMap((one) => one.parts))) {
    const file = join(folder, `neutral-${part.harness.replace(/\W/g, "-")}.mjs`);
    const results = await play(part, await prepare(part, undefined, file), { report: `${file}.json` });
    const isAlive = lives(results);
    const own = isAlive ? results.filter(({ verdict }) => !calm.includes(verdict)) : [];
    isGreen &&= isAlive && own.length === 0;
    const words = isAlive ? own.map((one) => one.case).join(", ") || "green" : "void";
    process.stdout.write(`neutral ${part.harness}: ${words}\n`);
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
  process.exitCode = isGreen && count("killed") === judged.length ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}

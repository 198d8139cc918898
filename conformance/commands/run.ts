import { performance } from "node:perf_hooks";
import { codecCases } from "../codec/codec-cases.js";
import { HarnessPool } from "../control/harness-pool.js";
import type { Hello, Role } from "../control/messages.js";
import { packageVersion } from "../ground/files.js";
import { toTerminal } from "../report/terminal.js";
import { readReportTarget, writeReport } from "../report/write-reports.js";
import { readRequirements } from "../ground/requirements.js";
import { readKnownFailures, toPattern, withKnownFailures } from "../run/known-failing.js";
import { runCases } from "../run/run-cases.js";
import { summarize, type ExitCode, type Report } from "../run/summary.js";
import type { Case } from "../run/verdict.js";
import { SuiteError } from "../ground/suite-error.js";
import { harnessTargets } from "../synapse/harness-targets.js";
import { synapseCases } from "../synapse/synapse-cases.js";
import { hashOfCases } from "./cases.js";

/** What `run` is told. */
export interface RunFlags {
  readonly role: Role;
  /** The command that starts the harness; empty if a target is given. */
  readonly command: readonly string[];
  /** Where a Synapse listens. */
  readonly target?: string | undefined;
  /** Runs only what matches. */
  readonly case?: string | undefined;
  /** Runs only what shows this sentence. */
  readonly requirement?: string | undefined;
  /** The file of known failures. */
  readonly known?: string | undefined;
  readonly report: readonly string[];
  readonly parallel: number;
  readonly watchdogMs: number;
}

/** Where a run says what. */
export interface Console {
  readonly out: (text: string) => void;
  readonly isColored: boolean;
}

interface Subject {
  readonly hello: Hello;
  readonly cases: readonly Case[];
  readonly stop: () => Promise<void>;
}

/** `run`: plays the cases of a role and reports. Rejects with SuiteError if that cannot be begun. */
export async function run(flags: RunFlags, { out, isColored }: Console): Promise<ExitCode> {
  const targets = flags.report.map(readReportTarget);
  const known = flags.known === undefined ? [] : readKnownFailures(flags.known);
  const subject = await begin(flags);
  let report: Report;
  try {
    report = await play(flags, subject, known);
  } finally {
    await subject.stop();
  }
  for (const target of targets) writeReport(report, target);
  out(toTerminal(report, readRequirements(), isColored));
  return report.exit;
}

async function play(
  flags: RunFlags,
  { hello, cases }: Subject,
  known: Parameters<typeof withKnownFailures>[1],
): Promise<Report> {
  const pattern = flags.case === undefined ? undefined : toPattern(flags.case);
  const chosen = cases.filter(
    ({ id, requirements }) =>
      pattern?.test(id) !== false && (flags.requirement === undefined || requirements.includes(flags.requirement)),
  );
  const from = performance.now();
  const { parallel, watchdogMs, role } = flags;
  const features = [...hello.features, ...(flags.target === undefined ? ["limits"] : [])];
  // A twin is played along, since without it a negative case says nothing.
  const twins = new Set(chosen.map(({ twin }) => twin));
  const played = cases.filter((one) => chosen.includes(one) || twins.has(one.id));
  const results = await runCases(played, { features, parallel, watchdogMs });
  const { results: marked, stale } = withKnownFailures(results, known, chosen.length < cases.length);
  const { name, version, language } = hello;
  const implementation = { name, version, language };
  const ms = Math.round(performance.now() - from);
  return summarize({ suite: packageVersion, cases: hashOfCases(), role, implementation, features, ms }, marked, stale);
}

async function begin({ role, command, target, watchdogMs }: RunFlags): Promise<Subject> {
  const [program, ...args] = command;
  if (target !== undefined) {
    if (role !== "synapse" || program !== undefined)
      throw new SuiteError("--target is for --role synapse, without a command", 2);
    const address = target.replace(/^(?:cosmo|grpc):\/\//, "");
    const hello: Hello = { control: "", name: target, version: "", language: "any", roles: [role], features: [] };
    return { hello, cases: synapseCases(() => Promise.resolve(address)), stop: () => Promise.resolve() };
  }
  if (program === undefined) {
    throw new SuiteError(
      `Give the command of a harness behind --${role === "synapse" ? ", or --target host:port" : ""}`,
      2,
    );
  }
  const pool = new HarnessPool({ program, args }, watchdogMs);
  // Cases are read before a process is there that had to be ended if they cannot be.
  const cases = role === "codec" ? codecCases(() => pool.take()) : synapseCases(harnessTargets(pool));
  const hello = await pool.hello();
  if (hello.roles.includes(role)) return { hello, cases, stop: () => pool.stop() };
  await pool.stop();
  throw new SuiteError(`${hello.name} does not play the role ${role}, only ${hello.roles.join(", ")}`, 2);
}

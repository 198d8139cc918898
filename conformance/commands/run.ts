import { performance } from "node:perf_hooks";
import { packageVersion } from "../ground/files.js";
import { toTerminal } from "../report/terminal.js";
import { readReportTarget, writeReport } from "../report/write-reports.js";
import { showProgress } from "../report/progress.js";
import { readRequirements, type Profile } from "../ground/requirements.js";
import { readKnownFailures, toPattern, withKnownFailures, type KnownFailure } from "../run/known-failing.js";
import { casesOfProfile, exclusionsOf } from "../run/profile.js";
import { runCases } from "../run/run-cases.js";
import { summarize, type ExitCode, type Report } from "../run/summary.js";
import { hashOfCases } from "./cases.js";
import { begin, type Subject, type SubjectFlags } from "./subject.js";

/** What `run` is told. */
export interface RunFlags extends SubjectFlags {
  /** How much of the role is played. */
  readonly profile: Profile;
  /** Runs only what matches. */
  readonly case?: string | undefined;
  /** Runs only what shows this sentence. */
  readonly requirement?: string | undefined;
  /** The file of known failures. */
  readonly known?: string | undefined;
  readonly report: readonly string[];
  readonly parallel: number;
}

/** Where a run says what. */
export interface Console {
  readonly out: (text: string) => void;
  readonly isColored: boolean;
  /** Where a bar shows how far it is; undefined: nobody would see it. */
  readonly terminal: NodeJS.WritableStream | undefined;
}

/** `run`: plays the cases of a role and reports. Rejects with SuiteError if that cannot be begun. */
export async function run(flags: RunFlags, { out, isColored, terminal }: Console): Promise<ExitCode> {
  const targets = flags.report.map(readReportTarget);
  const known = flags.known === undefined ? [] : readKnownFailures(flags.known);
  const subject = await begin(flags);
  let report: Report;
  try {
    report = await play(flags, subject, { known, terminal });
  } finally {
    await subject.stop();
  }
  // A file that cannot be written takes nobody's result away.
  out(toTerminal(report, readRequirements(), isColored));
  for (const target of targets) writeReport(report, target);
  return report.exit;
}

async function play(
  flags: RunFlags,
  { about, features, cases }: Subject,
  { known, terminal }: Pick<Console, "terminal"> & { readonly known: readonly KnownFailure[] },
): Promise<Report> {
  const { profile, parallel, watchdogMs } = flags;
  const pattern = flags.case === undefined ? undefined : toPattern(flags.case);
  const requirements = readRequirements();
  const chosen = casesOfProfile(cases, profile, requirements).filter(
    (one) =>
      pattern?.test(one.id) !== false &&
      (flags.requirement === undefined || one.requirements.includes(flags.requirement)),
  );
  const from = performance.now();
  // A twin is played along, since without it a negative case says nothing.
  const twins = new Set(chosen.map(({ twin }) => twin));
  const played = cases.filter((one) => chosen.includes(one) || twins.has(one.id));
  using progress = showProgress(terminal, played.length);
  const onCase = progress.add.bind(progress);
  const results = await runCases(played, { features, parallel, watchdogMs, onCase });
  const { results: marked, stale } = withKnownFailures(results, known, chosen.length < cases.length);
  const ms = Math.round(performance.now() - from);
  const excluded = exclusionsOf({ role: flags.role, profile }, requirements);
  const made = { suite: packageVersion, cases: hashOfCases(), profile, excluded, ms };
  return summarize({ ...made, ...about, features }, marked, stale);
}

import type { Profile } from "../ground/requirements.js";
import { verdicts, type CheckResult, type Verdict } from "./verdict.js";

/** What a run came to: the message Report of `cosmonapse.conformance.v1`. */
export interface Report {
  /** The version of this form. */
  readonly report: 1;
  readonly suite: string;
  /** The SHA-256 of all case data, in 16 digits: two reports with the same one answered the same questions. */
  readonly cases: string;
  readonly role: string;
  readonly profile: Profile;
  readonly implementation: { readonly name: string; readonly version: string; readonly language: string };
  readonly features: readonly string[];
  readonly outcome: "conformant" | "failed" | "harness-error" | "not-evaluated" | "stale";
  readonly exit: ExitCode;
  readonly counts: Readonly<Record<Verdict, number>>;
  /** Sentences that at least one check showed as kept, and none as broken. */
  readonly requirements: readonly string[];
  readonly ms: number;
  /** Known failures that were not as the list says. */
  readonly stale: readonly string[];
  /** The sentences of the role and the profile that no case shows, with why. */
  readonly excluded: readonly Exclusion[];
  readonly results: readonly CheckResult[];
}

/** A sentence that is left out. */
export interface Exclusion {
  readonly requirement: string;
  readonly reason: string;
}

/** 0 conformant, 1 failures, 9 nothing evaluated or a stale list, 10 a broken harness. */
export type ExitCode = 0 | 1 | 9 | 10;

const reds: readonly Verdict[] = ["crashed", "failed", "hung", "inconclusive", "not-emitted", "wrong-reason"];

/** True for a verdict that makes a run red. */
export function isRed(verdict: Verdict): boolean {
  return reds.includes(verdict) || verdict === "harness-error";
}

/** What the results come to. A run in which nothing was evaluated is no success. */
export function summarize(
  about: Omit<Report, "counts" | "exit" | "outcome" | "report" | "requirements" | "results" | "stale">,
  results: readonly CheckResult[],
  stale: readonly string[],
): Report {
  const count = (verdict: Verdict): number => results.filter((one) => one.verdict === verdict).length;
  // Every verdict is in the list of all.
  const counts = Object.fromEntries(verdicts.map((verdict) => [verdict, count(verdict)])) as Record<Verdict, number>;
  const outcome = outcomeOf(counts, stale);
  const broken = new Set(
    results.filter(({ verdict }) => isRed(verdict) || verdict === "known-failing").flatMap((one) => one.requirements),
  );
  const kept = new Set(results.filter(({ verdict }) => verdict === "passed").flatMap((one) => one.requirements));
  const requirements = [...kept].filter((id) => !broken.has(id)).sort();
  return { report: 1, ...about, outcome, exit: exitCodes[outcome], counts, requirements, stale, results };
}

function outcomeOf(counts: Readonly<Record<Verdict, number>>, stale: readonly string[]): Report["outcome"] {
  if (counts["harness-error"] > 0) return "harness-error";
  if (reds.some((verdict) => counts[verdict] > 0)) return "failed";
  if (counts.passed === 0) return "not-evaluated";
  return stale.length > 0 ? "stale" : "conformant";
}

const exitCodes = { conformant: 0, failed: 1, "not-evaluated": 9, stale: 9, "harness-error": 10 } as const;

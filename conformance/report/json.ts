import type { Report } from "../run/summary.js";
import { verdicts, type CheckResult, type Verdict } from "../run/verdict.js";

/** A report in the JSON form of `cosmonapse.conformance.v1.Report`. */
export interface JsonReport extends Omit<Report, "counts" | "outcome" | "results"> {
  readonly outcome: string;
  readonly counts: readonly { readonly verdict: string; readonly checks: number }[];
  readonly results: readonly JsonResult[];
}

/** One check of it. */
export interface JsonResult extends Omit<CheckResult, "evidence" | "verdict"> {
  readonly verdict: string;
  readonly evidence: readonly object[];
}

const ways = { ">": "WAY_TO", "<": "WAY_FROM" } as const;

/** The report as JSON, as protobuf writes the message Report: other languages read it with the generated code. */
export function toJson(report: Report): string {
  const { outcome, counts, results } = report;
  const json: JsonReport = {
    ...report,
    outcome: enumName("OUTCOME", outcome),
    counts: verdicts
      .filter((verdict) => counts[verdict] > 0)
      .map((verdict) => ({ verdict: verdictName(verdict), checks: counts[verdict] })),
    results: results.map(({ verdict, evidence, ...rest }) => ({
      ...rest,
      verdict: verdictName(verdict),
      evidence: evidence.map((sight) => ({ ...sight, way: ways[sight.way] })),
    })),
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

/** The name of a verdict in the schema. */
export function verdictName(verdict: Verdict): string {
  return enumName("VERDICT", verdict);
}

function enumName(prefix: string, word: string): string {
  return `${prefix}_${word.toUpperCase().replaceAll("-", "_")}`;
}

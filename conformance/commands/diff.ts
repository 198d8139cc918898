import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { SuiteError, wordsOf } from "../ground/suite-error.js";
import { verdictName, type JsonReport } from "../report/json.js";
import { isRed } from "../run/summary.js";
import { verdicts, type Verdict } from "../run/verdict.js";

/** A check that two reports say different things of. */
export interface Change {
  readonly case: string;
  readonly check: string;
  /** Undefined: the report does not have it. */
  readonly before: Verdict | undefined;
  readonly after: Verdict | undefined;
  readonly isWorse: boolean;
}

/** What lies between two reports. */
export interface Difference {
  /** False: they were asked other questions. */
  readonly hasSameCases: boolean;
  /** The worse ones first. */
  readonly changes: readonly Change[];
  /** Known failures that no longer fail as they did, since the report before. */
  readonly stale: readonly string[];
  /** Those of the report before that are none in the report after. */
  readonly mended: readonly string[];
}

type Compared = Pick<JsonReport, "cases" | "results" | "role" | "stale"> & Partial<Pick<JsonReport, "profile">>;

const byName = new Map(verdicts.map((verdict) => [verdictName(verdict), verdict]));

const isReport = new Ajv2020().compile<Compared>({
  type: "object",
  required: ["report", "role", "cases", "results", "stale"],
  properties: {
    report: { const: 1 },
    role: { type: "string" },
    profile: { type: "string" },
    cases: { type: "string" },
    stale: { type: "array", items: { type: "string" } },
    results: {
      type: "array",
      items: {
        type: "object",
        required: ["case", "check", "verdict"],
        properties: { case: { type: "string" }, check: { type: "string" }, verdict: { enum: [...byName.keys()] } },
      },
    },
  },
});

/** Compares two reports of the form json. Throws SuiteError for a file that is none, for two roles and for two profiles. */
export function compareReports(beforeFile: string, afterFile: string): Difference {
  const [before, after] = [readReport(beforeFile), readReport(afterFile)];
  for (const part of ["role", "profile"] as const) {
    // A report from before there were profiles is of all cases.
    const [one = "full", other = "full"] = [before[part], after[part]];
    if (one === other) continue;
    const both = `${beforeFile} is of the ${part} ${one}, ${afterFile} of ${other}`;
    throw new SuiteError(`${both}: give two reports of one ${part}`, 2);
  }
  const earlier = byCheck(before);
  const later = byCheck(after);
  const changes = [...new Set([...earlier.keys(), ...later.keys()])].flatMap((key): readonly Change[] => {
    const [was, is] = [earlier.get(key), later.get(key)];
    const known = was ?? is;
    if (known === undefined || was?.verdict === is?.verdict) return [];
    const parts = { case: known.case, check: known.check, before: was?.verdict, after: is?.verdict };
    return [{ ...parts, isWorse: isWorse(parts) }];
  });
  return {
    hasSameCases: before.cases === after.cases,
    stale: after.stale.filter((line) => !before.stale.includes(line)),
    mended: before.stale.filter((line) => !after.stale.includes(line)),
    changes: changes.sort((one, other) => Number(other.isWorse) - Number(one.isWorse)),
  };
}

/** It is worse to fail, and to lose what passed. */
function isWorse({ before, after }: Pick<Change, "after" | "before">): boolean {
  if (after !== undefined && isRed(after)) return before === undefined || !isRed(before);
  return before === "passed";
}

/** The difference for people. */
export function describeDifference({ hasSameCases, changes, stale, mended }: Difference): string {
  const lines = changes.map(
    ({ case: id, check, before, after, isWorse: worse }) =>
      `${worse ? "worse " : "      "} ${id} ${check}: ${before ?? "not there"} → ${after ?? "not there"}`,
  );
  const worse = changes.filter((change) => change.isWorse).length;
  return [
    ...(hasSameCases ? [] : ["The reports are of other cases: a check that one does not have may be new."]),
    ...lines,
    ...stale.map((line) => `worse  stale: ${line}`),
    ...mended.map((line) => `       no longer stale: ${line}`),
    changes.length === 0 ? "No check changed." : `${changes.length} checks changed, ${worse} for the worse.`,
  ].join("\n");
}

function byCheck({ results }: Compared) {
  return new Map(
    results.map((one) => [`${one.case}\0${one.check}`, { ...one, verdict: byName.get(one.verdict) }] as const),
  );
}

function readReport(file: string): Compared {
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(file, "utf8"));
  } catch (thrown) {
    throw new SuiteError(`${file}: cannot read it as JSON: ${wordsOf(thrown)}`, 2);
  }
  if (isReport(read)) return read;
  const [error] = isReport.errors ?? [];
  throw new SuiteError(
    `${file}: it is no report of \`run --report json=FILE\`: ${error?.instancePath ?? ""} ${error?.message ?? ""}`,
    2,
  );
}

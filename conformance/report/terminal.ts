import { createColors } from "picocolors";
import type { Requirement } from "../ground/requirements.js";
import { describeSight, earlierWords, printable } from "./sights.js";
import { isRed, type Report } from "../run/summary.js";
import { verdicts, type CheckResult } from "../run/verdict.js";

type Colors = ReturnType<typeof createColors>;

const shownMax = 25;
const areaWidth = 30;
const evidenceWidth = 200;
const evidenceMax = 12;
const nothingChosen =
  "No case was chosen: in --case a * ends at a slash, and ** does not; `list cases` shows what there is.";

/** The report for a person: one line for each area, then every failure with what crossed the wire, then the outcome. */
export function toTerminal(report: Report, requirements: readonly Requirement[], isColored: boolean): string {
  const colors = createColors(isColored);
  const sentences = new Map(requirements.map(({ id, sentence }) => [id, sentence]));
  const red = report.results.filter(({ verdict }) => isRed(verdict));
  const { name, version, language } = report.implementation;
  return [
    `${colors.bold(`${name} ${version}`)} (${language}) as ${colors.bold(report.role)}, profile ${report.profile}`,
    "",
    ...areas(report.results, colors),
    ...red.slice(0, shownMax).flatMap((result) => failure(result, { sentences, role: report.role }, colors)),
    ...(red.length > shownMax
      ? ["", `… and ${red.length - shownMax} more failures; --report json=FILE has them all`]
      : []),
    ...report.stale.map((line) => colors.red(`stale: ${line}`)),
    ...leftOut(report, colors),
    "",
    outcome(report, colors),
    ...(report.results.length > 0 ? [] : [nothingChosen]),
    "",
  ].join("\n");
}

function areas(results: readonly CheckResult[], colors: Colors): readonly string[] {
  const groups = new Map<string, CheckResult[]>();
  for (const result of results) {
    const area = result.case.split("/").slice(0, 2).join("/");
    groups.set(area, [...(groups.get(area) ?? []), result]);
  }
  return [...groups].map(([area, own]) => {
    const passed = own.filter(({ verdict }) => verdict === "passed").length;
    const others = verdicts
      .filter((verdict) => verdict !== "passed")
      .map((verdict) => [verdict, own.filter((one) => one.verdict === verdict).length] as const)
      .filter(([, count]) => count > 0)
      .map(([verdict, count]) => (isRed(verdict) ? colors.red : colors.yellow)(`${count} ${verdict}`));
    const mark = own.some(({ verdict }) => isRed(verdict))
      ? colors.red("✗")
      : passed > 0
        ? colors.green("✓")
        : colors.yellow("–");
    return `  ${mark} ${area.padEnd(areaWidth)} ${String(passed).padStart(5)} passed${others.length === 0 ? "" : `, ${others.join(", ")}`}`;
  });
}

interface Around {
  readonly sentences: ReadonlyMap<string, string>;
  readonly role: string;
}

function failure(result: CheckResult, { sentences, role }: Around, colors: Colors): readonly string[] {
  const { case: id, check, verdict, reason, requirements, evidence, earlier } = result;
  const hidden = earlierWords(earlier + Math.max(0, evidence.length - evidenceMax));
  return [
    "",
    `${colors.red(verdict)} ${colors.bold(id)} ${check}`,
    `  ${printable(reason)}`,
    ...requirements.map((one) => colors.dim(`  ${one} ${sentences.get(one) ?? ""}`)),
    ...(hidden === "" ? [] : [colors.dim(`    … ${hidden}`)]),
    ...evidence
      .slice(-evidenceMax)
      .map((sight) => printable(describeSight(sight)))
      .map((line) => colors.dim(`    ${line.length > evidenceWidth ? `${line.slice(0, evidenceWidth)}…` : line}`)),
    `  again: conformance replay '${id}' --role ${role}`,
  ];
}

function leftOut({ excluded }: Report, colors: Colors): readonly string[] {
  if (excluded.length === 0) return [];
  const lines = excluded.map(({ requirement, reason }) => colors.dim(`  ${requirement} ${reason}`));
  return ["", `${excluded.length} sentences are left out:`, ...lines];
}

function outcome({ outcome: word, counts, results, ms, requirements }: Report, colors: Colors): string {
  const paint = word === "conformant" ? colors.green : colors.red;
  const parts = verdicts.filter((verdict) => counts[verdict] > 0).map((verdict) => `${counts[verdict]} ${verdict}`);
  const figures = `${results.length} checks in ${(ms / 1_000).toFixed(1)} s: ${parts.join(", ")}`;
  return `${paint(colors.bold(word))} · ${figures} · ${requirements.length} sentences shown`;
}

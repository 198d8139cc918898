import { isRed, type Report } from "../run/summary.js";
import { verdicts } from "../run/verdict.js";

const shownMax = 50;

/** The report as Markdown, for a pull request: the figures, then what failed, then what is known to fail. */
export function toMarkdown(report: Report): string {
  const { implementation, role, profile, outcome, counts, requirements, results, ms, suite, cases, stale } = report;
  const { name, version, language } = implementation;
  const known = results.filter(({ verdict }) => verdict === "known-failing");
  const red = results.filter(({ verdict }) => isRed(verdict));
  const rows = verdicts
    .filter((verdict) => counts[verdict] > 0)
    .map((verdict) => `| ${verdict} | ${counts[verdict]} |`);
  return [
    `# ${harmless(`${name} ${version} (${language})`)} as ${role}: ${outcome}`,
    "",
    `${results.length} checks in ${(ms / 1_000).toFixed(1)} s show ${requirements.length} sentences of the specification. Profile ${profile}, suite ${suite}, cases ${cases}.`,
    "",
    "| Verdict | Checks |",
    "| --- | ---: |",
    ...rows,
    ...section(
      "Failures",
      red.map(({ case: id, check, verdict, reason }) => `**${id}** ${check}, ${verdict}: ${reason}`),
    ),
    ...section(
      "Known failures",
      known.map(({ case: id, reason }) => `**${id}**: ${reason}`),
    ),
    ...section("Stale entries of the list", stale),
    ...section(
      "Sentences that are left out",
      report.excluded.map(({ requirement, reason }) => `${requirement}: ${reason}`),
    ),
    "",
  ].join("\n");
}

/** A text in which nothing is markup that could do something. */
function harmless(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, " ").replace(/[|<>]/g, "\\$&");
}

function section(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const rest = lines.length > shownMax ? [`- and ${lines.length - shownMax} more`] : [];
  return ["", `## ${title}`, "", ...lines.slice(0, shownMax).map((line) => `- ${harmless(line)}`), ...rest];
}

import type { Requirement } from "../ground/requirements.js";
import { isRed, type Report } from "../run/summary.js";
import { verdicts, type CheckResult } from "../run/verdict.js";
import { toDiagram } from "./diagram.js";
import { escapeHtml } from "./escape-html.js";
import { earlierWords } from "./sights.js";

/**
 * The report as one page that needs nothing else: the figures, every failure with what crossed the wire as a diagram,
 * and each sentence of the specification with what came of its checks. Nothing of it runs.
 */
export function toHtml(report: Report, requirements: readonly Requirement[]): string {
  const { implementation, role, profile, outcome, results, ms, suite, cases, stale, features, excluded } = report;
  const title = `${implementation.name} ${implementation.version} as ${role}: ${outcome}`;
  const red = results.filter(({ verdict }) => isRed(verdict));
  const known = results.filter(({ verdict }) => verdict === "known-failing");
  const facts = [
    `${results.length} checks in ${(ms / 1_000).toFixed(1)} s`,
    `language ${implementation.language}`,
    `profile ${profile}`,
    `features ${features.join(", ") || "none"}`,
    `suite ${suite}, cases ${cases}`,
  ];
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">`,
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escapeHtml(title)}</title><style>${style}</style></head><body><main>`,
    `<h1>${escapeHtml(`${implementation.name} ${implementation.version}`)} <small>as ${role}</small></h1>`,
    `<p class="outcome is-${outcome}">${outcome}</p><p class="facts">${facts.map(escapeHtml).join(" · ")}</p>`,
    counts(report),
    section(
      "Failures",
      red.map((result) => failure(result, report, requirements)),
    ),
    section(
      "Stale entries of the list of known failures",
      stale.map((line) => `<p>${escapeHtml(line)}</p>`),
    ),
    section(
      "Known failures",
      known.map(({ case: id, reason }) => `<p><code>${escapeHtml(id)}</code> ${escapeHtml(reason)}</p>`),
    ),
    sentences(results, requirements),
    section(
      "Sentences that are left out",
      excluded.map(({ requirement, reason }) => `<p><code>${requirement}</code> ${escapeHtml(reason)}</p>`),
    ),
    "</main></body></html>",
    "",
  ].join("\n");
}

function counts({ counts: all }: Report): string {
  const rows = verdicts
    .filter((verdict) => all[verdict] > 0)
    .map((verdict) => `<tr><td class="is-${verdict}">${verdict}</td><td class="number">${all[verdict]}</td></tr>`);
  return `<table><thead><tr><th>Verdict</th><th class="number">Checks</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function section(title: string, parts: readonly string[]): string {
  return parts.length === 0 ? "" : `<section><h2>${title} (${parts.length})</h2>${parts.join("\n")}</section>`;
}

function failure(result: CheckResult, { implementation, role }: Report, requirements: readonly Requirement[]): string {
  const { case: id, check, verdict, reason, evidence, earlier } = result;
  const shown = requirements.filter((one) => result.requirements.includes(one.id));
  const said = shown.map((one) => `<li><code>${one.id}</code> ${escapeHtml(one.sentence)}</li>`);
  return [
    `<details open><summary><span class="is-${verdict}">${verdict}</span> <code>${escapeHtml(id)}</code> ${escapeHtml(check)}</summary>`,
    `<p>${escapeHtml(reason)}</p>`,
    said.length === 0 ? "" : `<ul>${said.join("")}</ul>`,
    earlier === 0 ? "" : `<p class="facts">${earlierWords(earlier)}</p>`,
    evidence.length === 0 ? "" : `<div class="wide">${toDiagram(evidence, implementation.name)}</div>`,
    `<p class="facts">again: <code>cosmo conformance replay '${escapeHtml(id)}' --role ${role}</code></p></details>`,
  ].join("\n");
}

function sentences(results: readonly CheckResult[], requirements: readonly Requirement[]): string {
  const rows = requirements.flatMap(({ id, level, sentence }) => {
    const own = results.filter((one) => one.requirements.includes(id));
    if (own.length === 0) return [];
    const passed = own.filter(({ verdict }) => verdict === "passed").length;
    const worst = own.find(({ verdict }) => isRed(verdict)) ?? own.find(({ verdict }) => verdict === "known-failing");
    const verdict = worst?.verdict ?? (passed > 0 ? "passed" : "unsupported");
    return [
      `<tr><td><code>${id}</code></td><td>${level}</td><td>${escapeHtml(sentence)}</td>` +
        `<td class="number">${passed}/${own.length}</td><td class="is-${verdict}">${verdict}</td></tr>`,
    ];
  });
  const head = '<th>Id</th><th>Level</th><th>Sentence</th><th class="number">Passed</th><th>Verdict</th>';
  return `<section><h2>Sentences (${rows.length})</h2><table><thead><tr>${head}</tr></thead><tbody>${rows.join("\n")}</tbody></table></section>`;
}

const style = `
:root { color-scheme: light dark; --good: #1a7f37; --bad: #b3261e; --warn: #7d5700; --line: #8886; --muted: #666; --accent: #0b57d0 }
@media (prefers-color-scheme: dark) { :root { --good: #4cc38a; --bad: #ff8a80; --warn: #f5c451; --muted: #aaa; --accent: #8ab4f8 } }
body { margin: 0; font: 14px/1.5 system-ui, sans-serif }
main { max-width: 1200px; margin: 0 auto; padding: 24px }
h1 small { font-weight: 400; color: var(--muted) }
code, svg text { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 12px }
table { border-collapse: collapse; width: 100% }
td, th { padding: 4px 10px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top }
.number { text-align: right; font-variant-numeric: tabular-nums }
.outcome { font-size: 20px; font-weight: 600 }
.facts { color: var(--muted) }
.is-passed, .is-conformant { color: var(--good) }
.is-failed, .is-wrong-reason, .is-crashed, .is-hung, .is-inconclusive, .is-not-emitted, .is-harness-error { color: var(--bad) }
.is-known-failing, .is-unsupported, .is-stale, .is-not-evaluated { color: var(--warn) }
details { margin: 12px 0; padding: 8px 14px; border: 1px solid var(--line); border-radius: 8px }
summary { cursor: pointer; font-weight: 600 }
.wide { overflow: auto }
svg { fill: currentColor }
.lane { text-anchor: middle; font-weight: 600 }
.life { stroke: var(--line) }
.out, .back { stroke: var(--accent); stroke-width: 1.5 }
.back { stroke-dasharray: 5 4 }
.tip { fill: var(--accent) }
.what { font-weight: 600 }
.said { fill: var(--muted) }
`;

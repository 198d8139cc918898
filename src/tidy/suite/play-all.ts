// `npm run conformance`: plays every role against our own SDK, and says what came of it and how long it took.
// `-- --profile core` plays the core alone. Ends with 1 if a role is not conformant; the time is a figure, and never
// makes it red.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { listRequirements, roles } from "../../../conformance/index.js";
import { playOwn, type Played } from "./play-own.js";

/** How long all roles together are to take on a quiet machine, seconds. */
const goals = { core: 60, full: 300 } as const;

function line({ role, report: { counts, results, ms } }: Played): string {
  const words = counts.map(({ verdict, checks }) => `${checks} ${verdict.slice("VERDICT_".length).toLowerCase()}`);
  return `${role.padEnd(12)} ${String(results.length).padStart(5)} checks in ${(ms / 1_000).toFixed(1)} s: ${words.join(", ")}\n`;
}

const { values } = parseArgs({ options: { profile: { type: "string", default: "full" } } });
const profile = values.profile === "core" ? "core" : "full";
if (values.profile !== profile) throw new Error(`--profile ${values.profile}: there is core, and full`);
const folder = mkdtempSync(join(tmpdir(), "cosmonapse-conformance-"));
try {
  const from = performance.now();
  const played = roles.map((role) => {
    const one = playOwn(role, folder, ["--profile", profile]);
    process.stdout.write(one.report.exit === 0 ? line(one) : one.said);
    return one;
  });
  const seconds = (performance.now() - from) / 1_000;
  const sum = played.reduce((checks, { report }) => checks + report.results.length, 0);
  const shown = new Set(played.flatMap(({ report }) => report.requirements)).size;
  const all = listRequirements({ profile }).length;
  const red = played.filter(({ report }) => report.exit !== 0).map(({ role }) => role);
  const outcome = red.length === 0 ? "conformant" : `not conformant as ${red.join(", ")}`;
  const time = `${seconds.toFixed(1)} s (goal ${goals[profile]})`;
  process.stdout.write(`${outcome}, profile ${profile}: ${sum} checks show ${shown} of ${all} sentences in ${time}\n`);
  process.exitCode = red.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}

// `npm run conformance:table`: plays every role against our own SDK, and writes what was shown of each sentence to
// conformance/TRACEABILITY.md. Ends with 1, and writes nothing, if a check is red.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { hashOfCases, roles, type Role } from "../../conformance/index.js";
import { coverage } from "./coverage.js";

interface Report {
  readonly exit: number;
  readonly results: readonly { readonly verdict: string; readonly requirements: readonly string[] }[];
}

const harnesses: Readonly<Record<Role, string>> = {
  codec: "typescript",
  engram: "typescript-engram",
  observer: "typescript-observer",
  participant: "typescript-participant",
  synapse: "typescript",
};

function play(role: Role, folder: string): Report {
  const report = join(folder, `${role}.json`);
  const harness = resolve("dist", "conformance", "harness", `${harnesses[role]}.js`);
  const known = role === "codec" ? ["--known", resolve("conformance", "harness", "known-typescript.yaml")] : [];
  const words = ["run", "--role", role, ...known, "--report", `json=${report}`, "--", process.execPath, harness];
  spawnSync(process.execPath, [resolve("dist", "conformance", "main.js"), ...words], { stdio: "ignore" });
  // What the suite writes.
  return JSON.parse(readFileSync(report, "utf8")) as Report;
}

function countPassed({ results }: Report): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { verdict, requirements } of results) {
    if (verdict !== "VERDICT_PASSED") continue;
    for (const id of requirements) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

function line(cells: readonly (number | string)[]): string {
  return `| ${cells.map((cell) => (cell === 0 ? "" : cell)).join(" | ")} |`;
}

const folder = mkdtempSync(join(tmpdir(), "cosmonapse-table-"));
try {
  const reports = roles.map((role) => play(role, folder));
  const red = roles.filter((_, index) => reports[index]?.exit !== 0);
  if (red.length > 0) throw new Error(`The table is of what holds, and not all of it does: ${red.join(", ")}`);
  const passed = reports.map(countPassed);
  const checks = reports.reduce((sum, { results }) => sum + results.length, 0);
  const rows = coverage();
  const lines = rows.map(({ id, level, negative, mutants, excluded }) =>
    line([id, level, ...passed.map((one) => one.get(id) ?? 0), negative, mutants, excluded]),
  );
  const shown = rows.filter(({ id }) => passed.some((one) => one.has(id))).length;
  const text = [
    "# What was shown",
    "",
    `Each sentence of the specification, and how many checks on it passed in a run of every role against our own SDK: ${checks} checks, ${shown} of ${rows.length} sentences, made of the cases ${hashOfCases()} by \`npm run conformance:table\`. Then how many cases show that what is wrong is refused, how many mutants break the sentence, and why it is left out if it is. [gaps.yaml](gaps.yaml) lists what is missing yet.`,
    "",
    line(["Id", "Level", ...roles, "Negative", "Mutants", "Left out because"]),
    line([...Array.from({ length: roles.length + 4 }, () => "---"), "---"]),
    ...lines,
    "",
  ];
  writeFileSync("conformance/TRACEABILITY.md", text.join("\n"));
  process.stdout.write(`${checks} checks, ${shown} of ${rows.length} sentences shown\n`);
} finally {
  rmSync(folder, { recursive: true });
}

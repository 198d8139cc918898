// `npm run conformance:table`: plays every role against our own SDK, and writes what was shown of each sentence to
// conformance/TRACEABILITY.md, and our own mutants to conformance/mutants.yaml. Ends with 1, and writes nothing, if a
// check is red.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { hashOfCases, listRequirements, roles } from "../../../conformance/index.js";
import { playOwn } from "./play-own.js";
import { redIn, type Report } from "./play-role.js";
import { suiteMutants } from "./suite-mutants.js";

/** Our own mutants by file, as conformance/mutants.yaml has them: the suite reads no code of ours. */
function toMutantTable(): string {
  const files = new Set(suiteMutants.map(({ file }) => file));
  const table = [...files].map((file) => {
    const own = suiteMutants.filter((one) => one.file === file);
    return [file, Object.fromEntries(own.map(({ name, violates }) => [name, violates]))] as const;
  });
  const head =
    "# The mutants of our own code that the suite is shown to kill: the file below src, what each does there, and the\n" +
    "# sentence that it breaks. Written by `npm run conformance:table`.\n";
  return `${head}${stringify(Object.fromEntries(table))}`;
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

// What holds does so on a machine that is busy, too.
const patient = ["--watchdog", "60000"];
const folder = mkdtempSync(join(tmpdir(), "cosmonapse-table-"));
try {
  const reports = roles.map((role) => playOwn(role, folder, patient).report);
  const red = roles.filter((_, index) => reports[index]?.exit !== 0);
  for (const words of reports.flatMap((report) => redIn(report))) process.stdout.write(`${words}\n`);
  if (red.length > 0) throw new Error(`The table is of what holds, and not all of it does: ${red.join(", ")}`);
  const passed = reports.map(countPassed);
  const checks = reports.reduce((sum, { results }) => sum + results.length, 0);
  writeFileSync("conformance/mutants.yaml", toMutantTable());
  const rows = listRequirements();
  const lines = rows.map(({ id, level, profile, negative, mutants, excluded }) =>
    line([id, level, profile, ...passed.map((one) => one.get(id) ?? 0), negative, mutants, excluded]),
  );
  const shown = rows.filter(({ id }) => passed.some((one) => one.has(id))).length;
  const text = [
    "# What was shown",
    "",
    `Each sentence of the specification, and how many checks on it passed in a run of every role against our own SDK: ${checks} checks, ${shown} of ${rows.length} sentences, made of the cases ${hashOfCases()} by \`npm run conformance:table\`. Then how many cases show that what is wrong is refused, how many mutants break the sentence, and why it is left out if it is. [gaps.yaml](gaps.yaml) lists what is missing yet.`,
    "",
    line(["Id", "Level", "Profile", ...roles, "Negative", "Mutants", "Left out because"]),
    line([...Array.from({ length: roles.length + 5 }, () => "---"), "---"]),
    ...lines,
    "",
  ];
  writeFileSync("conformance/TRACEABILITY.md", text.join("\n"));
  process.stdout.write(`${checks} checks, ${shown} of ${rows.length} sentences shown\n`);
} finally {
  rmSync(folder, { recursive: true });
}

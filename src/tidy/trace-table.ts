// `npm run conformance:table`: plays every role against our own SDK, and writes what was shown of each sentence to
// conformance/TRACEABILITY.md. Ends with 1, and writes nothing, if a check is red.
import { writeFileSync } from "node:fs";
import { hashOfCases, roles } from "../../conformance/index.js";
import { coverage } from "./coverage.js";
import { ownKnown, ownProgram, play, redIn, type Report } from "./play-role.js";

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

const reports: Report[] = [];
for (const role of roles) reports.push(await play(role, ownProgram(role), { known: ownKnown(role) }));
const red = reports.flatMap((report) => redIn(report));
if (red.length > 0) throw new Error(`The table is of what holds, and not all of it does:\n${red.join("\n")}`);
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

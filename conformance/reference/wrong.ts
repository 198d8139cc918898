import { mutants, type MutantName } from "./mutants.js";

const [flag, chosen] = process.argv.slice(2);

if (flag !== undefined && (flag !== "--mutant" || chosen === undefined || !(chosen in mutants))) {
  process.stderr.write(`usage: main.js [--mutant NAME], one of ${Object.keys(mutants).join(", ")}\n`);
  process.exit(2);
}

/** True if it is to be wrong in this. */
export function wrong(name: MutantName): boolean {
  return name === chosen;
}

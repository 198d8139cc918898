import { Argument, Option, type Command } from "commander";
import { explain, listCases, listRequirements, viewMutants, type CoverageRow, type View } from "./commands/look.js";
import { roles } from "./control/messages.js";
import { profiles } from "./ground/requirements.js";

/** The flag `--profile`. */
export function profileOption(): Option {
  return new Option("--profile <profile>", "core: without which nobody can work together; full: all").choices(profiles);
}

const lists: Readonly<Record<string, (view: View) => readonly object[]>> = {
  cases: listCases,
  mutants: viewMutants,
  requirements: listRequirements,
};

/** Gives the program `list` and `explain`, which look at the suite and play nothing. */
export function addLooks(program: Command, out: (text: string) => void): void {
  program
    .command("list")
    .description("List requirements with the number of their cases and mutants, or the cases, or the mutants")
    .addArgument(new Argument("<what>", "what to list").choices(Object.keys(lists)))
    .addOption(new Option("--role <role>", "only what this role plays").choices(roles))
    .addOption(profileOption())
    .addOption(new Option("-o, --output <form>", "text or json").choices(["text", "json"]).default("text"))
    .action((what: string, { output, ...view }: View & { readonly output: string }) => {
      if (output === "json") out(JSON.stringify(lists[what]?.(view), undefined, 2));
      else out(toLines(what, view).join("\n"));
    });
  program
    .command("explain")
    .description("Say what an id means, which cases show it, and which mutants break it")
    .argument("<id>", "for example COS-TASK-003")
    .action((id: string) => out(explain(id).join("\n")));
}

function toLines(what: string, view: View): readonly string[] {
  if (what === "cases") return listCases(view).map((one) => `${one.id}  ${one.requirements.join(" ")}`.trimEnd());
  if (what === "mutants") return viewMutants(view).map(({ name, violates, of }) => `${violates}  ${name} (${of})`);
  return listRequirements(view).map((row) => toLine(row));
}

const idWidth = 14;
const levelWidth = 10;
const figureWidth = 4;

function toLine(row: CoverageRow): string {
  const counts = (["cases", "negative", "mutants"] as const).map(
    (name) => `${String(row[name]).padStart(figureWidth)} ${name}`,
  );
  const words = [row.id.padEnd(idWidth), row.level.padEnd(levelWidth), row.profile, ...counts, row.roles.join(", ")];
  return `${words.join("  ")}${row.excluded === "" ? "" : `  not tested: ${row.excluded}`}`;
}

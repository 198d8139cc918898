import { Option, type Command } from "commander";
import { addBusFlags } from "../core/bus-flags.js";
import { declare } from "../core/declare.js";
import { readWhole } from "../core/numbers.js";

const convention = `
What a file exports:
  export async function shout(input) {}        the Neuron 'shout'; a default is named as its file
  export const wise = { neuron, capabilities } options of an Axon: neuronId (or the export's name),
    capabilities, engrams, kind, version, maxInFlight, retrySafe, description
  It is called with (input, context, { recall, imprint, dispatch, emit, abort, task }).`;

/** Adds `cosmo worker run`. */
export function addWorkerCommands(program: Command): void {
  const worker = program.command("worker").description("Host Neurons").helpCommand(false);
  const command = worker
    .command("run")
    .description("Host the Neurons that modules export, until it is interrupted")
    .argument("<file...>", "modules: .ts .mts .cts .js .mjs .cjs")
    .option("--watch", "load them again when they, or what they import, change")
    .option(
      "--engram <name[=address]>",
      "a memory for plain functions: ctx, ctx=id or ctx=type:kind; again for more",
      collect,
    )
    .addOption(
      new Option("--concurrency <n>", "how many tasks each Neuron takes at once").argParser(readWhole(1, 65_536)),
    )
    .option("--id <id>", "the id of this worker")
    .option("--ready-file <file>", "written once the Neurons are there")
    .option("-q, --quiet", "no line for each task")
    .addOption(new Option("--supervised").hideHelp())
    .addHelpText("after", convention);
  declare(addBusFlags(command), {
    load: () => import("./run.js"),
    exits: [3, 4, 7, 130],
    example: "cosmo worker run researcher.ts -n demo --engram ctx --watch",
  });
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

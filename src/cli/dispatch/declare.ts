import { Option, type Command } from "commander";
import { addBusFlags } from "../core/bus-flags.js";
import { declare } from "../core/declare.js";
import { readDurationFlag, readWhole } from "../core/numbers.js";

/** Adds `cosmo dispatch`. */
export function addDispatchCommands(program: Command): void {
  const command = program
    .command("dispatch")
    .description("Give a task to a Neuron and print its answer")
    .option("--neuron <id>", "the Neuron")
    .option("--capabilities <list>", "what the Neuron must be capable of: a,b")
    .option("--input <json>", "what it is called with: JSON, @file, or - for stdin", "null")
    .option("--context <json>", "what it is told beside its input: a JSON object, @file or -")
    .option("--stream", "print parts as they come")
    .addOption(
      new Option("--timeout <duration>", "how long the task has")
        .default(60_000, "60s")
        .argParser(readDurationFlag)
        .env("COSMO_TIMEOUT"),
    )
    .addOption(new Option("--wait <duration>", "how long to wait for a Neuron to come").argParser(readDurationFlag))
    .addOption(new Option("--max-attempts <n>", "workers to try when one is lost").argParser(readWhole(1, 10)))
    .option("--trace", "say the trace and the task on stderr at once");
  declare(addBusFlags(command), {
    load: () => import("./dispatch.js"),
    exits: [3, 4, 5, 6, 130],
    example: `cosmo dispatch -n demo --neuron researcher --input '{"question": "why?"}'`,
  });
}

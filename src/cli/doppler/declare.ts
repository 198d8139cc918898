import { Option, type Command } from "commander";
import { addBusFlags } from "../core/bus-flags.js";
import { declare } from "../core/declare.js";
import { readWhole } from "../core/numbers.js";

/** Gives the program `doppler` and `prism`. */
export function addDopplerCommands(program: Command): void {
  const doppler = addBusFlags(program.command("doppler"))
    .description("Watch every Signal of a namespace, one line each")
    .argument("[filter...]", 'what to show: type:TASK -type:HEARTBEAT neuron:planner took:>500ms "text"')
    .option("--filter <filter>", "the same as a flag (put it in quotes)")
    .option("--trace <id>", "only this trace")
    .option("--count <n>", "end after so many Signals", readWhole(1, Number.MAX_SAFE_INTEGER))
    .option("--out <file>", "keep what is shown in a file, NDJSON")
    .option("--in <file>", "show a recording instead of a Synapse; - is stdin")
    .option("--summary", "end with a record of what was seen and missing");
  declare(addViewFlags(doppler).option("--prism", "open the live view"), {
    load: () => import("./doppler.js"),
    exits: [3, 4, 5, 130],
    example: "cosmo doppler -n demo -- type:TASK,ERROR -source:planner",
  });
  const prism = addViewFlags(addBusFlags(program.command("prism")))
    .description("Open the live view of a namespace in a browser")
    .option("--in <file>", "show a recording instead of a Synapse; - is stdin")
    .option("--host <address>", "where to listen (default: 127.0.0.1)")
    .option("--no-redact", "show secrets")
    .option("--ready-file <file>", "written as JSON once it listens, removed when it ends");
  declare(prism, {
    load: () => import("./prism.js"),
    exits: [3, 4, 5, 130],
    example: "cosmo prism -n demo",
  });
}

function addViewFlags(command: Command): Command {
  return command
    .addOption(
      new Option("--port <port>", "port of the live view; 0: any")
        .argParser(readWhole(0, 65_535))
        .default(7_071)
        .env("COSMO_PRISM_PORT"),
    )
    .option("--no-open", "open no browser for the live view");
}

import { Command } from "commander";
import { declare } from "./core/declare.js";
import { addEngramCommands } from "./engram/declare.js";
import { addDopplerCommands } from "./doppler/declare.js";
import { addRegistryCommands } from "./registry/declare.js";
import { addSynapseCommands } from "./synapse/declare.js";
import { addValidateCommands } from "./validate/declare.js";

/** The whole command line. Only declarations: the code of a command is loaded when it runs. */
export function createProgram(): Command {
  const program = new Command("cosmo")
    .description("Cosmonapse: agents of any language work together and share memory.")
    .usage("<command> [flags]")
    .helpCommand(false)
    .helpOption("-h, --help", "show help")
    .addHelpText(
      "after",
      "\n`cosmo <command> --help` shows an example and the exit codes. `cosmo --version` says which this is.",
    );
  declare(program.command("version").description("Say which version this is"), {
    load: () => import("./version.js"),
    exits: [],
    example: "cosmo --version -o json",
  });
  addSynapseCommands(program);
  addDopplerCommands(program);
  addEngramCommands(program);
  addRegistryCommands(program);
  addValidateCommands(program);
  return program;
}

import { Command } from "commander";
import { addCompletionCommands } from "./completion/declare.js";
import { addConformanceCommands } from "./conformance/declare.js";
import { commandsOf, declare } from "./core/declare.js";
import { addDispatchCommands } from "./dispatch/declare.js";
import { addDopplerCommands } from "./doppler/declare.js";
import { addEngramCommands } from "./engram/declare.js";
import { addInitCommands } from "./init/declare.js";
import { addRegistryCommands } from "./registry/declare.js";
import { addSchemaCommands } from "./schema/declare.js";
import { addSynapseCommands } from "./synapse/declare.js";
import { addValidateCommands } from "./validate/declare.js";
import { addWorkerCommands } from "./worker/declare.js";

/** The whole command line. Only declarations: the code of a command is loaded when it runs. */
export function createProgram(): Command {
  const program = new Command("cosmo")
    .description("Cosmonapse: agents of any language work together and share memory.")
    .usage("<command> [flags]")
    // What follows a command is its own: `schema` and `schema list` have flags of the same names.
    .enablePositionalOptions()
    .helpOption("-h, --help", "show help")
    .addHelpText(
      "after",
      "\n`cosmo <command> --help` shows an example and the exit codes. `cosmo --version` says which this is.",
    );
  addSynapseCommands(program);
  addDopplerCommands(program);
  addDispatchCommands(program);
  addWorkerCommands(program);
  addEngramCommands(program);
  addRegistryCommands(program);
  addSchemaCommands(program);
  addValidateCommands(program);
  addConformanceCommands(program);
  addInitCommands(program);
  addCompletionCommands(program);
  declare(program.command("version").description("Say which version this is"), {
    load: () => import("./version.js"),
    exits: [],
    example: "cosmo --version -o json",
  });
  for (const command of commandsOf(program)) command.helpCommand(false);
  return program;
}

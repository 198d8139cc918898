import type { Command } from "commander";
import { addBusFlags } from "../core/bus-flags.js";
import { declare } from "../core/declare.js";

/** Gives the program `registry list`. */
export function addRegistryCommands(program: Command): void {
  const registry = program.command("registry").description("See who is there").helpCommand(false);
  const list = addBusFlags(registry.command("list"))
    .description("List the live participants of a namespace")
    .option("--kind <kind>", "only those of this kind or role");
  declare(list, {
    load: () => import("./list.js"),
    exits: [3, 4, 130],
    example: "cosmo registry list -n demo --kind engram",
  });
}

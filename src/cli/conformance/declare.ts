import type { Command } from "commander";
import { declarePassedOn } from "../core/declare.js";

/** Gives the program `conformance`, whose flags are the suite's own. */
export function addConformanceCommands(program: Command): void {
  const conformance = program
    .command("conformance")
    .description("Prove an implementation, in any language: run, list, explain, doctor")
    .argument("[arguments...]", "what the suite is told; --help shows it");
  declarePassedOn(conformance, {
    load: () => import("./conformance.js"),
    exits: [9, 10, 130],
    example: "cosmo conformance run --role synapse --target cosmo://127.0.0.1:7070",
  });
}

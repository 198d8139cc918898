import { Option, type Command } from "commander";
import { declare } from "../core/declare.js";

/** Adds `cosmo init`. */
export function addInitCommands(program: Command): void {
  const command = program
    .command("init")
    .description("Write a small project: a bus, a memory, a worker, and somebody who asks")
    .argument("<folder>", "where; its name is that of the project")
    .addOption(
      new Option("--language <language>", "what the worker is written in")
        .choices(["typescript", "javascript"])
        .default("typescript"),
    )
    .option("--package <spec>", "where its cosmonapse comes from: a version, or file:path (default: this version)")
    .option("--force", "write into a folder that is not empty, over files of the same names");
  declare(command, {
    load: () => import("./init.js"),
    exits: [7],
    example: "cosmo init my-app && cd my-app && npm install && npm start",
  });
}

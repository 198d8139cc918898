import { Option, type Command } from "commander";
import { declare } from "../core/declare.js";

/** Adds `cosmo schema`. */
export function addSchemaCommands(program: Command): void {
  const schema = program
    .command("schema")
    .description("Print the schema: as JSON Schema, as descriptors, or as .proto text")
    .helpCommand(false)
    // What follows `list` is its own.
    .enablePositionalOptions()
    .argument("[name]", "a message, or with --format proto a file (default: Signal, or all files)")
    .addOption(
      new Option("--format <format>", "what to print")
        .choices(["json-schema", "descriptors", "proto"])
        .default("json-schema"),
    )
    .option("--out <file>", "write it to a file");
  declare(schema, {
    load: () => import("./print.js"),
    exits: [],
    example: "cosmo schema TaskBody --out task.schema.json",
  });
  declare(schema.command("list").description("List the messages of the schema"), {
    load: () => import("./list.js"),
    exits: [],
    example: "cosmo schema list -o jsonl",
  });
}

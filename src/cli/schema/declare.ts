import type { Command } from "commander";

/** Adds. */
export function addSchemaCommands(_program: Command): void {}

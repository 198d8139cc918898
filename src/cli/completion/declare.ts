import type { Command } from "commander";

/** Adds. */
export function addCompletionCommands(_program: Command): void {}

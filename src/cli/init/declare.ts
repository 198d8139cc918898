import type { Command } from "commander";

/** Adds. */
export function addInitCommands(_program: Command): void {}

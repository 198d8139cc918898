import type { Command } from "commander";
import { addAskCommands } from "./declare-ask.js";
import { addKeepCommands } from "./declare-keep.js";
import { addServeCommands } from "./declare-serve.js";

/** `cosmo engram …`: hosts shared memory, asks it, changes it, and keeps it in files. */
export function addEngramCommands(program: Command): void {
  const engram = program.command("engram").description("Host shared memory, ask it, change it, keep it in files");
  addServeCommands(engram);
  addAskCommands(engram);
  addKeepCommands(engram);
}

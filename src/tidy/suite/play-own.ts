import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Role } from "../../../conformance/index.js";
import { harness, ownKnown, ownProgram, type Report } from "./play-role.js";

/** A role that was played. */
export interface Played {
  readonly role: Role;
  readonly report: Report;
  /** What the suite said. */
  readonly said: string;
}

/**
 * Plays a role against our own SDK, as it is built, with a bar on standard error where a person sees it. The report is
 * left in the folder. Throws an Error if the suite wrote none.
 */
export function playOwn(role: Role, folder: string, flags: readonly string[] = []): Played {
  const file = join(folder, `${role}.json`);
  const { command, args } = ownProgram(role);
  const list = ownKnown(role);
  const known = list === undefined ? [] : ["--known", join(harness, list)];
  const words = ["run", "--role", role, ...known, ...flags, "--report", `json=${file}`, "--", command, ...args];
  const { stdout: said } = spawnSync(process.execPath, [resolve("dist", "conformance", "main.js"), ...words], {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  // What the suite writes.
  return { role, said, report: JSON.parse(readFileSync(file, "utf8")) as Report };
}

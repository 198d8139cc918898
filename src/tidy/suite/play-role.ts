import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Role } from "../../../conformance/index.js";
import type { Program } from "../../testing/foreign/index.js";

/** A report of the suite, as far as it is looked at. */
export interface Report {
  readonly exit: number;
  readonly ms: number;
  readonly counts: readonly { readonly verdict: string; readonly checks: number }[];
  readonly requirements: readonly string[];
  readonly stale: readonly string[];
  readonly results: readonly {
    readonly case: string;
    readonly check: string;
    readonly requirements: readonly string[];
    readonly verdict: string;
    readonly reason: string;
  }[];
}

const run = promisify(execFile);
/** The harnesses of the suite. */
export const harness = resolve("conformance", "harness");
const suite = resolve("dist", "conformance", "main.js");

const ownHarnesses: Readonly<Record<Role, string>> = {
  codec: "typescript",
  engram: "typescript-engram",
  observer: "typescript-observer",
  participant: "typescript-participant",
  synapse: "typescript",
};

/** What plays a role with our own SDK, its Engram in memory. */
export function ownProgram(role: Role): Omit<Program, "remove"> {
  const file = resolve("dist", "conformance", "harness", `${ownHarnesses[role]}.js`);
  return { command: process.execPath, args: [file], env: {} };
}

/** The list of what our own SDK is known to fail in a role, below the harnesses; undefined: nothing. */
export function ownKnown(role: Role): string | undefined {
  return role === "codec" ? "known-typescript.yaml" : undefined;
}

/** Plays a role as a user of the suite would, and reads the report that it leaves. */
export async function play(
  role: string,
  { command, args, env }: Omit<Program, "remove">,
  { known, requirement }: { readonly known?: string | undefined; readonly requirement?: string } = {},
): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "cosmonapse-conformance-"));
  const report = join(folder, "report.json");
  const list = known === undefined ? [] : ["--known", join(harness, known)];
  const chosen = requirement === undefined ? [] : ["--requirement", requirement, "--watchdog", "3000"];
  const words = [
    suite,
    "run",
    "--role",
    role,
    "--report",
    `json=${report}`,
    ...list,
    ...chosen,
    "--",
    command,
    ...args,
  ];
  try {
    await run(process.execPath, words, { env: { ...process.env, ...env }, maxBuffer: 2 ** 26 }).catch(() => undefined);
    // What the suite writes.
    return JSON.parse(readFileSync(report, "utf8")) as Report;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const calm: readonly string[] = ["VERDICT_PASSED", "VERDICT_KNOWN_FAILING", "VERDICT_UNSUPPORTED"];

/** What is red, if anything is. */
export function redIn({ results, stale }: Report): readonly string[] {
  const red = results.filter(({ verdict }) => !calm.includes(verdict));
  return [...red.map((one) => `${one.verdict} ${one.case} ${one.check}: ${one.reason}`), ...stale];
}

/** How many checks passed. */
export function passedIn({ counts }: Report): number {
  return counts.find(({ verdict }) => verdict === "VERDICT_PASSED")?.checks ?? 0;
}

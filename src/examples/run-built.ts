import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

/** What a process left behind. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Builds what has changed, for tests that run what was built. Throws with what the compiler says. */
export function prepare(): void {
  const { status, stderr } = spawnSync(process.execPath, ["src/tidy/prepare.mjs"], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
}

/** Runs a built example in a process of its own, as npm does when it is called from `calledFrom`. */
export function runBuilt(name: string, args: readonly string[], calledFrom = process.cwd()): Ended {
  const env = { ...process.env, INIT_CWD: calledFrom };
  const file = resolve("dist", "src", "examples", name);
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], { encoding: "utf8", env });
  return { status, stdout, stderr };
}

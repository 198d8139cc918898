import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listCommands, startCosmo, type CosmoProcess } from "../testing/console/index.js";
import { extractSteps } from "./samples.js";

// Inside the repository, so that a file of it finds `cosmonapse` as one in a project would.
const folder = resolve(".cache", `readme-commands-${process.pid}`);
const steps = extractSteps(readFileSync("README.md", "utf8"));
const env: Record<string, string> = { COSMO_PORT: "0", COSMO_PRISM_PORT: "0" };
const terminals: CosmoProcess[] = [];

beforeAll(() => mkdirSync(folder, { recursive: true }));
afterAll(() => rmSync(folder, { recursive: true }));

function argvOf(line: string): readonly string[] {
  return line.trim().split(/\s+/).slice(2);
}

/** Starts what goes on, on the Synapse that the first one is. */
async function open(line: string, words: string): Promise<void> {
  const terminal = startCosmo(argvOf(line), env, folder);
  terminals.push(terminal);
  await terminal.says(new RegExp(words.replaceAll(/[()[\]{}.*+?^$|\\]/g, "\\$&")));
  const [, url] = /Synapse at (cosmo:\S+:\d+)/.exec(terminal.stdout) ?? [];
  if (url !== undefined) env["COSMO_URL"] = url;
}

/** What `npx cosmo` is here, without the second that npx takes. */
async function run(code: string): Promise<string> {
  const main = resolve("dist/src/cli/main.js");
  const here = code.replaceAll("cosmo://127.0.0.1:7070", env["COSMO_URL"] ?? "");
  const script = `npx() { shift; "${process.execPath}" "${main}" "$@"; }\nexec 2>&1\n${here}`;
  const { stdout } = await promisify(execFile)("sh", ["-ec", script], { cwd: folder, env: { ...process.env, ...env } });
  return stdout;
}

test("the commands of the README do what it says, in the order in which they stand there", async () => {
  try {
    for (const { kind, words, code } of steps) {
      if (kind === "file") writeFileSync(join(folder, words), code);
      else if (kind === "terminal") await open(code, words);
      else {
        expect(await run(code)).toContain(words);
        // Those that end by themselves have now seen what they wait for.
        const counting = terminals.filter(({ argv }) => argv.includes("--count"));
        for (const terminal of counting) expect(await terminal.ended()).toMatchObject({ exit: 0 });
      }
    }
    const running = terminals.filter(({ argv }) => !argv.includes("--count"));
    for (const terminal of running.toReversed()) {
      terminal.signal("SIGINT");
      expect(await terminal.ended()).toMatchObject({ exit: 130 });
    }
  } finally {
    for (const terminal of terminals) await terminal[Symbol.asyncDispose]();
  }
}, 120_000);

test("the README shows what the command line can do", () => {
  const shown = steps.flatMap(({ kind, code }) => (kind === "file" ? [] : code.trim().split("\n")));
  const groups = new Set(shown.map((line) => argvOf(line)[0]));
  const known = new Set(listCommands().flatMap(({ words }) => words.slice(0, 1)));
  expect(known.size).toBeGreaterThan(9);
  expect([...known].filter((word) => !groups.has(word))).toEqual([]);
});

test("npx finds the command in a built clone", async () => {
  const { version }: { readonly version: string } = JSON.parse(readFileSync("package.json", "utf8"));
  const { stdout } = await promisify(execFile)("npx", ["cosmo", "--version"]);
  expect(stdout).toContain(version);
}, 60_000);

import { spawnSync } from "node:child_process";
import type { TestProject } from "vitest/node";
import { PostgresServer } from "../testing/postgres/index.js";
import { notRun } from "./require.mjs";

declare module "vitest" {
  interface ProvidedContext {
    /** A PostgreSQL server that tests share; empty if none can be had here. Each takes a schema of its own. */
    readonly postgresDsn: string;
    /** With what words to skip a test that needs it, if there is none. */
    readonly postgresMissing: string;
    /** With what words to skip a test that needs a compiler of C on Linux; empty if it is here. */
    readonly compilerMissing: string;
    /** With what words to skip a test that needs Python 3 with pip; empty if it is here. */
    readonly pythonMissing: string;
    /** With what words to skip a test that needs Go; empty if it is here. */
    readonly goMissing: string;
    /** With what words to skip a test that needs Rust with cargo; empty if it is here. */
    readonly rustMissing: string;
    /** With what words to skip a test that needs Java with Maven; empty if they are here. */
    readonly javaMissing: string;
    /** The path of a Chromium; empty if there is none. */
    readonly chromium: string;
    /** With what words to skip a test that needs Chromium; empty if it is here. */
    readonly chromiumMissing: string;
    /** With what words to skip a test that needs zsh; empty if it is here. */
    readonly zshMissing: string;
    /** With what words to skip a test that needs fish; empty if it is here. */
    readonly fishMissing: string;
  }
}

let server: PostgresServer | undefined;

/**
 * Runs before all tests: builds what has changed, since threads and processes run what is built, and brings up a
 * PostgreSQL server unless DATABASE_URL names one.
 */
export async function setup(project: TestProject): Promise<void> {
  const { status, stderr } = spawnSync(process.execPath, ["src/tidy/prepare.mjs", "--native"], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  const given = process.env["DATABASE_URL"] ?? "";
  if (given === "") server = await startServer();
  const dsn = given === "" ? (server?.dsn ?? "") : given;
  project.provide("postgresDsn", dsn);
  const hasCompiler = process.platform === "linux" && answers("cc", "--version");
  project.provide("compilerMissing", hasCompiler ? "" : notRun("cc"));
  project.provide("pythonMissing", answers("python3", "-m", "pip", "--version") ? "" : notRun("python"));
  project.provide("goMissing", answers("go", "version") ? "" : notRun("go"));
  project.provide("rustMissing", answers("cargo", "--version") ? "" : notRun("rust"));
  const hasJava = answers("javac", "-version") && answers("mvn", "--version");
  project.provide("javaMissing", hasJava ? "" : notRun("java"));
  const chromium = findChromium();
  project.provide("chromium", chromium);
  project.provide("chromiumMissing", chromium === "" ? notRun("chromium") : "");
  project.provide("zshMissing", answers("zsh", "--version") ? "" : notRun("zsh"));
  project.provide("fishMissing", answers("fish", "--version") ? "" : notRun("fish"));
  project.provide("postgresMissing", dsn === "" ? notRun("postgres") : "");
}

function answers(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args).status === 0;
}

/** What COSMO_CHROMIUM says, else the first one on the path. */
function findChromium(): string {
  const names = '"${COSMO_CHROMIUM:-chromium}" chromium-browser google-chrome google-chrome-stable';
  const { stdout } = spawnSync("sh", ["-c", `command -v ${names}`], { encoding: "utf8" });
  return stdout.split("\n")[0]?.trim() ?? "";
}

async function startServer(): Promise<PostgresServer | undefined> {
  try {
    return await PostgresServer.start();
  } catch (error) {
    process.stderr.write(`cosmonapse: there is no PostgreSQL here: ${String(error)}\n`);
    return undefined;
  }
}

/** Runs after all tests. */
export async function teardown(): Promise<void> {
  await server?.stop();
}

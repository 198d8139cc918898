// Runs before `npm start` and `npm test`: installs what is missing and builds what has changed, so that both work in a
// fresh clone. Plain JavaScript without dependencies, since nothing is installed yet. Silent when there is nothing to
// do; everything it says goes to stderr, so that the program's own stdout stays its own.
//
// `--install-only` leaves out the build, `--rebuild` builds even if nothing has changed, `--native` compiles the one
// package with native code if that was not done yet: npm's scripts do not run, so that nothing else runs with them.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { lock } from "./lock.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const fingerprintFile = join(root, "dist", ".fingerprint");

function say(text) {
  process.stderr.write(`cosmonapse: ${text}\n`);
}

/** A step that did not succeed, with what it left as exit code. */
class StepFailure extends Error {
  constructor(message, exitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Runs a step with its output on stderr. Throws a StepFailure that says how to mend it. */
function step(program, args, { mend, env = process.env }) {
  const { status, error } = spawnSync(program, args, { cwd: root, env, stdio: ["ignore", 2, 2] });
  if (status === 0) return;
  const why = error === undefined ? "" : ` (${error.message})`;
  throw new StepFailure(`failed: ${[program, ...args].join(" ")}${why}\n${mend}`, status ?? 1);
}

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

/**
 * True if what npm has installed is what `lockFile` says. npm writes its own record last, so one that was interrupted
 * has none. A package for another platform is not installed anywhere.
 */
export function isInstalled(lockFile, recordFile) {
  if (!existsSync(recordFile)) return false;
  const installed = readJson(recordFile).packages;
  return Object.entries(readJson(lockFile).packages).every(([path, { version, integrity, optional }]) => {
    if (path === "") return true;
    const found = installed[path];
    return found === undefined ? optional === true : found.version === version && found.integrity === integrity;
  });
}

function needsInstall() {
  return !isInstalled(join(root, "package-lock.json"), join(root, "node_modules", ".package-lock.json"));
}

function npm(args, how) {
  const path = process.env["npm_execpath"] ?? "";
  const [program, ...before] = path.endsWith("npm-cli.js") ? [process.execPath, path] : ["npm"];
  // The level is said, since `npm start --silent` would hide what went wrong.
  step(program, [...before, ...args, "--loglevel=error"], how);
}

function install() {
  say("installing packages (once, some seconds) …");
  npm(["ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund"], {
    mend: "Mend it: see what npm says above; it needs the registry or a filled cache. Then run the command again.",
  });
}

const nativeFile = join(root, "node_modules", "better-sqlite3", "build", "Release", "better_sqlite3.node");

function needsNative() {
  return !existsSync(nativeFile);
}

/** Where Node's headers stand beside it, they are used: nothing has to be fetched. */
function nodeFolder() {
  const prefix = dirname(dirname(realpathSync(process.execPath)));
  return existsSync(join(prefix, "include", "node", "node.h")) ? { npm_config_nodedir: prefix } : {};
}

function compileNative() {
  say("compiling better-sqlite3 (once, about a minute) …");
  npm(["rebuild", "better-sqlite3", "--ignore-scripts=false"], {
    env: { ...process.env, ...nodeFolder() },
    mend: "Mend it: it needs a compiler for C++, make and Python, and Node's headers. Then run the command again.",
  });
}

/** What the build depends on, as one hash: another commit, another content, another compiler give another. */
function fingerprint() {
  const sources = ["src", "gen", "conformance"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((file) => join(folder, file)),
  );
  const hash = createHash("sha256");
  for (const file of [
    ...sources.filter((one) => /\.(?:ts|tsx|json|css|html|mjs)$/.test(one)).sort(),
    "tsconfig.json",
    "package-lock.json",
  ]) {
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}

function needsBuild() {
  return !existsSync(fingerprintFile) || readFileSync(fingerprintFile, "utf8") !== fingerprint();
}

/** Builds beside dist/ and then takes its place, so that nothing stale stays and a failed build harms nothing. */
function build() {
  say("building …");
  const [dist, next] = ["dist", "dist.next"].map((folder) => join(root, folder));
  const built = fingerprint();
  rmSync(next, { recursive: true, force: true });
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const args = [compiler, "-p", join("src", "tidy", "tsconfig.build.json"), "--outDir", next];
  step(process.execPath, args, {
    mend: "Mend it: correct what the compiler says above, then run the command again.",
  });
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  const page = ["build", "--config", join("src", "tidy", "vite.config.mjs")];
  step(process.execPath, [vite, ...page, "--outDir", join(next, "src", "prism", "page")], {
    mend: "Mend it: correct what Vite says above, then run the command again.",
  });
  // npx runs the file itself.
  for (const file of Object.values(readJson(join(root, "package.json")).bin)) {
    chmodSync(join(root, file.replace("dist", "dist.next")), 0o755);
  }
  writeFileSync(join(next, ".fingerprint"), built);
  rmSync(dist, { recursive: true, force: true });
  renameSync(next, dist);
}

function prepare({ isInstallOnly, isRebuild, isNative }) {
  const wantsBuild = () => !isInstallOnly && (isRebuild || needsBuild());
  const wantsNative = () => isNative && needsNative();
  if (!needsInstall() && !wantsBuild() && !wantsNative()) return;
  const release = lock(join(root, ".cache", "prepare.lock"), say);
  try {
    // Asked again: whoever held the lock has probably done it.
    if (needsInstall()) install();
    if (wantsBuild()) build();
    if (wantsNative()) compileNative();
  } finally {
    release();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    prepare({
      isInstallOnly: process.argv.includes("--install-only"),
      isRebuild: process.argv.includes("--rebuild"),
      isNative: process.argv.includes("--native"),
    });
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    say(error.message);
    process.exitCode = error.exitCode;
  }
}

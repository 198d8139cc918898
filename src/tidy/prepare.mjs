// Runs before `npm start` and `npm test`: installs what is missing and builds what has changed, so that both work in a
// fresh clone. Plain JavaScript without dependencies, since nothing is installed yet. Silent when there is nothing to
// do; everything it says goes to stderr, so that the program's own stdout stays its own.
//
// `--install-only` leaves out the build, `--rebuild` builds even if nothing has changed.
//
// No package needs native code yet. The first that does is compiled here, by `npm rebuild <its name>` after the
// install, with `npm_config_nodedir` in that child's environment when <prefix>/include/node/node.h stands beside Node.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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
function step(program, args, mend) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: ["ignore", 2, 2] });
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

function install() {
  say("installing packages (once, some seconds) …");
  const npm = process.env["npm_execpath"] ?? "";
  const [program, ...before] = npm.endsWith("npm-cli.js") ? [process.execPath, npm] : ["npm"];
  // The level is said, since `npm start --silent` would hide what went wrong.
  const args = ["ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  step(
    program,
    [...before, ...args],
    "Mend it: see what npm says above; it needs the registry or a filled cache. Then run the command again.",
  );
}

/** What the build depends on, as one hash: another commit, another content, another compiler give another. */
function fingerprint() {
  const sources = ["src", "gen"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((file) => join(folder, file)),
  );
  const hash = createHash("sha256");
  for (const file of [
    ...sources.filter((one) => /\.(?:ts|json)$/.test(one)).sort(),
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
  step(process.execPath, args, "Mend it: correct what the compiler says above, then run the command again.");
  writeFileSync(join(next, ".fingerprint"), built);
  rmSync(dist, { recursive: true, force: true });
  renameSync(next, dist);
}

function prepare({ isInstallOnly, isRebuild }) {
  const wantsBuild = () => !isInstallOnly && (isRebuild || needsBuild());
  if (!needsInstall() && !wantsBuild()) return;
  const release = lock(join(root, ".cache", "prepare.lock"), say);
  try {
    // Asked again: whoever held the lock has probably done it.
    if (needsInstall()) install();
    if (wantsBuild()) build();
  } finally {
    release();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    prepare({
      isInstallOnly: process.argv.includes("--install-only"),
      isRebuild: process.argv.includes("--rebuild"),
    });
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    say(error.message);
    process.exitCode = error.exitCode;
  }
}

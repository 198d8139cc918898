import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCosmo } from "../../testing/console/index.js";

let folder = "";
/** A node_modules with the packed package in it, as npm would leave it. */
let modules = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cosmonapse-init-"));
  const packed = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  modules = join(folder, "node_modules");
  mkdirSync(join(modules, ".bin"), { recursive: true });
  execFileSync("tar", ["-xzf", join(folder, filename), "-C", modules]);
  renameSync(join(modules, "package"), join(modules, "cosmonapse"));
  const manifest = readJson(join(modules, "cosmonapse", "package.json"));
  for (const name of Object.keys(manifest["dependencies"] as object)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(resolve("node_modules", name), join(modules, name));
  }
  const { cosmo = "" } = manifest["bin"] as Record<string, string>;
  symlinkSync(join("..", "cosmonapse", cosmo), join(modules, ".bin", "cosmo"));
  chmodSync(join(modules, "cosmonapse", cosmo), 0o755);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true }));

function readJson(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
}

describe("cosmo init", { timeout: 60_000 }, () => {
  test.each([
    ["typed-app", [], "researcher.ts"],
    ["plain-app", ["--language", "javascript"], "researcher.js"],
  ])("makes %s, which runs with one command", async (name, flags: readonly string[], worker) => {
    const project = join(folder, name);
    const { exit, stdout, stderr } = await runCosmo(["init", project, ...flags]);
    expect([exit, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(new RegExp(`^Made ${name}:\n[^]*${worker}\n[^]*npm install && npm start\n$`));
    const { version } = readJson("package.json");
    expect(readJson(join(project, "package.json"))).toMatchObject({
      name,
      dependencies: { cosmonapse: `^${String(version)}` },
    });
    // The folder above has what npm install brings.
    const ran = execFileSync("npm", ["start", "--silent"], { cwd: project, encoding: "utf8", env: withModules() });
    expect(ran).toBe(
      "[first call ] computed  →  Answer to 'what is the meaning of life?': 42\n" +
        "[second call]    cache  →  Answer to 'what is the meaning of life?': 42\n",
    );
  });

  test("says what it made as JSON, and takes another source of the package", async () => {
    const project = join(folder, "json-app");
    const { stdout } = await runCosmo(["init", project, "-o", "json", "--package", "file:../cosmonapse.tgz"]);
    expect(JSON.parse(stdout)).toEqual({
      folder: project,
      name: "json-app",
      files: ["package.json", "researcher.ts", "start.js", "README.md", ".gitignore"],
    });
    expect(readJson(join(project, "package.json"))["dependencies"]).toEqual({ cosmonapse: "file:../cosmonapse.tgz" });
  });

  test("leaves a folder that is not empty alone, and with --force all but its own files", async () => {
    const project = join(folder, "full-app");
    mkdirSync(project);
    writeFileSync(join(project, "README.md"), "mine");
    writeFileSync(join(project, "notes.txt"), "mine");
    const refused = await runCosmo(["init", project]);
    expect([refused.exit, refused.stdout]).toEqual([7, ""]);
    expect(refused.stderr).toMatch(
      /^\[CONFLICT\] '.*full-app' is not empty: there is README\.md, notes\.txt\. .*--force.*\n$/,
    );
    expect(readdirSync(project)).toEqual(["README.md", "notes.txt"]);
    expect((await runCosmo(["init", project, "--force"])).exit).toBe(0);
    expect(readFileSync(join(project, "notes.txt"), "utf8")).toBe("mine");
    expect(readFileSync(join(project, "README.md"), "utf8")).toMatch(/^# full-app\n/);
  });

  test.each([
    [/'My\.App' is no name of a project.*for example my-app\./, "My.App"],
    [/'a{65}' is no name of a project/, "a".repeat(65)],
    [/cannot be written: .*ENOTDIR/, "file/my-app"],
  ])("ends with 2 and one line: %s", async (line, name) => {
    writeFileSync(join(folder, "file"), "");
    const { exit, stdout, stderr } = await runCosmo(["init", join(folder, name)]);
    expect([exit, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(line);
  });
});

function withModules(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${join(modules, ".bin")}:${process.env["PATH"] ?? ""}` };
}

// Each starter of the suite is made ready by its own commands, as a newcomer would, and is green on its first case.
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, inject, test } from "vitest";

const run = promisify(execFile);
const suite = resolve("dist", "conformance", "main.js");
const cache = resolve("node_modules", ".cache", "cosmonapse");

async function conformance(...argv: readonly string[]): Promise<string> {
  return (await run(process.execPath, [suite, ...argv])).stdout;
}

describe.each([
  { language: "typescript", missing: "" },
  { language: "python", missing: inject("pythonMissing") },
  { language: "go", missing: inject("goMissing") },
  { language: "rust", missing: inject("rustMissing") },
  { language: "java", missing: inject("javaMissing") },
])("the starter in $language", ({ language, missing }) => {
  test("is green on its first case, by the commands that it names", async ({ skip }) => {
    if (missing !== "") skip(missing);
    const folder = join(mkdtempSync(join(tmpdir(), "cosmonapse-starter-")), "harness");
    try {
      const [enter, ...commands] = (await conformance("init", "--lang", language, "--dir", folder)).trim().split("\n");
      expect(enter).toBe(`cd ${folder}`);
      const readme = readFileSync(join(folder, "README.md"), "utf8");
      expect(commands.filter((command) => !readme.includes(`    ${command}\n`))).toEqual([]);
      // The package is this repository, and buf the one that it has; what Rust compiles is kept for the next run.
      const env = {
        ...process.env,
        CARGO_TARGET_DIR: join(cache, "starter-target"),
        PATH: `${resolve("node_modules", ".bin")}${delimiter}${process.env["PATH"] ?? ""}`,
      };
      const said: string[] = [];
      for (const command of commands) {
        const own = command
          .replace(/^npx --package \S+ buf/, "buf")
          .replace(/^npx --package \S+ cosmo conformance/, `${process.execPath} ${suite}`)
          .replace("target/release", join(cache, "starter-target", "release"));
        said.push((await run("sh", ["-c", own], { cwd: folder, env })).stdout);
      }
      const [doctor = "", played = ""] = said.slice(-2);
      expect(doctor).toContain("The harness is sound.");
      expect(played).toMatch(/conformant · \d+ checks .* passed/);
    } finally {
      rmSync(join(folder, ".."), { recursive: true, force: true });
    }
  }, 600_000);
});

test("a starter takes the place of nothing, and names the languages that there are", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cosmonapse-starter-"));
  try {
    writeFileSync(join(folder, "mine.txt"), "mine");
    const refused = conformance("init", "--lang", "go", "--dir", folder);
    await expect(refused).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("is not empty") });
    const file = conformance("init", "--lang", "go", "--dir", join(folder, "mine.txt"));
    await expect(file).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("mine.txt is not empty") });
    expect(await conformance("init", "--lang", "go", "--dir", join(folder, "it's a"))).toMatch(/^cd '.*it'\\''s a'\n/);
    // Harnesses of other roles in the same language stay where they are.
    await conformance("init", "--lang", "python", "--dir", join(folder, "python"));
    expect(readdirSync(join(folder, "python")).sort()).toEqual([
      "README.md",
      "harness.py",
      "proto",
      "requirements.txt",
    ]);
    const unknown = conformance("init", "--lang", "cobol", "--dir", join(folder, "new"));
    await expect(unknown).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("typescript, python, go") });
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 30_000);

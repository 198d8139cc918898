import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { notRun } from "./require.mjs";

const reporter = pathToFileURL(resolve("src/tidy/reporter.mjs")).href;
const words = pathToFileURL(resolve("src/tidy/require.mjs")).href;

/** Runs the tests of one file as `npm test` does: the exit code, and the last two lines. */
function run(code: string, required = ""): { readonly status: number | null; readonly lines: readonly string[] } {
  const folder = mkdtempSync(join(tmpdir(), "cosmonapse-reporter-"));
  try {
    const config = `import { TallyReporter } from "${reporter}";\nexport default { test: { globals: true, reporters: ["default", new TallyReporter()] } };`;
    writeFileSync(join(folder, "vitest.config.mjs"), config);
    if (code !== "") writeFileSync(join(folder, "a.test.mjs"), code);
    const vitest = resolve("node_modules/vitest/vitest.mjs");
    const { status, stdout } = spawnSync(process.execPath, [vitest, "run", "--root", folder], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, COSMO_REQUIRE: required, NO_COLOR: "1" },
    });
    return { status, lines: stdout.trimEnd().split("\n").slice(-2) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("the last line counts what passed and what failed", () => {
  const { status, lines } = run('test("a", () => {}); test("b", () => {}); test("c", () => expect(1).toBe(2));');
  expect(lines.at(-1)).toBe("2 passed, 1 failed");
  expect(status).toBe(1);
});

test("a run where all passes ends well", () => {
  const { status, lines } = run('test("a", () => {});');
  expect(lines.at(-1)).toBe("1 passed, 0 failed");
  expect(status).toBe(0);
});

test("a skipped test is a failure", () => {
  const { status, lines } = run('test("a", () => {}); test.skip("b", () => {});');
  expect(lines).toEqual(["skipped without a reason: a.test.mjs > b", "1 passed, 1 failed"]);
  expect(status).toBe(1);
});

test("a part that is absent is named and no failure", () => {
  const { status, lines } = run(
    `import { notRun } from "${words}"; test("a", () => {}); test("b", ({ skip }) => skip(notRun("python")));`,
  );
  expect(lines).toEqual(["not run: python", "1 passed, 0 failed"]);
  expect(status).toBe(0);
});

test("a part that is absent is a failure where it is demanded", () => {
  const code = `import { notRun } from "${words}"; test("b", ({ skip }) => skip(notRun("python")));`;
  expect(run(code, "postgres,python")).toMatchObject({ status: 1, lines: ["", "0 passed, 1 failed"] });
});

test("a file that cannot be loaded is a failure", () => {
  const { status, lines } = run('throw new Error("no");');
  expect(lines.at(-1)).toBe("0 passed, 1 failed");
  expect(status).toBe(1);
});

test("a run without a test is a failure", () => {
  const { status, lines } = run("");
  expect(lines.at(-1)).toBe("0 passed, 1 failed");
  expect(status).toBe(1);
});

test("what is demanded is a comma list of whole names", () => {
  expect(notRun("go", "golang,rust")).toBe("not run: go");
  expect(() => notRun("go", "rust,go")).toThrow("COSMO_REQUIRE demands go");
});

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { extractSamples } from "./samples.js";

// Inside the repository, so that `cosmonapse` is found there as a user's program finds it.
const folder = join(".cache", `readme-${process.pid}`);
const samples = extractSamples(readFileSync("README.md", "utf8"));
const slowMs = 120_000;

function run(program: string, ...args: readonly string[]) {
  // `npm start` prints what it runs unless it is told not to.
  const env = { ...process.env, npm_config_loglevel: "silent" };
  return spawnSync(program, args, { encoding: "utf8", env });
}

beforeAll(() => {
  const { status, stderr } = run(process.execPath, "src/tidy/prepare.mjs");
  if (status !== 0) throw new Error(stderr);
  mkdirSync(folder, { recursive: true });
  for (const { name, language, code } of samples) {
    if (language === "ts") writeFileSync(join(folder, `${name}.ts`), code);
  }
  const compilerOptions = { rootDir: ".", outDir: "out", noEmit: false, noEmitOnError: true };
  const settings = { extends: "../../tsconfig.json", compilerOptions, include: ["*.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
}, slowMs);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("README.md", () => {
  test("has samples that compile", () => {
    expect(run("node_modules/.bin/tsc", "-p", folder)).toMatchObject({ stdout: "", status: 0 });
  });

  test.each(samples)(
    "shows what $name does",
    ({ name, language, code, output }) => {
      const ran = language === "ts" ? run(process.execPath, join(folder, "out", `${name}.js`)) : run("sh", "-ec", code);
      expect(ran).toMatchObject({ stderr: "", status: 0 });
      if (output !== undefined) expect(ran.stdout).toBe(output);
    },
    slowMs,
  );
});

describe("a page", () => {
  const fence = (language: string, code: string): string => `\`\`\`${language}\n${code}\n\`\`\`\n`;

  test("gives each marked program with what it prints", () => {
    const page = [
      "<!-- test: sum -->\n",
      fence("ts", "const a = 1;"),
      "Then:\n<!-- test: sum -->\n",
      fence("ts", "console.log(a);"),
      "<!-- output: sum -->\n",
      fence("text", "1"),
      fence("sh", "rm -rf /"),
    ].join("\n");
    const code = "const a = 1;\n\nconsole.log(a);\n";
    expect(extractSamples(page)).toEqual([{ name: "sum", language: "ts", code, output: "1\n" }]);
  });

  test.each([
    ["a program that is not marked", fence("ts", "a();"), "without <!-- test"],
    ["a mark without a program", "<!-- test: sum -->\n\nText.", "No fence follows"],
    ["an output of nothing", `<!-- output: sum -->\n${fence("text", "1")}`, "has no <!-- test: sum -->"],
    ["a program in a language that is not run", `<!-- test: sum -->\n${fence("go", "a()")}`, "it tests ts and sh"],
    ["a fence without an end", "<!-- test: sum -->\n```ts\na();", "has no end"],
  ])("is refused for %s", (_, page, message) => {
    expect(() => extractSamples(page)).toThrow(message);
  });
});

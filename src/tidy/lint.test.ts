import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

/** A sample that breaks each rule of .oxlintrc.json that the project relies on. */
const samples: Readonly<Record<string, string>> = {
  "eslint(eqeqeq)": "export const a = (b: number) => b == 1;",
  "eslint(max-lines)": "export {};\n".repeat(301),
  "eslint(max-lines-per-function)": `export function a() {\n${"a();\n".repeat(70)}}`,
  "eslint(max-params)": "export function a(b: 1, c: 1, d: 1, e: 1) {\n  return [b, c, d, e];\n}",
  "eslint(no-console)": "console.log(1);",
  "eslint(no-empty)": "if (Date.now() > 1) {\n}",
  "eslint(no-shadow)": "export const a = 1;\nexport const b = (a: number) => a;",
  "eslint(no-unused-vars)": "const a = 1;",
  "eslint(no-warning-comments)": "// TODO: later\nexport {};",
  "eslint(prefer-const)": "let a = 1;\nexport const b = a;",
  "import(no-cycle)": 'import { a } from "./import-no-cycle.js";\nexport const b = () => a();',
  "import(no-default-export)": "export default 1;",
  "typescript(ban-ts-comment)": "// @ts-ignore\nexport const a: string = 1;",
  "typescript(consistent-type-imports)": 'import { a } from "./eslint-eqeqeq.js";\nexport type B = typeof a;',
  "typescript(no-explicit-any)": "export const a = (b: any) => b === 1;",
  "typescript(no-floating-promises)": "export function a() {\n  Promise.resolve(1);\n}",
  "typescript(no-misused-promises)": "export const a = (b: Promise<boolean>) => {\n  if (b) return 1;\n  return 2;\n};",
  "typescript(no-non-null-assertion)": "export const a = (b: string | undefined) => b!.length;",
  "typescript(no-unsafe-member-access)": 'export const a = JSON.parse("{}").b;',
  "typescript(only-throw-error)": 'export function a() {\n  throw "no";\n}',
  "typescript(switch-exhaustiveness-check)":
    "export function a(b: 1 | 2) {\n  switch (b) {\n    case 1:\n      return 3;\n  }\n  return 4;\n}",
  "vitest(no-disabled-tests)": 'import { test } from "vitest";\ntest.skip("a", () => {});',
  "vitest(no-focused-tests)": 'import { test } from "vitest";\ntest.only("a", () => {});',
};

/** The file of a rule's sample. */
function fileOf(rule: string): string {
  const name = rule.replace(/\W+/g, "-").replace(/-$/, "");
  return rule.startsWith("vitest") ? `${name}.test.ts` : `${name}.ts`;
}

// Outside of the repository, since the linter passes over what git ignores.
const folder = mkdtempSync(join(tmpdir(), "cosmonapse-lint-"));
let report = "";

beforeAll(() => {
  for (const [rule, code] of Object.entries(samples)) writeFileSync(join(folder, fileOf(rule)), `${code}\n`);
  copyFileSync(".oxlintrc.json", join(folder, ".oxlintrc.json"));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { strict: true, types: [] } }));
  const args = ["--type-aware", "-f", "unix", "."];
  report = spawnSync(resolve("node_modules/.bin/oxlint"), args, { cwd: folder, encoding: "utf8" }).stdout;
});

afterAll(() => rmSync(folder, { recursive: true }));

test.each(Object.keys(samples))("the linter finds %s as an error", (rule) => {
  const file = fileOf(rule);
  expect(report.split("\n").filter((line) => line.includes(file) && line.includes(`[Error/${rule}]`))).not.toEqual([]);
});

import { describe, expect, test } from "vitest";
import { assertionsOf, rules } from "./rules.js";
import { parseSource, readSources } from "./source.js";

const sources = readSources("src", "conformance");

describe("the repository keeps the rule", () => {
  test.each(Object.entries(rules))("%s", (_, rule) => {
    expect(sources.flatMap(rule)).toEqual([]);
  });

  test("of at most three `as` in 1,000 lines, tests aside", () => {
    const code = sources.filter(({ path }) => !path.endsWith(".test.ts"));
    const lines = code.reduce((sum, { text }) => sum + text.split("\n").length, 0);
    const assertions = code.flatMap((source) => assertionsOf(source).map(() => source.path));
    expect((assertions.length / lines) * 1_000).toBeLessThanOrEqual(3);
  });
});

describe("a bad sample is found by", () => {
  test.each([
    ["noHandWrittenEnum", "src/signal/a.ts", "enum Color { Red }"],
    ["noExportAll", "src/signal/index.ts", 'export * from "./a.js";'],
    ["noExportAll", "src/signal/index.ts", 'export * as a from "./a.js";'],
    ["onlyCosmoErrors", "src/signal/a.ts", 'throw new Error("no");'],
    ["onlyCosmoErrors", "src/signal/a.ts", 'throw new TypeError("no");'],
    ["onlyCosmoErrors", "src/signal/a.ts", 'throw new CliError("no");'],
    ["assertionsHaveReasons", "src/signal/a.ts", "const a = b as string;"],
    ["assertionsHaveReasons", "src/signal/a.ts", "const a = <string>b;"],
    ["namesSaySomething", "src/signal/string-utils.ts", ""],
    ["namesSaySomething", "src/signal/a.ts", "class TraceManager {}"],
    ["namesSaySomething", "src/signal/a.ts", "interface BaseSynapse {}"],
    ["namesSaySomething", "src/signal/a.ts", "function parseHelper() {}"],
    ["noSleeps", "src/signal/a.test.ts", "await new Promise((resolve) => setTimeout(resolve, 10));"],
    ["noSleeps", "src/signal/a.test.ts", 'import { setTimeout as wait } from "node:timers/promises";'],
    ["exportsAreDocumented", "src/signal/a.ts", "export const a = 1;"],
    ["exportsAreDocumented", "src/signal/a.ts", "// Not for readers.\nexport function a() {}"],
    ["exportsAreDocumented", "src/signal/a.ts", "/** Of another. */\nconst b = 1;\nexport const a = b;"],
    ["exportsAreDocumented", "src/signal/a.ts", "/** A. */\nexport class A {\n  close() {}\n}"],
  ])("%s in %s: %s", (name, path, code) => {
    expect(rules[name]?.(parseSource(path, code))).not.toEqual([]);
  });
});

describe("a good sample is passed by", () => {
  test.each([
    ["noExportAll", "src/signal/index.ts", 'export { a } from "./a.js";'],
    ["onlyCosmoErrors", "src/signal/a.ts", 'throw new CosmoError("CLOSED", "x");'],
    ["onlyCosmoErrors", "src/cli/core/a.ts", 'throw new CliError("CLOSED", "x");'],
    ["onlyCosmoErrors", "src/signal/a.ts", "try { a(); } catch (error) { throw error; }"],
    ["assertionsHaveReasons", "src/signal/a.ts", "const a = [1] as const;"],
    ["assertionsHaveReasons", "src/signal/a.ts", "// The schema says so.\nconst a = b as string;"],
    ["namesSaySomething", "src/signal/a.ts", "class Database {}"],
    ["noSleeps", "src/signal/a.test.ts", "clock.advance(10);"],
    [
      "exportsAreDocumented",
      "src/signal/a.ts",
      "/** A. */\nexport class A {\n  /** Ends it. */\n  close() {}\n  #end() {}\n}",
    ],
  ])("%s in %s: %s", (name, path, code) => {
    expect(rules[name]?.(parseSource(path, code))).toEqual([]);
  });
});

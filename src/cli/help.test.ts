import { describe, expect, test } from "vitest";
import { listCommands, runCosmo } from "../testing/console/index.js";

// What a command is passed on to has a help of its own.
const commands = listCommands().filter(({ isPassedOn }) => !isPassedOn);
const linesMax = 45;

describe("the help of", () => {
  test.each(commands.map(({ words, example }) => ({ name: ["cosmo", ...words].join(" "), words, example })))(
    "$name is as it was released",
    async ({ words, example }) => {
      const { exit, stdout, stderr } = await runCosmo([...words, "--help"]);
      expect([exit, stderr]).toEqual([0, ""]);
      await expect(stdout).toMatchFileSnapshot(`help/${words.join("-") || "cosmo"}.txt`);
      const lines = stdout.split("\n");
      expect(lines.length).toBeLessThanOrEqual(linesMax);
      expect(lines.filter((line) => line.length > 100)).toEqual([]);
      if (example !== undefined) expect(stdout).toMatch(/\nExample:\n {2}.*\bcosmo .*\n\nExit codes: 0 ok · /);
    },
  );

  test("every command and group says what it is for", () => {
    expect(commands.length).toBeGreaterThan(20);
  });
});

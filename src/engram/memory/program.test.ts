import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FakeClock, runPaging, runProgram } from "../../testing/index.js";
import { InMemoryEngram } from "./index.js";

function draws(minLength: number, maxLength: number): fc.Arbitrary<number[]> {
  return fc.array(fc.nat(1_000_000), { minLength, maxLength, size: "max" });
}

describe("InMemoryEngram", () => {
  test("answers random programs as the model does", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(draws(50, 900), async (numbers) => {
        const clock = new FakeClock();
        await using engram = new InMemoryEngram({ engramId: "ctx", engramKind: "context", clock });
        const stage = { engrams: [engram], clock, namespace: "program", forgets: true };
        expect(await runProgram(stage, numbers)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("shows every entry that stays as it was exactly once over the pages", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(draws(60, 200), async (numbers) => {
        const clock = new FakeClock();
        await using engram = new InMemoryEngram({ engramId: "ctx", engramKind: "context", clock });
        expect(await runPaging({ engram, clock, namespace: "pages" }, numbers)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

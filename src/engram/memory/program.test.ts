import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FakeClock, runPaging, runProgram } from "../../testing/index.js";
import { InMemoryEngram } from "./index.js";

type Run = typeof runProgram;

async function findingsOf(run: Run, numbers: readonly number[]): Promise<readonly string[]> {
  const clock = new FakeClock();
  await using engram = new InMemoryEngram({ engramId: "ctx", engramKind: "context", clock });
  return await run(engram, clock, numbers);
}

function draws(minLength: number, maxLength: number): fc.Arbitrary<number[]> {
  return fc.array(fc.nat(1_000_000), { minLength, maxLength, size: "max" });
}

describe("InMemoryEngram", () => {
  test("answers random programs as the model does", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(draws(50, 600), async (numbers) => {
        expect(await findingsOf(runProgram, numbers)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("shows every entry that stays as it was exactly once over the pages", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(draws(60, 200), async (numbers) => {
        expect(await findingsOf(runPaging, numbers)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { createStepClock, runProgram } from "../../testing/engram/index.js";
import { InMemoryEngram } from "./index.js";

test("InMemoryEngram answers random programs as the model does", async () => {
  const numbers = fc.array(fc.nat(1_000_000), { minLength: 50, maxLength: 600, size: "max" });
  await fc.assert(
    fc.asyncProperty(numbers, async (choices) => {
      const clock = createStepClock();
      await using engram = new InMemoryEngram({ engramId: "ctx", engramKind: "context", clock });
      expect(await runProgram(engram, clock, choices)).toEqual([]);
    }),
    { numRuns: 500 },
  );
}, 60_000);

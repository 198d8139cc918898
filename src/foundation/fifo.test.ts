import fc from "fast-check";
import { expect, test } from "vitest";
import { Fifo } from "./index.js";

test("a Fifo gives what an array would, in the same order, at every step", () => {
  const steps = fc.array(fc.oneof(fc.constant("push"), fc.constant("push"), fc.constant("shift")), {
    maxLength: 5_000,
  });
  fc.assert(
    fc.property(steps, (all) => {
      const fifo = new Fifo<{ readonly count: number }>();
      const model: { readonly count: number }[] = [];
      for (const [count, step] of all.entries()) {
        if (step === "push") {
          fifo.push({ count });
          model.push({ count });
        } else {
          expect(fifo.shift()).toEqual(model.shift());
        }
        expect([fifo.size, fifo.peek()]).toEqual([model.length, model[0]]);
      }
      expect([...fifo]).toEqual(model);
      fifo.clear();
      expect([fifo.size, fifo.shift()]).toEqual([0, undefined]);
    }),
    { numRuns: 50 },
  );
});

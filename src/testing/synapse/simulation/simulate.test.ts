import fc from "fast-check";
import { test } from "vitest";
import { Hub } from "../../../synapse/index.js";
import { actions } from "./actions.js";
import { simulate } from "./simulate.js";

const number = fc.nat({ max: 255 });
const step = fc.tuple(fc.nat({ max: actions.length * 7 - 1 }), number, number, number);
const program = fc.array(step, { maxLength: 200, size: "max" });

// A failure prints the seed, the path and the shortest program that still fails: `fc.assert(…, { seed, path })` repeats it.
test("a Synapse keeps its promises whatever its peers do, for any program", () => {
  fc.assert(
    fc.property(program, (steps) => simulate((options) => new Hub(options), steps)),
    { numRuns: 600 },
  );
}, 60_000);

import fc from "fast-check";
import { expect, test } from "vitest";
import { parseFilter } from "../../doppler/index.js";
import { FilteredRecords, GraphState, MemoryLens, MetricsCounter, RecordStore } from "./index.js";
import { playJob } from "./test-memory.js";
import { Scene } from "./test-scene.js";

/** What may happen between a bus and a page. */
const happening = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("signals"), count: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("skip"), count: fc.integer({ min: 1, max: 50 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("silent"), count: fc.integer({ min: 1, max: 50 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("miss"), count: fc.integer({ min: 1, max: 50 }) }) },
);

/** Plays it; answers how many Signals there were, seen by anybody or not. */
function play(scene: Scene, happenings: readonly { readonly kind: string; readonly count: number }[]): number {
  let emitted = 1;
  for (const { kind, count } of happenings) {
    emitted += count;
    if (kind === "signals") for (let index = 0; index < count; index += 1) scene.pass(1).task("asker", "planner");
    else if (kind === "miss") scene.miss(count);
    else scene.skip(count, kind === "silent");
  }
  // What is missing at the end is known with the next Signal and not before.
  scene.task("asker", "planner");
  return emitted;
}

test("what is kept and what is declared missing is what was emitted, whatever is skipped, missed and forgotten", () => {
  fc.assert(
    fc.property(
      fc.array(happening, { maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 10 }),
      fc.integer({ min: 1, max: 100 }),
      (happenings, cuts, recordsMax) => {
        const scene = new Scene();
        const emitted = play(scene, happenings);
        const { records } = scene;
        const store = new RecordStore({ recordsMax });
        const filtered = new FilteredRecords(store, parseFilter("type:TASK"));
        for (let from = 0, turn = 0; from < records.length; turn += 1) {
          const count = cuts[turn % cuts.length] ?? 1;
          // A reload or a lost connection may tell the last ones again.
          store.append(records.slice(Math.max(0, from - 3), from + count));
          filtered.update(7);
          from += count;
        }
        while (!filtered.update(7));

        const { kept, missing, unsure } = store.counts;
        expect([kept + missing, unsure]).toEqual([emitted, 0]);
        const gaps = [store.forgotten, ...store.gaps.slice()];
        const declared = gaps.reduce((sum, gap) => sum + Number(gap?.missed ?? 0n), 0);
        expect([declared, filtered.signals]).toEqual([missing, kept]);
        expect(store.records.length).toBeLessThanOrEqual(recordsMax);
        const rows = store.records.slice().map(({ row }) => row);
        expect(filtered.rows.slice().map(({ row }) => row)).toEqual(rows);
        expect(rows.every((row, index) => index === 0 || row > (rows[index - 1] ?? Infinity))).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

test("graph, figures and lens do not care how records are cut into batches", () => {
  const scene = new Scene();
  for (let index = 0; index < 20; index += 1) playJob(scene.pass(100));
  const { records } = scene;
  const show = (cuts: readonly number[]): unknown => {
    const [graph, counter, lens] = [new GraphState(), new MetricsCounter(), new MemoryLens({ rowsMax: 10 })];
    for (let from = 0, turn = 0; from < records.length; turn += 1) {
      const batch = records.slice(from, from + (cuts[turn % cuts.length] ?? 1));
      for (const view of [graph, counter, lens]) view.observe(batch);
      from += batch.length;
    }
    const rows = Array.from({ length: lens.length }, (_, index) => lens.at(index)?.id);
    return [graph.nodes, graph.edges, graph.journeysSince(0), counter.read(60_000), rows, lens.keys()];
  };
  const whole = show([records.length]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }), (cuts) => {
      expect(show(cuts)).toEqual(whole);
    }),
    { numRuns: 50 },
  );
});

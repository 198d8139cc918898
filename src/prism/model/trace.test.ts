import { describe, expect, test } from "vitest";
import { FinalStatus } from "../../../gen/cosmonapse/v1/task.js";
import {
  buildSequence,
  buildTrace,
  buildWaterfall,
  describeTrace,
  listTraces,
  RecordStore,
  Roster,
  summarizeTrace,
  toMermaid,
  TraceCache,
  treeRows,
} from "./index.js";
import type { Trace, ViewSignal } from "./index.js";
import { final, imprint, playJob, recall, recalled } from "./test-memory.js";
import { Scene, traceId } from "./test-scene.js";

function traceOf(signals: readonly ViewSignal[]): Trace {
  return buildTrace(
    traceId,
    signals.filter((signal) => signal.traceId === traceId),
  );
}

/** The job, and everything that may be wrong with a trace around it. */
function playTrouble(): Scene {
  const scene = new Scene();
  playJob(scene);
  const root = scene.task("asker", "planner");
  const again = scene.pass(2).task("planner", "ruler", root);
  // A second attempt of the same request, by a sender whose clock is an hour behind.
  scene.say(
    { ...again, createdAt: { seconds: 1n, nanos: 0 }, body: again.body ?? expect.fail() },
    { attempt: 2, asked: ["ruler"] },
  );
  // A reply that came too late is refused, and is no outcome.
  const { body } = scene.answer(root, "planner");
  scene.say({ source: "planner", parentId: again.id, exchange: 4, body: body ?? expect.fail() }, { refused: "LATE" });
  // An orphan, and a circle of three, one that is its own parent.
  const value = { requestId: "evt_01JFDZ0000000000000000000A", reason: "enough" };
  const ids = ["B", "C", "D"].map((sign) => `evt_01JFDZ0000000000000000000${sign}`);
  scene.say({ source: "asker", parentId: "evt_01JFDZ0000000000000000000E", body: { $case: "stop", value } });
  ids.forEach((id, index) => {
    scene.pass(1).say({ id, source: "asker", parentId: ids[(index + 1) % 3] ?? "", body: { $case: "stop", value } });
  });
  const self = "evt_01JFDZ0000000000000000000F";
  scene.say({ id: self, source: "asker", parentId: self, body: { $case: "stop", value } });
  return scene;
}

/** Everything that the views show of a trace, as text. */
function pictureOf(signals: readonly ViewSignal[]): string {
  const trace = traceOf(signals);
  const now = trace.to + 500;
  const roster = new Roster();
  for (const { signal } of trace.inOrder) roster.observe(signal);
  const tree = treeRows(trace).map(({ node, ...row }) => [node.id, node.place, node.sightings.length, row]);
  const waterfall = buildWaterfall(trace, { now });
  const bars = waterfall.rows.map(({ node, ...row }) => [node.id, row, waterfall.axis.place(row.from)]);
  const { start, unanswered, ...summary } = summarizeTrace(trace, now);
  const ages = unanswered.map(({ node, ageMs }) => [node.id, ageMs]);
  const sequence = toMermaid(buildSequence(trace, { roster }));
  return JSON.stringify([tree, bars, waterfall.axis.breaks, start?.id, ages, summary, sequence]);
}

/** Shuffles in place, the same way for the same seed. */
function shuffle<Item>(items: Item[], seed: number): Item[] {
  let state = seed + 1;
  for (let index = items.length - 1; index > 0; index -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = state % (index + 1);
    const [one, two] = [items[index], items[other]];
    if (one !== undefined && two !== undefined) [items[index], items[other]] = [two, one];
  }
  return items;
}

describe("a trace", () => {
  test("gives one picture in 10,000 orders of arrival, orphans, circles, repetitions and clocks notwithstanding", () => {
    const signals = [...playTrouble().signals];
    const picture = pictureOf(signals);
    const orders = new Set<string>();
    for (let seed = 0; seed < 10_000; seed += 1) {
      const shuffled = shuffle([...signals], seed);
      orders.add(shuffled.map(({ row }) => row).join());
      if (pictureOf(shuffled) !== picture) expect(pictureOf(shuffled), `seed ${seed}`).toBe(picture);
    }
    expect(orders.size).toBeGreaterThan(9_900);
  }, 60_000);

  test("hangs each Signal below its parent, and says of the others why they stand at the top", () => {
    const trace = traceOf(playTrouble().signals);
    const places = trace.roots.map(({ place, signal: { row } }) => [row, place]);

    expect(places.map(([, place]) => place)).toEqual(["root", "root", "orphan", "cycle", "cycle"]);
    expect(trace.nodes.get("evt_01JFDZ0000000000000000000B")?.place).toBe("cycle");
    expect(trace.nodes.get("evt_01JFDZ0000000000000000000C")?.parent?.id).toBe("evt_01JFDZ0000000000000000000D");
    const again = trace.inOrder.find(({ sightings }) => sightings.length === 2);
    expect(again?.sightings.map(({ attempt }) => attempt)).toEqual([1, 2]);
    // Its only reply was refused.
    expect([again?.outcomes.length, again?.unanswered, again?.children.length]).toEqual([0, 1, 1]);
    expect(treeRows(trace)).toHaveLength(trace.inOrder.length);
  });

  test("is one row: what started it, how it ended, how long it took, who took part", () => {
    const scene = new Scene();
    playJob(scene);
    const summary = summarizeTrace(traceOf(scene.signals), scene.at + 60_000);

    expect(summary).toMatchObject({ outcome: "answered", code: "", durationMs: 10_022, signals: 10, errors: 1 });
    expect(summary).toMatchObject({ recalls: 1, imprints: 1, unanswered: [] });
    expect(summary.participants).toEqual(["asker", "planner", "notes", "atlas", "ruler", "synapse"]);
    expect(describeTrace(summary)).toBe(
      "Started by TASK from asker, answered after 10.0 s: 10 Signals among 6 participants, 1 error.",
    );
  });

  test("flags requests without their outcome: TASK, RECALL to two of which one answered, and IMPRINT", () => {
    const scene = new Scene();
    const root = scene.task("asker", "planner");
    const question = recall(scene.pass(10), root, ["notes", "atlas"]);
    recalled(scene.pass(5), question, ["notes", 1]);
    imprint(scene.pass(10), root, "moon");
    const { unanswered, outcome, durationMs } = summarizeTrace(traceOf(scene.signals), scene.at + 100);

    expect(unanswered.map(({ node, ageMs }) => [node.signal.type, node.unanswered, ageMs])).toEqual([
      [17, 1, 125],
      [20, 1, 115],
      [22, 1, 100],
    ]);
    expect([outcome, durationMs]).toEqual(["open", 125]);
    expect(describeTrace(summarizeTrace(traceOf(scene.signals), scene.at))).toContain("3 requests without an answer");
  });

  test.each([
    [FinalStatus.COMPLETED, "answered"],
    [FinalStatus.FAILED, "failed"],
    [FinalStatus.STOPPED, "stopped"],
    [FinalStatus.ABANDONED, "abandoned"],
  ])("whose FINAL has the status %i is %s", (status, outcome) => {
    const scene = new Scene();
    const root = scene.task("asker", "planner");
    scene.fail(root, "planner");
    final(scene, root, status);
    expect(summarizeTrace(traceOf(scene.signals), scene.at).outcome).toBe(outcome);
  });

  test("without a FINAL failed as its first request did", () => {
    const scene = new Scene();
    scene.fail(scene.task("asker", "planner"), "planner", "INVALID_INPUT");
    expect(summarizeTrace(traceOf(scene.signals), scene.at)).toMatchObject({
      outcome: "failed",
      code: "INVALID_INPUT",
    });
    expect(summarizeTrace(traceOf([]), 0)).toMatchObject({ outcome: "open", signals: 0, durationMs: 0 });
  });

  test("of a store is put in order once, and again when it has changed", () => {
    const scene = new Scene();
    const root = scene.task("asker", "planner");
    const store = new RecordStore();
    store.append(scene.records);
    const cache = new TraceCache(store);
    const first = cache.trace(traceId);

    expect(cache.trace(traceId)).toBe(first);
    expect(cache.summary(traceId, scene.at + 7)).toMatchObject({ outcome: "open", durationMs: 7 });
    scene.answer(root, "planner");
    store.append(scene.records);
    expect(cache.trace(traceId)).not.toBe(first);
    const summary = cache.summary(traceId, scene.at + 7);
    expect(summary).toMatchObject({ outcome: "answered", signals: 2 });
    expect(cache.summary(traceId, scene.at + 9)).toBe(summary);
    expect(cache.trace("trc_01JFDZ00000000000000000009")).toBeUndefined();
  });

  test("with errors stands before those without, and one that began later before one that began earlier", () => {
    const scene = new Scene();
    const ids = ["1", "2", "3", "4"].map((sign) => `trc_01JFDZ0000000000000000000${sign}`);
    const body = scene.task("asker", "planner").body ?? expect.fail();
    for (const id of ids) scene.say({ source: "asker", traceId: id, body });
    const wrong = { $case: "stop", value: { requestId: "", reason: "" } } as const;
    for (const id of [ids[0], ids[2]])
      scene.say({ source: "asker", traceId: id ?? "", exchange: 4, body: wrong }, { refused: "LATE" });
    const store = new RecordStore();
    store.append(scene.records);

    expect(listTraces(store)).toEqual([ids[2], ids[0], ids[3], ids[1], traceId]);
    expect(listTraces(store, "newest")).toEqual([ids[3], ids[2], ids[1], ids[0], traceId]);
  });
});

describe("100,000 Signals in one trace", () => {
  test.each(["wide", "deep"])("that is %s are put in order and shown without growing a stack", (form) => {
    const scene = new Scene();
    const root = scene.task("asker", "planner");
    const [first] = scene.signals;
    let parentId = root.id;
    const signals = Array.from({ length: 100_000 }, (_, index): ViewSignal => {
      const id = `evt_${index}`;
      const one = { ...(first ?? expect.fail()), id, row: index + 2, parentId, at: scene.at + index };
      if (form === "deep") parentId = id;
      return one;
    });
    const trace = traceOf([first ?? expect.fail(), ...signals]);

    expect(treeRows(trace)).toHaveLength(100_001);
    expect(buildWaterfall(trace, { now: scene.at }).rows).toHaveLength(100_001);
    expect(summarizeTrace(trace, scene.at).signals).toBe(100_001);
    expect(buildSequence(trace, { roster: new Roster() }).steps.length).toBe(100_001);
  });
});

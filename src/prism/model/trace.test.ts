import { describe, expect, test } from "vitest";
import { FinalStatus } from "../../../gen/cosmonapse/v1/task.js";
import {
  buildSequence,
  buildTrace,
  buildWaterfall,
  describeSequence,
  describeTrace,
  describeWaterfall,
  listTraces,
  RecordStore,
  Roster,
  searchFor,
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
    recalled(scene.pass(5), question, "notes");
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

describe("the tree of a trace", () => {
  const scene = new Scene();
  playJob(scene);
  const trace = traceOf(scene.signals);

  test("has each Signal before those below it, and hides what is below a collapsed one", () => {
    const rows = treeRows(trace);
    expect(rows.map(({ depth }) => depth)).toEqual([0, 1, 2, 2, 1, 2, 1, 2, 1, 1]);
    expect(rows[0]).toMatchObject({ placeInSet: 1, setSize: 1, isExpanded: true, below: 9 });
    const shown = treeRows(trace, { collapsed: new Set([rows[1]?.node.id ?? "", rows[4]?.node.id ?? ""]) });
    expect(shown.map(({ depth, isExpanded }) => [depth, isExpanded])).toEqual([
      [0, true],
      [1, false],
      [1, false],
      [1, true],
      [2, undefined],
      [1, undefined],
      [1, undefined],
    ]);
  });

  test("searched shows what was found and what is above it, whatever is collapsed", () => {
    const collapsed = new Set(trace.inOrder.map(({ id }) => id));
    const rows = treeRows(trace, { collapsed, search: searchFor("engram_failed") });
    expect(rows.map(({ node, isMatch }) => [node.signal.type, isMatch])).toEqual([
      [17, false],
      [20, false],
      [24, true],
    ]);
    expect(treeRows(trace, { search: searchFor("How Far") })).toHaveLength(2);
    expect(treeRows(trace, { search: searchFor("nowhere") })).toEqual([]);
  });
});

describe("the waterfall of a trace", () => {
  const scene = new Scene();
  playJob(scene);
  const trace = traceOf(scene.signals);

  test("has requests as bars up to their outcome, and pauses shown short", () => {
    const { rows, axis, totalMs } = buildWaterfall(trace, { now: scene.at });
    expect(totalMs).toBe(10_022);
    expect(rows.map(({ shape, from, to }) => [shape, to - from])).toEqual([
      ["bar", 10_021],
      ["bar", 6],
      ["bar", 10_000],
      ["bar", 6],
      ["point", 0],
    ]);
    expect(axis.breaks).toMatchObject([{ from: trace.from + 10, to: trace.from + 10_010 }]);
    // What is not the pause keeps its share of the axis, and the axis runs one way.
    expect(axis.place(trace.from + 10)).toBeGreaterThan(0.05);
    expect(axis.place(trace.from)).toBe(0);
    expect(axis.place(trace.to)).toBe(1);
    for (const at of [3, 9, 5_000, 10_015]) {
      expect(axis.instant(axis.place(trace.from + at))).toBeCloseTo(trace.from + at, 3);
    }
    expect(rows.map(({ isCritical }) => isCritical)).toEqual([true, true, true, true, false]);
    expect(rows[1]).toMatchObject({ hasFailed: true, isOpen: false });
    const plain = buildWaterfall(trace, { now: scene.at, isCompressed: false });
    expect(plain.axis.breaks).toEqual([]);
    expect(describeWaterfall(buildWaterfall(trace, { now: scene.at }))).toBe(
      "4 requests in 10.0 s. The longest below the top is TASK from planner, 10.0 s. 1 pause shown short.",
    );
  });

  test("has an open bar up to now, and what ran beside the slowest one off the critical path", () => {
    const beside = new Scene();
    const root = beside.task("asker", "planner");
    const slow = beside.pass(1).task("planner", "slow", root);
    const quick = beside.task("planner", "quick", root);
    beside.pass(1).answer(quick, "quick");
    beside.pass(50).answer(slow, "slow");
    const open = buildWaterfall(traceOf(beside.signals), { now: beside.at + 30 });
    expect(open.rows.map(({ isOpen, to }) => [isOpen, to - beside.at])).toEqual([
      [true, 30],
      [false, 0],
      [false, -50],
    ]);
    expect(open.rows.map(({ isCritical }) => isCritical)).toEqual([true, true, false]);
  });
});

describe("the sequence of a trace", () => {
  test("has those who ask, the bus, those who answer and memory as lanes, and a note where Signals are missing", () => {
    const scene = new Scene();
    playJob(scene);
    const roster = new Roster();
    for (const signal of scene.signals) roster.observe(signal);
    const trace = traceOf(scene.signals);
    const gap = {
      kind: "gap",
      row: 7.5,
      at: scene.at,
      namespace: "demo",
      missed: 3n,
      reason: "slow",
      by: "page",
    } as const;
    const sequence = buildSequence(trace, { roster, gaps: [gap, { ...gap, row: 99 }] });

    expect(sequence.lanes.map(({ id, kind }) => [id, kind])).toEqual([
      ["asker", "dendrite"],
      ["synapse", "synapse"],
      ["planner", "neuron"],
      ["ruler", "neuron"],
      ["notes", "engram"],
      ["atlas", "engram"],
    ]);
    const steps = sequence.steps.map((step) => (step.kind === "note" ? "note" : `${step.from} ${step.way} ${step.to}`));
    expect(steps).toEqual([
      "0 request 2",
      "2 request 4",
      "2 request 5",
      "4 reply 2",
      "note",
      "5 reply 2",
      "2 request 3",
      "3 reply 2",
      "2 request 4",
      "4 reply 2",
      "2 reply 0",
      "1 other 0",
    ]);
    expect(describeSequence(sequence)).toMatch(
      /^11 messages between asker \(dendrite\), .*atlas \(engram\); 1 error\.$/,
    );
  });

  test("as Mermaid quotes what strangers say", () => {
    const scene = new Scene();
    const value = { requestId: "", reason: 'a;b\n#x: <img src=x onerror="1"> %%{init}' };
    scene.say({ source: "asker", body: { $case: "stop", value } });
    const text = toMermaid(buildSequence(traceOf(scene.signals), { roster: new Roster() }));

    expect(text.split("\n")).toEqual([
      "sequenceDiagram",
      "  participant P0 as asker (dendrite)",
      "  participant P1 as synapse (synapse)",
      "  P0-)P1: STOP a#59;b #35;x#58; #60;img src=x onerror=#34;1#34;#62; #37;#37;#123;init#125;",
      "",
    ]);
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

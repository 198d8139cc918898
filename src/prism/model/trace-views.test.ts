import { describe, expect, test } from "vitest";
import {
  buildSequence,
  buildTrace,
  buildWaterfall,
  describeSequence,
  describeWaterfall,
  Roster,
  searchFor,
  toMermaid,
  treeRows,
} from "./index.js";
import type { Trace, ViewSignal } from "./index.js";
import { playJob } from "./test-memory.js";
import { Scene, traceId } from "./test-scene.js";

function traceOf(signals: readonly ViewSignal[]): Trace {
  return buildTrace(
    traceId,
    signals.filter((signal) => signal.traceId === traceId),
  );
}

describe("the tree of a trace", () => {
  const scene = new Scene();
  playJob(scene);
  const trace = traceOf(scene.signals);

  test("has each Signal before those below it, and hides what is below a collapsed one", () => {
    const rows = treeRows(trace);
    expect(rows.map(({ depth }) => depth)).toEqual([0, 1, 2, 2, 1, 2, 1, 2, 1, 1]);
    expect(rows[0]).toMatchObject({ placeInSet: 1, setSize: 1, isExpanded: true, node: { below: 9 } });
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

import { describe, expect, test } from "vitest";
import { Exchange, ParticipantRole } from "../../../gen/cosmonapse/v1/options.js";
import {
  describeGraph,
  describeMemoryRow,
  describeMetrics,
  durationText,
  GraphState,
  Histogram,
  MemoryLens,
  MetricsCounter,
} from "./index.js";
import { deregister, imprint, imprinted, playJob, recall, recalled, register } from "./test-memory.js";
import { Scene, traceId } from "./test-scene.js";

describe("the lens on memory", () => {
  test("says of a RECALL who was asked, who answered, what was found, what is missing and how long it took", () => {
    const scene = new Scene();
    playJob(scene);
    const lens = new MemoryLens();
    lens.observe(scene.records);

    expect(lens.length).toBe(2);
    const row = lens.at(0);
    expect(row).toMatchObject({ kind: "recall", asker: "planner", traceId, mode: "MERGE", query: '"distance" top 3' });
    expect(row).toMatchObject({ asked: ["notes", "atlas"], missing: ["atlas"], isPartial: true, hits: 0, tookMs: 6 });
    expect(row?.answers.map(({ engram, tookMs, failure }) => [engram, tookMs, failure])).toEqual([
      ["notes", 2, ""],
      ["atlas", 6, "ENGRAM_FAILED"],
    ]);
    expect(row && describeMemoryRow(row)).toBe(
      'RECALL "distance" top 3: planner asked notes, atlas, 0 hits after 6 ms; nothing from atlas.',
    );
  });

  test("says of one that waits what is missing so far", () => {
    const scene = new Scene();
    const question = recall(scene, scene.task("asker", "planner"), ["notes", "atlas"]);
    const lens = new MemoryLens();
    lens.observe(scene.records);
    expect(lens.row(question.id)).toMatchObject({ missing: ["notes", "atlas"], unanswered: 2, tookMs: undefined });
    const version = lens.version;
    recalled(scene.pass(4), question, ["atlas", 2]);
    lens.observe(scene.records.slice(-1));
    expect(lens.version).toBeGreaterThan(version);
    expect(lens.row(question.id)).toMatchObject({ missing: ["notes"], unanswered: 1, hits: 2, isPartial: false });
  });

  test("says of an IMPRINT the versions before and after, replays and conflicts, and keeps the history of its key", () => {
    const scene = new Scene();
    const root = scene.task("asker", "planner");
    const first = imprint(scene, root, "moon");
    imprinted(scene.pass(3), first, [1n, false]);
    imprinted(scene, imprint(scene, root, "moon"), [2n, false]);
    imprinted(scene, imprint(scene, root, "moon"), [2n, true]);
    scene.fail(imprint(scene, root, "moon"), "notes", "VERSION_CONFLICT");
    imprint(scene, root, "moon");
    const lens = new MemoryLens();
    lens.observe(scene.records);
    const rows = lens.history("notes", "moon");

    expect(rows.map(({ effect, before, after, isReplayed }) => [effect, before, after, isReplayed])).toEqual([
      ["created", undefined, 1n, false],
      ["changed", 1n, 2n, false],
      ["changed", 1n, 2n, true],
      ["unknown", undefined, undefined, false],
    ]);
    expect(rows[3]).toMatchObject({ failure: "VERSION_CONFLICT", current: 7n, op: "UPSERT", key: "moon" });
    expect(lens.at(4)).toMatchObject({ unanswered: 1, effect: "unknown", failure: "" });
    expect(lens.keys()).toEqual([{ engram: "notes", key: "moon", changes: 4 }]);
    const said = rows.map((row) => describeMemoryRow(row));
    expect(said[0]).toBe("IMPRINT UPSERT moon: planner asked notes, created, version 1 after 3 ms.");
    expect(said[2]).toContain("changed, version 1 to version 2 after 0 ms, the same receipt again.");
    expect(said[3]).toContain("VERSION_CONFLICT, version 7 stands there.");
  });

  test("forgets the oldest, and their histories with them", () => {
    const scene = new Scene();
    const root = scene.task("asker", "planner");
    for (const key of ["a", "b", "c"]) imprinted(scene, imprint(scene, root, key), [1n, false]);
    const lens = new MemoryLens({ rowsMax: 2 });
    lens.observe(scene.records);

    expect(lens.length).toBe(2);
    expect(lens.keys().map(({ key }) => key)).toEqual(["b", "c"]);
    expect(lens.history("notes", "a")).toEqual([]);
  });
});

describe("figures", () => {
  test("have rates, quantiles by type and participant with their sample, hits, errors, retries and gaps", () => {
    const scene = new Scene();
    playJob(scene);
    scene.miss(4).miss(undefined);
    const counter = new MetricsCounter();
    counter.observe(scene.records);
    const metrics = counter.read(60_000);

    expect(metrics).toMatchObject({ windowMs: 11_000, signals: 14, retries: 0, inFlight: 0 });
    expect(metrics.perSecond).toBeCloseTo(14 / 11, 6);
    expect(metrics.gaps).toEqual({ count: 2, missing: 4, unsure: 1 });
    expect(metrics.errors).toEqual([{ code: "ENGRAM_FAILED", count: 1 }]);
    expect(metrics.recall).toEqual({ answered: 1, withHits: 0, rate: 0 });
    expect(metrics.types.slice(0, 2).map(({ type, count }) => [type, count])).toEqual([
      ["REGISTER", 4],
      ["TASK", 2],
    ]);
    const rows = metrics.latencies.map(({ type, participant, sample, failed }) => [type, participant, sample, failed]);
    expect(rows.slice(0, 3)).toEqual([
      ["RECALL", "", 2, 1],
      ["TASK", "", 2, 0],
      ["IMPRINT", "", 1, 0],
    ]);
    expect(rows).toContainEqual(["TASK", "ruler", 1, 0]);
    expect(metrics.latencies.find(({ participant }) => participant === "ruler")?.p99).toBeCloseTo(10_000, -3);
    expect(metrics.curve.signals.reduce((sum, count) => sum + count, 0)).toBe(14);
    expect(describeMetrics(metrics)).toMatch(
      /^The last 11\.0 s: 14 Signals, 1\.3 a second, 1 error\. RECALL: 95 % within/,
    );
  });

  test("are of their window alone, and of nothing before it", () => {
    const scene = new Scene();
    playJob(scene);
    scene.pass(120_000).fail(scene.task("asker", "planner"), "planner", "NEURON_FAILED");
    const counter = new MetricsCounter();
    counter.observe(scene.records);

    expect(counter.read(60_000)).toMatchObject({
      windowMs: 60_000,
      signals: 2,
      errors: [{ code: "NEURON_FAILED", count: 1 }],
    });
    expect(counter.read(600_000)).toMatchObject({ signals: 16 });
    scene.pass(3_600_000).task("asker", "planner");
    counter.observe(scene.records.slice(-1));
    expect(counter.read(86_400_000)).toMatchObject({ windowMs: 900_000, signals: 1, inFlight: 1 });
    expect(new MetricsCounter().read(60_000)).toMatchObject({ signals: 0, recall: { rate: undefined }, latencies: [] });
  });

  test("come from quantiles that are right to 5 %", () => {
    const times = new Histogram();
    for (let ms = 1; ms <= 10_000; ms += 1) times.add(ms);
    for (const part of [0.5, 0.95, 0.99]) {
      expect(Math.abs((times.quantile(part) ?? 0) / (part * 10_000) - 1)).toBeLessThan(0.05);
    }
    expect([times.quantile(1), times.max, times.count]).toEqual([times.quantile(1), 10_000, 10_000]);
    expect(new Histogram().quantile(0.5)).toBeUndefined();
  });
});

describe("the live graph", () => {
  test("has the Synapse, then participants by kind, and each request with its replies as one journey", () => {
    const scene = new Scene();
    const begin = scene.at;
    playJob(scene);
    const graph = new GraphState();
    graph.observe(scene.records);

    expect(graph.nodes.map(({ id, kind, inFlight }) => [id, kind, inFlight])).toEqual([
      ["synapse", "synapse", 0],
      ["planner", "neuron", 0],
      ["ruler", "neuron", 0],
      ["notes", "engram", 0],
      ["atlas", "engram", 0],
      ["asker", "dendrite", 0],
    ]);
    const journeys = graph.journeysSince(begin);
    expect(journeys.map(({ from, to, isOver }) => [from, to, isOver])).toEqual([
      ["asker", ["planner"], true],
      ["planner", ["notes", "atlas"], true],
      ["planner", ["ruler"], true],
      ["planner", ["notes"], true],
    ]);
    expect(journeys[1]?.replies.map(({ from, hasFailed }) => [from, hasFailed])).toEqual([
      ["notes", false],
      ["atlas", true],
    ]);
    expect(graph.edges.find(({ id }) => id === "planner atlas")).toMatchObject({ requests: 1, errors: 1 });
    expect(graph.node("planner")).toMatchObject({ role: "demo", capabilities: ["far"], asked: 1, sent: 4 });
    expect(graph.heat("notes", scene.at)).toBeGreaterThan(graph.heat("atlas", scene.at));
    expect(graph.heat("notes", scene.at + 60_000)).toBeLessThan(0.01);
    expect(describeGraph(graph, scene.at)).toMatch(/^Around the Synapse: 1 dendrite, 2 neurons, 2 engrams\. Busiest: /);
  });

  test("counts who works on what, also over second attempts and parts", () => {
    const scene = new Scene();
    const task = scene.task("asker", "planner");
    scene.say({ ...task, body: task.body ?? expect.fail() }, { attempt: 2, asked: ["ruler"] });
    scene.answer(task, "ruler", Exchange.PARTIAL);
    const graph = new GraphState();
    graph.observe(scene.records);
    expect([graph.node("planner")?.inFlight, graph.node("ruler")?.inFlight]).toEqual([1, 1]);
    scene.answer(task, "ruler");
    graph.observe(scene.records.slice(-1));
    expect([graph.node("planner")?.inFlight, graph.node("ruler")?.inFlight]).toEqual([0, 0]);
    expect(graph.journeysSince(0)).toHaveLength(1);
  });

  test("lets fade who left, and then forgets it; who comes back is there again", () => {
    const scene = new Scene();
    register(scene, "ruler", ParticipantRole.NEURON);
    register(scene, "planner", ParticipantRole.NEURON);
    deregister(scene, "ruler");
    deregister(scene, "planner");
    register(scene, "planner", ParticipantRole.NEURON);
    const graph = new GraphState();
    graph.observe(scene.records);

    expect(graph.presence("ruler", scene.at + 10_000)).toBeCloseTo(0.5, 6);
    expect(graph.presence("planner", scene.at + 10_000)).toBe(1);
    const shape = graph.shape;
    graph.sweep(scene.at + 10_000);
    expect([graph.nodes.length, graph.shape]).toEqual([3, shape]);
    graph.sweep(scene.at + 21_000);
    expect(graph.nodes.map(({ id }) => id)).toEqual(["synapse", "planner"]);
    expect(graph.shape).toBeGreaterThan(shape);
  });

  test("is bounded: who was still for the longest time makes room and is counted", () => {
    const scene = new Scene();
    const graph = new GraphState({ nodesMax: 10, journeysMax: 5 });
    for (let index = 0; index < 50; index += 1) scene.pass(1).task("asker", `worker-${index}`);
    graph.observe(scene.records);

    expect(graph.nodes.length).toBe(11);
    expect(graph.hidden).toBe(41);
    expect(graph.journeysSince(0).map(({ to }) => to[0])).toEqual(
      [45, 46, 47, 48, 49].map((index) => `worker-${index}`),
    );
    expect(graph.edges.every(({ to }) => graph.node(to) !== undefined)).toBe(true);
  });
});

describe("durations for people", () => {
  test.each([
    [0, "0 ms"],
    [0.44, "0.4 ms"],
    [12.4, "12 ms"],
    [999.4, "999 ms"],
    [999.9, "1.00 s"],
    [12_340, "12.3 s"],
    [60_000, "1 min"],
    [185_000, "3 min 5 s"],
    [7_200_000, "2 h"],
    [7_440_000, "2 h 4 min"],
    [Number.NaN, "?"],
  ])("of %d ms are %s", (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});

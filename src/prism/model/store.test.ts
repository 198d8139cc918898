import { describe, expect, test } from "vitest";
import { parseFilter, readRecord, writeRecord } from "../../doppler/index.js";
import {
  commandFor,
  describeCounts,
  FilteredRecords,
  fromFeed,
  fromRecording,
  RecordStore,
  toNdjson,
} from "./index.js";
import { playJob } from "./test-memory.js";
import { Scene, traceId } from "./test-scene.js";

/** A scene of so many heartbeats of one. */
function quiet(scene: Scene, count: number): Scene {
  for (let index = 0; index < count; index += 1) {
    scene.pass(1).say({ source: "ruler", traceId: "", body: { $case: "heartbeat", value: { ids: ["ruler"] } } });
  }
  return scene;
}

describe("a store of records", () => {
  test("finds what was seen by its id, its trace and who took part", () => {
    const scene = new Scene();
    playJob(scene);
    const store = new RecordStore();
    store.append(scene.records);

    expect(store.counts).toEqual({ kept: 14, missing: 0, unsure: 0, forgotten: 0, errors: 1, redactions: 0 });
    expect(store.traces.get(traceId)?.records.length).toBe(10);
    expect(store.traces.get(traceId)?.errors).toBe(1);
    expect(
      store.participants
        .get("atlas")
        ?.records.slice()
        .map(({ row }) => row),
    ).toEqual([4, 6, 8]);
    const [last] = scene.signals.slice(-1);
    expect(store.signal(last?.id ?? "")).toMatchObject({ type: 19, traceId, source: "synapse" });
    expect(store.indexOfRow(5)).toBe(4);
    expect(store.failures.slice().map(({ failure }) => failure)).toEqual(["ENGRAM_FAILED"]);
  });

  test("keeps so many and no more: what it forgot is one gap, and the sum is what was emitted", () => {
    const scene = quiet(new Scene(), 40);
    scene.skip(5);
    quiet(scene, 10).miss(3).miss(undefined);
    quiet(scene, 50);
    const store = new RecordStore({ recordsMax: 30 });
    const { records } = scene;
    for (let from = 0; from < records.length; from += 7) store.append(records.slice(from, from + 7));

    const { kept, missing, forgotten, unsure } = store.counts;
    expect([kept, forgotten, unsure]).toEqual([30, 70, 1]);
    // 105 have a number, and three more never had one.
    expect(kept + missing).toBe(105 + 3);
    expect(store.records.length).toBe(30);
    expect(store.forgotten).toMatchObject({ kind: "gap", missed: 78n, by: "page" });
    expect(store.records.at(0)?.row).toBeGreaterThan(store.forgotten?.row ?? Infinity);
    expect(store.participants.get("ruler")).toMatchObject({ isCut: true });
    expect(describeCounts(store.counts)).toBe(
      "30 Signals shown, 0 errors, 78 Signals not shown, and 1 gap of unknown size.",
    );
  });

  test("is bounded in bytes too", () => {
    const store = new RecordStore({ bytesMax: 2_000 });
    store.append(quiet(new Scene(), 500).records);
    const sum = store.records
      .slice()
      .reduce((bytes, record) => bytes + (record.kind === "signal" ? record.bytes.length : 0), 0);

    expect(sum).toBeLessThanOrEqual(2_000);
    expect(store.counts.kept).toBeGreaterThan(10);
    expect(store.counts.kept + store.counts.missing).toBe(500);
  });

  test("declares what nobody told it, and counts nothing twice", () => {
    const scene = quiet(new Scene(), 3).skip(4, true);
    quiet(scene, 2).skip(6);
    quiet(scene, 1);
    const store = new RecordStore();
    store.append(scene.records);
    store.append(scene.records);

    const gaps = store.records.slice().filter((record) => record.kind === "gap");
    expect(store.gaps.slice()).toEqual(gaps);
    expect(gaps.map(({ missed, by }) => [missed, by])).toEqual([
      [4n, "page"],
      [6n, "feed"],
    ]);
    expect(store.counts).toMatchObject({ kept: 6, missing: 10 });
    const rows = store.records.slice().map(({ row }) => row);
    expect(rows).toEqual(rows.toSorted((one, other) => one - other));
    expect(new Set(rows).size).toBe(rows.length);
    expect(store.hasGapAfter(3)).toBe(true);
    expect(store.hasGapAfter(rows.at(-1) ?? 0)).toBe(false);
  });

  test("believes a gap of the feed that stands behind those who are told of first, or before a later message", () => {
    const scene = quiet(new Scene(), 200);
    const told = scene.records.filter(({ row }) => [20, 21, 99].includes(row) || row > 100);
    const [gap] = new Scene().skip(97).records;
    const missing = { ...(gap ?? expect.fail()), row: 100 };
    const [, second, third, ...rest] = told;
    const store = new RecordStore();
    store.append([told[0], second, third, missing].filter((record) => record !== undefined));
    store.append(rest);

    // 100 rows were lost: three of them are shown, and 97 are counted, the one that the gap stands on among them.
    expect(store.counts).toMatchObject({ kept: 103, missing: 97, unsure: 0 });
    expect(store.records.slice().filter(({ kind }) => kind === "gap")).toHaveLength(1);

    const unsure = { ...missing, missed: undefined, by: "watcher" } as const;
    const other = new RecordStore();
    other.append([told[0], unsure].filter((record) => record !== undefined));
    other.append(rest);
    expect(other.counts).toMatchObject({ kept: 101, missing: 0, unsure: 1 });
  });

  test("is the same from a feed and from a recording of it, byte for byte", () => {
    const scene = new Scene();
    playJob(scene);
    scene.miss(2).say({ source: "ruler", traceId: "", body: { $case: "discover", value: {} } }, { refused: "LATE" });
    const lines = [...toNdjson(scene.records)].map((line) => readRecord(JSON.parse(line)));
    const again = lines.map((record, index) => fromRecording(record, index + 1));

    expect([...toNdjson(again)]).toEqual([...toNdjson(scene.records)]);
    expect(again.map(({ kind, row }) => [kind, row])).toEqual(scene.records.map(({ kind, row }) => [kind, row]));
    expect(again.at(-1)).toMatchObject({ failure: "LATE" });
    expect(writeRecord(again[5] ?? again[0] ?? expect.fail())).toMatchObject({
      type: "RECALL",
      asked: ["notes", "atlas"],
    });
  });

  test("shows a Signal that cannot be read as a gap of one", () => {
    const scene = quiet(new Scene(), 1);
    const [first] = scene.feed;
    const value = first?.what?.$case === "seen" ? { ...first.what.value, signal: Uint8Array.of(0xff) } : expect.fail();
    const record = { ...(first ?? expect.fail()), what: { $case: "seen", value } as const };
    const store = new RecordStore();
    store.append([fromFeed(record, "demo") ?? expect.fail()]);

    expect(store.counts).toMatchObject({ kept: 0, missing: 1 });
    expect(store.records.at(0)).toMatchObject({ kind: "gap", missed: 1n });
  });
});

describe("a filter over a store", () => {
  test("hides Signals but no gaps, takes its time, and follows what comes and goes", () => {
    const scene = new Scene();
    playJob(scene);
    quiet(scene, 20).miss(3);
    const store = new RecordStore({ recordsMax: 100 });
    const filtered = new FilteredRecords(store, parseFilter("type:TASK"));
    store.append(scene.records);

    expect(filtered.update(10)).toBe(false);
    expect(filtered.update(100)).toBe(true);
    expect(filtered.signals).toBe(2);
    expect(filtered.rows.slice().map(({ kind }) => kind)).toEqual(["signal", "signal", "gap"]);
    const before = scene.records.length;
    scene.task("asker", "planner");
    quiet(scene, 90);
    store.append(scene.records.slice(before));
    expect(filtered.update()).toBe(true);
    expect(filtered.rows.slice().map(({ kind }) => kind)).toEqual(["gap", "signal"]);
    expect(filtered.signals).toBe(1);
  });

  test("of no terms shows everything", () => {
    const store = new RecordStore();
    store.append(quiet(new Scene(), 3).records);
    const filtered = new FilteredRecords(store, parseFilter(""));

    expect(filtered.update()).toBe(true);
    expect(filtered.rows.length).toBe(3);
    expect(filtered.signals).toBe(3);
  });
});

describe("the command line for a Signal", () => {
  test("names the bus or the recording, and is quoted for a shell", () => {
    const live = { source: "cosmo://127.0.0.1:7070", namespace: "demo", isLive: true };
    expect(commandFor(traceId, live)).toBe(
      `cosmo doppler --url cosmo://127.0.0.1:7070 -n demo --filter trace:${traceId}`,
    );
    const file = { source: "it's $(here).ndjson", namespace: "demo", isLive: false };
    expect(commandFor('type:TASK "a b"', file)).toBe(
      String.raw`cosmo doppler --in 'it'\''s $(here).ndjson' --filter 'type:TASK "a b"'`,
    );
  });
});

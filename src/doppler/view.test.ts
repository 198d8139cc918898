import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ErrorDetail } from "../../gen/cosmonapse/v1/error.js";
import { createErrorDetail } from "../errors/index.js";
import { joinView, makeHarmless, readRecord, readRecordBytes, viewRecord, writeRecord } from "./index.js";
import type { DopplerRecord } from "./index.js";
import { answerRecord, errorRecord, recordOf, taskRecord } from "../testing/records/index.js";

/** Everything that a terminal obeys, or that hides from a reader. */
const harmful = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;
const stem = { at: taskRecord().at, namespace: "demo" };

describe("the short view of a record", () => {
  test("is one aligned line that says who, to whom and what", () => {
    const line = joinView(viewRecord(taskRecord(), { previousAt: taskRecord().at - 12 }));
    const failed = joinView(viewRecord(errorRecord("UNROUTABLE", "nobody is there")));

    expect(line).toMatch(/^03:04:05\.678 +\+12ms 00000000 TASK +asker → \(planner\) +\{"question":"hello world"\}$/);
    expect(failed).toMatch(/ ERROR +planner +UNROUTABLE nobody is there$/);
    expect(failed.indexOf("UNROUTABLE")).toBe(line.indexOf("{"));
  });

  test("says how many Signals are missing, and why", () => {
    const known = { kind: "gap", ...stem, missed: 12n, first: 5n, last: 19n, reason: "slow" } as const;
    const unknown = { kind: "gap", ...stem, missed: undefined, reason: "lost" } as const;

    expect(viewRecord(known).text).toBe("12 Signals not shown (slow), 5 to 19");
    expect(viewRecord(unknown).text).toBe("an unknown number of Signals not shown (lost)");
  });

  test("shows nothing of a payload that a terminal would obey, and fits the width", () => {
    const nasty = fc.string({
      unit: fc.constantFrom("\u001b[2J", "\u009b31m", "\u202e", "\n", "\0", "\ud800", "a", "😀"),
    });
    fc.assert(
      fc.property(nasty, fc.integer({ min: 110, max: 200 }), (text, width) => {
        const detail = createErrorDetail("NEURON_FAILED", text);
        for (const record of [
          errorRecord("NEURON_FAILED", text),
          { ...taskRecord(text.replaceAll("\ud800", "")), refused: detail },
        ]) {
          const line = joinView(viewRecord(record, { width }));
          expect(line).not.toMatch(harmful);
          expect(line.length).toBeLessThanOrEqual(width);
        }
      }),
    );
    expect(makeHarmless("a\u001b[31mb\u009bc\u202ed\ne\ud800f")).toBe("a\ufffd[31mb\ufffdc\ufffdd e\ufffdf");
  });
});

const late = createErrorDetail("LATE", "too late", { available: ["a"], currentVersion: 2n ** 63n });

describe("a recording", () => {
  const records: readonly DopplerRecord[] = [
    taskRecord(),
    answerRecord(7),
    { ...taskRecord(), isSnapshot: true, position: 0n, attempt: 0, asked: [] },
    {
      ...errorRecord("LATE"),
      refused: ErrorDetail.decode(ErrorDetail.encode(late).finish()),
    },
    { kind: "gap", ...stem, missed: 2n ** 60n, first: 1n, last: 2n ** 61n, reason: "slow" },
    { kind: "gap", ...stem, missed: undefined, reason: "lost" },
    { kind: "note", ...stem, about: "lost", text: "gone" },
  ];

  test.each(records)("reads back what it wrote, exactly: %#", (record) => {
    expect(readRecord(JSON.parse(JSON.stringify(writeRecord(record))))).toEqual(record);
  });

  test("keeps the parts of a Signal that this version does not know", () => {
    const { bytes, ...rest } = taskRecord();
    const later = Uint8Array.from([...bytes, 0xc2, 0x3e, 1, 65]);
    const read = readRecord(JSON.parse(JSON.stringify(writeRecord({ ...rest, bytes: later }))));

    expect(read).toMatchObject({ bytes: later, signal: { id: rest.signal.id } });
  });

  test("gives the bytes of a Signal unread, none of what is no Signal", () => {
    const line = writeRecord(taskRecord());
    expect(readRecordBytes(line)).toEqual(taskRecord().bytes);
    expect(readRecordBytes({ ...line, bytes: "AAE=" })).toEqual(Uint8Array.of(0, 1));
    expect(readRecordBytes({ doppler: 1, kind: "note" })).toBeUndefined();
  });

  const line = writeRecord(taskRecord());
  test.each([
    [[], "it is no object"],
    [{ ...line, doppler: 2 }, "its `doppler` is not 1"],
    [{ ...line, kind: "other" }, "its `kind` is none of"],
    [{ ...line, at: "noon" }, "`at` is no time"],
    [{ ...line, number: "1" }, "is no number"],
    [{ ...line, asked: "me" }, "`asked` is no list"],
    [{ ...line, position: "-1" }, "`position` is no whole number"],
    [{ ...line, bytes: "%" }, "`bytes` is no base64"],
    [{ ...line, refused: { bytes: "/w==" } }, "`refused` cannot be read"],
    [{ ...line, kind: "note", text: "x" }, "its `about` is neither"],
  ])("says what is wrong with a line: %#", (value, why) => {
    expect(() => readRecord(value)).toThrow(why);
  });

  test("of a type of a later version keeps its number", () => {
    const base = recordOf({ source: "a", body: { $case: "discover", value: {} } });
    const bytes = Uint8Array.from([...base.bytes.subarray(0, -3), 0xa2, 6, 0]);
    expect(readRecord({ ...writeRecord(base), bytes: Buffer.from(bytes).toString("base64") })).toMatchObject({
      type: 100,
    });
  });
});

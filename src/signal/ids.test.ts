import { describe, expect, test } from "vitest";
import { systemClock } from "../foundation/index.js";
import { createIdSource, isName, isSignalId, isTraceId } from "./index.js";

const ulid = "01JFDZ00000000000000000000";

describe("a source of ids", () => {
  test("makes Signal ids and trace ids that ascend together", () => {
    const ids = createIdSource({ ...systemClock, wallMs: () => 1_469_918_176_385 }, (into) => void into.fill(0));
    expect([ids.signalId(), ids.traceId(), ids.signalId()]).toEqual([
      "evt_01ARYZ6S410000000000000000",
      "trc_01ARYZ6S410000000000000001",
      "evt_01ARYZ6S410000000000000002",
    ]);
  });

  test("makes ids of the form that it recognises", () => {
    const ids = createIdSource();
    expect([isSignalId(ids.signalId()), isTraceId(ids.traceId())]).toEqual([true, true]);
  });
});

describe("the form of an id", () => {
  test.each([
    [`evt_${ulid}`, true],
    [`evt_7ZZZZZZZZZZZZZZZZZZZZZZZZZ`, true],
    [`evt_8ZZZZZZZZZZZZZZZZZZZZZZZZZ`, false],
    [`trc_${ulid}`, false],
    [`evt_${ulid.toLowerCase()}`, false],
    [`evt_${ulid.slice(1)}`, false],
    [`evt_${ulid}0`, false],
    [`evt_${ulid}\n`, false],
    [`evt_0IJFDZ0000000000000000000`, false],
    ["", false],
  ])("is evt_ and a ULID in capitals: %j", (text, expected) => {
    expect(isSignalId(text)).toBe(expected);
    expect(isTraceId(text.replace("evt", "trc"))).toBe(expected || text.startsWith("trc"));
  });

  test.each([
    ["a", true],
    ["Az09_-", true],
    ["x".repeat(64), true],
    ["x".repeat(65), false],
    ["", false],
    ["a b", false],
    ["a.b", false],
    ["é", false],
    ["a\n", false],
  ])("is a name of 1 to 64 plain characters: %j", (text, expected) => {
    expect(isName(text)).toBe(expected);
  });
});

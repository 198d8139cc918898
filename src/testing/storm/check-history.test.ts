import { describe, expect, test } from "vitest";
import { checkHistory } from "./check-history.js";
import type { Answer, Operation, PlainEntry, Wish } from "./history.js";

const upsert = (imprintId: string, parts: Partial<Wish> = {}): Wish => ({
  op: "upsert",
  key: "k",
  imprintId,
  content: { t: "alpha" },
  tags: [],
  ...parts,
});
const append = (imprintId: string): Wish => upsert(imprintId, { op: "append" });
const remove: Wish = { op: "delete", key: "k", imprintId: "d1" };
const recall: Wish = { op: "recall", key: "k" };

const receipt = (version: number, parts: Partial<Answer> = {}): Answer => {
  const answer = { kind: "receipt", id: "e1", version, seq: null, created: version === 1, deleted: false } as const;
  return { ...answer, ...parts } as Answer;
};
const item = (version: number, seq: number): Answer => receipt(version, { id: `e${seq}`, seq, created: true });
const refusal = (code: string, currentVersion: number | null): Answer => ({ kind: "refusal", code, currentVersion });
const entries = (...list: readonly PlainEntry[]): Answer => ({ kind: "entries", entries: list });
const entry = (version: number, parts: Partial<PlainEntry> = {}): PlainEntry => ({
  id: "e1",
  version,
  seq: null,
  contentText: '{"t":"alpha"}',
  tags: [],
  ...parts,
});

/** An operation between two instants; without an answer nobody knows what it did. */
const at = (sentNs: number, receivedNs: number, wish: Wish, answer?: Answer, replayed = false): Operation => ({
  writer: "w1",
  wish,
  sentNs,
  ...(answer === undefined ? {} : { receivedNs, answer, replayed }),
});

describe("a right history", () => {
  test.each<[string, Operation[]]>([
    ["is empty", []],
    [
      "inserts, replaces, deletes and begins again above",
      [
        at(1, 2, upsert("a"), receipt(1)),
        at(3, 4, upsert("b"), receipt(2)),
        at(5, 6, remove, receipt(3, { deleted: true })),
        at(7, 8, { ...remove, imprintId: "d2" }, receipt(3, { id: "" })),
        at(9, 10, upsert("c", { ifVersion: 0 }), receipt(4, { id: "e2", created: true })),
        at(11, 12, recall, entries(entry(4, { id: "e2" }))),
      ],
    ],
    ["has imprints at once in any order", [at(1, 9, upsert("a"), receipt(2)), at(2, 8, upsert("b"), receipt(1))]],
    [
      "sees an imprint that is on its way, or not yet",
      [at(1, 9, upsert("a"), receipt(1)), at(2, 3, recall, entries()), at(4, 5, recall, entries(entry(1)))],
    ],
    [
      "merges a patch and unites tags",
      [
        at(1, 2, upsert("a", { content: { t: "alpha", w1: 1 }, tags: ["y"] }), receipt(1)),
        at(3, 4, upsert("b", { op: "merge", content: { n: 7, w1: null }, tags: ["x"] }), receipt(2)),
        at(5, 6, recall, entries(entry(2, { contentText: '{"n":7,"t":"alpha"}', tags: ["x", "y"] }))),
        at(7, 8, { ...recall, text: "beta" }, entries()),
        at(
          9,
          10,
          { ...recall, text: "y" },
          entries(entry(2, { contentText: '{"n":7,"t":"alpha"}', tags: ["x", "y"] })),
        ),
      ],
    ],
    [
      "refuses by what is there, and says so again",
      [
        at(1, 2, append("a"), item(1, 1)),
        at(3, 4, upsert("b"), refusal("KIND_CONFLICT", null)),
        at(5, 6, upsert("b"), refusal("KIND_CONFLICT", null), true),
        at(7, 8, { ...append("c"), ifVersion: 9 }, refusal("VERSION_CONFLICT", 1)),
        at(9, 10, { ...remove, ifVersion: 1 }, receipt(2, { id: "", deleted: true })),
        at(11, 12, append("e"), item(3, 2)),
      ],
    ],
    ["repeats what was lost", [at(1, 2, upsert("a")), at(3, 4, upsert("a"), receipt(1), true)]],
    [
      "says the same to two who ask at once",
      [at(1, 5, upsert("a"), receipt(1)), at(1, 4, upsert("a"), receipt(1), true)],
    ],
    ["loses an imprint that had no effect", [at(1, 2, upsert("a")), at(3, 4, upsert("b"), receipt(1))]],
  ])("%s", (_, history) => {
    expect(checkHistory(history)).toEqual([]);
  });
});

describe("a wrong history is found", () => {
  test.each<[string, Operation[], string]>([
    [
      "a version twice",
      [at(1, 2, upsert("a"), receipt(1)), at(1, 2, upsert("b"), receipt(1))],
      "version 1 was given twice",
    ],
    ["a version that nobody got", [at(1, 2, upsert("a"), receipt(2))], "version 1 was given to nobody"],
    [
      "an effect nobody was told of",
      [at(1, 2, upsert("a")), at(3, 4, upsert("b"), receipt(2))],
      "version 1 was given to nobody",
    ],
    [
      "an order against time",
      [at(1, 2, upsert("a"), receipt(2)), at(3, 4, upsert("b"), receipt(1))],
      "version 1 was sent after version 2 was acknowledged",
    ],
    [
      "an imprint id with two effects",
      [at(1, 2, upsert("a"), receipt(1)), at(3, 4, upsert("a"), receipt(2))],
      "the imprint a was decided 2 times",
    ],
    [
      "a repeat of what was never decided",
      [at(3, 4, upsert("a"), receipt(1), true)],
      "the imprint a was decided 0 times",
    ],
    [
      "a repeat with another answer",
      [at(1, 2, upsert("a"), receipt(1)), at(3, 4, upsert("a"), receipt(1, { id: "e2" }), true)],
      "the imprint a got two answers",
    ],
    [
      "an id of two entries",
      [at(1, 2, append("a"), item(1, 1)), at(3, 4, append("b"), { ...item(2, 2), id: "e1" } as Answer)],
      "the id e1 was given to two entries",
    ],
    [
      "another id for the same entry",
      [at(1, 2, upsert("a"), receipt(1)), at(3, 4, upsert("b"), receipt(2, { id: "e2" }))],
      "expected",
    ],
    [
      "an insert that replaced",
      [at(1, 2, upsert("a"), receipt(1)), at(3, 4, upsert("b"), receipt(2, { id: "e2", created: true }))],
      "expected",
    ],
    ["a hole in a sequence", [at(1, 2, append("a"), item(1, 1)), at(3, 4, append("b"), item(2, 3))], "expected"],
    [
      "a sequence that begins again",
      [
        at(1, 2, append("a"), item(1, 1)),
        at(3, 4, remove, receipt(2, { id: "", deleted: true })),
        at(5, 6, append("b"), { ...item(3, 1), id: "e9" } as Answer),
      ],
      "expected",
    ],
    [
      "a condition that did not hold",
      [at(1, 2, upsert("a"), receipt(1)), at(3, 4, upsert("b", { ifVersion: 0 }), receipt(2))],
      "VERSION_CONFLICT",
    ],
    [
      "an add to what is there",
      [at(1, 2, upsert("a"), receipt(1)), at(3, 4, upsert("b", { op: "add" }), receipt(2))],
      "ALREADY_EXISTS",
    ],
    [
      "a refusal that nothing explains",
      [at(1, 2, upsert("a", { op: "add" }), refusal("ALREADY_EXISTS", 1))],
      "between versions 0 and 0",
    ],
    [
      "a refusal with an old version",
      [
        at(1, 2, upsert("a"), receipt(1)),
        at(3, 4, upsert("b"), receipt(2)),
        at(5, 6, upsert("c", { ifVersion: 7 }), refusal("VERSION_CONFLICT", 1)),
      ],
      "between versions 2 and 2",
    ],
    [
      "a delete that found nothing of what was there",
      [at(1, 2, upsert("a"), receipt(1)), at(3, 4, remove, receipt(1, { id: "", created: false }))],
      "between versions 1 and 1",
    ],
    [
      "a recall of what was before",
      [
        at(1, 2, upsert("a"), receipt(1)),
        at(3, 4, upsert("b", { content: { t: "beta" } }), receipt(2)),
        at(5, 6, recall, entries(entry(1))),
      ],
      "between versions 2 and 2",
    ],
    [
      "a recall of what was not sent yet",
      [at(1, 2, recall, entries(entry(1))), at(3, 4, upsert("a"), receipt(1))],
      "between versions 0 and 0",
    ],
    [
      "a recall that misses what another saw",
      [at(1, 9, upsert("a"), receipt(1)), at(2, 3, recall, entries(entry(1))), at(4, 5, recall, entries())],
      "between versions 1 and 1",
    ],
    [
      "a lost update in the content",
      [
        at(1, 2, upsert("a", { op: "merge", content: { a: 1 } }), receipt(1)),
        at(3, 4, upsert("b", { op: "merge", content: { b: 1 } }), receipt(2)),
        at(5, 6, recall, entries(entry(2, { contentText: '{"b":1}' }))),
      ],
      "between versions 2 and 2",
    ],
    [
      "a sequence that lacks an item",
      [
        at(1, 2, append("a"), item(1, 1)),
        at(3, 4, append("b"), item(2, 2)),
        at(5, 6, recall, entries(entry(2, { id: "e2", seq: 2 }))),
      ],
      "between versions 2 and 2",
    ],
    [
      "an entry that its words do not find",
      [at(1, 2, upsert("a"), receipt(1)), at(3, 4, { ...recall, text: "alpha" }, entries())],
      "between versions 1 and 1",
    ],
    [
      "a word that finds what no longer has it",
      [
        at(1, 2, upsert("a"), receipt(1)),
        at(3, 4, upsert("b", { content: { t: "beta" } }), receipt(2)),
        at(5, 6, { ...recall, text: "alpha" }, entries(entry(2, { contentText: '{"t":"beta"}' }))),
      ],
      "between versions 2 and 2",
    ],
  ])("%s", (_, history, finding) => {
    expect(checkHistory(history).join("\n")).toContain(finding);
  });

  test("each key for itself", () => {
    const other = at(1, 2, upsert("b", { key: "other" }), receipt(2, { id: "e2", created: true }));
    expect(checkHistory([at(1, 2, upsert("a"), receipt(1)), other])).toEqual(["other: version 1 was given to nobody"]);
  });
});

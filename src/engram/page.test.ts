import fc from "fast-check";
import { expect, test } from "vitest";
import type { StoredEntry } from "./entry.js";
import { compareFound, isAfter, takeFirst, type Found } from "./page.js";

function found(score: number, updatedAtMs: number, id: string): Found {
  const entry: StoredEntry = {
    id,
    mergeKey: undefined,
    contentText: "{}",
    tags: [],
    version: 1n,
    createdAtMs: 0,
    updatedAtMs,
    expiresAtMs: undefined,
    seq: undefined,
    writer: { source: "", traceId: "", imprintId: "" },
  };
  return { entry, score };
}

const hits = fc.array(
  fc
    .tuple(fc.constantFrom(0.25, 0.5, 1), fc.nat(3), fc.constantFrom("a", "b", "c", "\u{1F600}", "\uFFFD"))
    .map(([score, updatedAtMs, id]) => found(score, updatedAtMs, id)),
  { maxLength: 400, size: "max" },
);

test("takeFirst is the beginning of all, sorted", () => {
  fc.assert(
    fc.property(hits, fc.integer({ min: 1, max: 9 }), (all, count) => {
      const rank = ({ entry, score }: Found): unknown[] => [score, entry.updatedAtMs, entry.id];
      const sorted = [...all].sort(compareFound).slice(0, count);
      expect(takeFirst(all, count).map(rank)).toEqual(sorted.map(rank));
    }),
    { numRuns: 1000 },
  );
});

test("isAfter agrees with the order of hits", () => {
  fc.assert(
    fc.property(hits, (all) => {
      const [last, ...others] = all;
      if (last === undefined) return;
      const { score, entry } = last;
      const cursor = { fingerprint: "", asOf: "", score, updatedAtMs: entry.updatedAtMs, id: entry.id };
      for (const other of others) expect(isAfter(other, cursor)).toBe(compareFound(other, last) > 0);
    }),
  );
});

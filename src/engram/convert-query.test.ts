import { describe, expect, test } from "vitest";
import { RecallBody, RecallMode } from "../../gen/cosmonapse/v1/memory.js";
import { CosmoError } from "../errors/index.js";
import type { RecallOptions } from "../neuron/index.js";
import { createRecall } from "../testing/index.js";
import { toRecallBody } from "./convert-query.js";
import { readQuery } from "./query.js";

function codeOf(attempt: () => unknown): string {
  try {
    attempt();
    return "none";
  } catch (thrown) {
    return thrown instanceof CosmoError ? thrown.code : `untyped: ${String(thrown)}`;
  }
}

/** What a caller without types may pass. */
function untyped<T>(value: unknown): T {
  // The whole point: the value is not of this type.
  return value as T;
}

const entryId = "eng_01HZZZZZZZZZZZZZZZZZZZZZZZ";

describe("toRecallBody", () => {
  test("writes every part, so that an Engram reads it", () => {
    const options: RecallOptions = {
      query: {
        text: "Two words",
        textMatch: "any",
        ids: [entryId],
        mergeKey: "k",
        tags: ["b", "a"],
        where: {
          and: [{ path: "/n", op: "gte", value: 2 }, { not: { or: [{ path: "/x", op: "exists", value: true }] } }],
        },
        since: new Date(1000),
        until: new Date(2000),
        topK: 7,
        minScore: 0.5,
      },
    };
    const body = RecallBody.decode(RecallBody.encode(toRecallBody(options, "merge")).finish());

    expect(body.mode).toBe(RecallMode.MERGE);
    expect(readQuery(body)).toMatchObject({
      words: new Set(["two", "words"]),
      matchesAny: true,
      ids: [entryId],
      mergeKey: "k",
      tags: ["a", "b"],
      where: {
        kind: "all",
        conditions: [
          { path: ["n"], value: 2 },
          { kind: "not", condition: { kind: "any" } },
        ],
      },
      sinceMs: 1000,
      untilMs: 2000,
      topK: 7,
      minScore: 0.5,
    });
  });

  test("asks for everything without a query, and for the best hit in the mode first", () => {
    expect(readQuery(toRecallBody({}, "all"))).toMatchObject({ words: undefined, topK: 50, cursor: undefined });
    expect(readQuery(toRecallBody({ query: { topK: 9 } }, "first")).topK).toBe(1);
  });

  test("passes on a cursor that another implementation made", () => {
    expect(toRecallBody({ query: { cursor: "of some other form" } }, "all").query?.cursor).toBe("of some other form");
  });

  const deep = (levels: number): unknown =>
    levels === 1 ? { path: "", op: "exists", value: true } : { not: deep(levels - 1) };
  const circle: { not?: unknown } = {};
  circle.not = circle;
  test.each<[string, unknown]>([
    ["an unknown part", { txt: "a" }],
    ["a text that is no string", { text: 5 }],
    ["a text without words", { text: "?!" }],
    ["an unknown text match", { text: "a", textMatch: "most" }],
    ["ids that are no list", { ids: entryId }],
    ["an id of another form", { ids: ["user-7"] }],
    ["tags that are not all strings", { tags: ["a", 1] }],
    ["a since that is a number", { since: 5 }],
    ["an until that is no valid date", { until: new Date(Number.NaN) }],
    ["a topK of zero", { topK: 0 }],
    ["a topK over 1,000", { topK: 1001 }],
    ["a topK with a fraction", { topK: 1.5 }],
    ["a least score over one", { minScore: 1.01 }],
    ["a least score that is NaN", { minScore: Number.NaN }],
    ["a condition that is null", { where: null }],
    ["a condition without an operator", { where: { path: "/a", value: 1 } }],
    ["an unknown operator", { where: { path: "/a", op: "like", value: "x" } }],
    ["an operator that every object has", { where: { path: "/a", op: "constructor", value: "x" } }],
    ["a condition with two meanings", { where: { and: [], or: [] } }],
    ["a condition with a part too many", { where: { path: "/a", op: "eq", value: 1, flags: "i" } }],
    ["an empty and", { where: { and: [] } }],
    ["an or that is no list", { where: { or: { path: "/a", op: "eq", value: 1 } } }],
    ["a path that is no pointer", { where: { path: "a.b", op: "eq", value: 1 } }],
    ["a path that is no string", { where: { path: 5, op: "eq", value: 1 } }],
    ["a value that is no JSON", { where: { path: "/a", op: "eq", value: undefined } }],
    ["a value of the wrong type", { where: { path: "/a", op: "gt", value: true } }],
    ["17 levels", { where: deep(17) }],
    ["a circle", { where: circle }],
  ])("refuses %s", (_, query) => {
    expect(codeOf(() => toRecallBody({ query: untyped<object>(query) }, "all"))).toBe("INVALID_FILTER");
  });

  test("takes 16 levels, and refuses an unknown mode", () => {
    expect(codeOf(() => toRecallBody({ query: { where: untyped(deep(16)) } }, "all"))).toBe("none");
    expect(codeOf(() => toRecallBody({}, untyped("best")))).toBe("INVALID_ARGUMENT");
    expect(codeOf(() => toRecallBody(untyped({ text: "a" }), "all"))).toBe("INVALID_ARGUMENT");
  });
});

test("readQuery refuses instants out of range", () => {
  for (const nanos of [-1, 1_000_000_000]) {
    expect(codeOf(() => readQuery(createRecall({ since: { seconds: 0n, nanos } })))).toBe("INVALID_FILTER");
  }
  expect(codeOf(() => readQuery(createRecall({ until: { seconds: 2n ** 62n, nanos: 0 } })))).toBe("INVALID_FILTER");
  expect(readQuery(createRecall({ since: { seconds: 1n, nanos: 1 } })).sinceMs).toBe(1001);
});

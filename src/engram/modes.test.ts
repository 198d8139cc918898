import { describe, expect, test } from "vitest";
import type { RecalledBody } from "../../gen/cosmonapse/v1/memory.js";
import { createErrorDetail } from "../errors/index.js";
import type { JsonObject } from "../foundation/index.js";
import { toTimestamp } from "../signal/index.js";
import { combineRecalled, createRecallCollector } from "./modes.js";

interface HitDraft {
  readonly id?: string;
  readonly key?: string;
  readonly content?: JsonObject;
  readonly atMs?: number;
  readonly score?: number;
  readonly seq?: bigint;
  readonly tags?: string[];
}

function recalled(drafts: readonly HitDraft[], cursor = ""): RecalledBody {
  const hits = drafts.map(({ id = "eng_1", key, content = {}, atMs = 0, score = 1, seq, tags = [] }) => ({
    score,
    entry: {
      id,
      mergeKey: key,
      content: { mediaType: "", data: new TextEncoder().encode(JSON.stringify(content)), schema: "" },
      tags,
      version: 1n,
      createdAt: toTimestamp(0),
      updatedAt: toTimestamp(atMs),
      expiresAt: undefined,
      seq,
      provenance: undefined,
    },
  }));
  return { engramId: "", hits, truncated: cursor !== "", cursor };
}

const nothing = recalled([]);
const failure = createErrorDetail("ENGRAM_FAILED", "the disk is gone");
const topK = 50;

describe("first", () => {
  test("gives the best hit of the first that has one, and is decided by it", () => {
    const collector = createRecallCollector("first", ["a", "b", "c"], topK);
    collector.add("a", nothing);
    expect(collector.isDecided()).toBe(false);
    collector.add(
      "b",
      recalled([
        { id: "eng_2", score: 0.4 },
        { id: "eng_3", score: 0.2 },
      ]),
    );
    expect(collector.isDecided()).toBe(true);

    const result = collector.finish();

    expect(result.hits.map(({ id, engramId }) => [id, engramId])).toEqual([["eng_2", "b"]]);
    expect(result).toMatchObject({ partial: false, missing: ["c"], errors: [], truncated: true, cursor: undefined });
  });

  test("keeps the first that has one, also if a better one comes later", () => {
    const collector = createRecallCollector("first", ["a", "b"], topK);
    collector.add("b", recalled([{ id: "eng_low", score: 0.1 }]));
    collector.add("a", recalled([{ id: "eng_high", score: 1 }]));

    expect(collector.finish().hits[0]?.id).toBe("eng_low");
  });

  test("is empty once all have answered empty, and then whole", () => {
    const collector = createRecallCollector("first", ["a", "b"], topK);
    collector.add("a", nothing);
    collector.add("b", nothing);

    expect(collector.isDecided()).toBe(true);
    expect(collector.finish()).toMatchObject({ hits: [], partial: false, missing: [], truncated: false });
  });

  test("is partial only without a winner", () => {
    const failed = combineRecalled(
      "first",
      [
        { engramId: "a", answer: failure },
        { engramId: "b", answer: nothing },
      ],
      { topK },
    );
    const silent = combineRecalled("first", [{ engramId: "a", answer: undefined }], { topK });
    const won = combineRecalled(
      "first",
      [
        { engramId: "a", answer: failure },
        { engramId: "b", answer: recalled([{}]) },
      ],
      { topK },
    );

    expect(failed).toMatchObject({ partial: true, errors: [{ engramId: "a", code: "ENGRAM_FAILED" }], missing: [] });
    expect(silent).toMatchObject({ partial: true, errors: [], missing: ["a"] });
    expect(won).toMatchObject({ partial: false, errors: [{ engramId: "a" }], missing: [] });
  });

  test("goes on after its hit with the cursor of the only Engram, but not past hits that it does not give", () => {
    const one = [{ engramId: "a", answer: recalled([{}], "next") }];
    const two = [{ engramId: "a", answer: recalled([{ id: "eng_1" }, { id: "eng_2" }], "next") }];

    expect(combineRecalled("first", one, { topK })).toMatchObject({ truncated: true, cursor: "next" });
    expect(combineRecalled("first", two, { topK })).toMatchObject({ truncated: true, cursor: undefined });
  });
});

describe("merge", () => {
  test("makes one hit of one key, the newest winning field by field", () => {
    const result = combineRecalled(
      "merge",
      [
        {
          engramId: "a",
          answer: recalled([
            {
              id: "eng_1",
              key: "k",
              atMs: 5,
              score: 0.9,
              tags: ["x"],
              content: { o: { p: 1, q: 1 }, l: [1], only: "a", n: null },
            },
          ]),
        },
        {
          engramId: "b",
          answer: recalled([
            { id: "eng_2", key: "k", atMs: 9, score: 0.3, tags: ["y"], content: { o: { q: 2 }, l: [2], n: null } },
          ]),
        },
      ],
      { topK },
    );

    expect(result.hits).toHaveLength(1);
    expect(result.hits[0]).toMatchObject({
      id: "eng_2",
      engramId: "b",
      updatedAt: new Date(9),
      score: 0.9,
      tags: ["x", "y"],
      sources: ["a", "b"],
      content: { o: { p: 1, q: 2 }, l: [2], only: "a", n: null },
    });
  });

  test("gives a tie to the smaller engram id, whoever answers first", () => {
    const answer = (from: string) => ({ engramId: from, answer: recalled([{ key: "k", content: { from } }]) });

    expect(combineRecalled("merge", [answer("b"), answer("a")], { topK }).hits[0]?.content).toEqual({ from: "a" });
    expect(combineRecalled("merge", [answer("a"), answer("b")], { topK }).hits[0]?.content).toEqual({ from: "a" });
  });

  test("makes one hit of one id without a key, and keeps others apart", () => {
    const answers = [
      { engramId: "a", answer: recalled([{ id: "eng_1" }, { id: "eng_2" }]) },
      { engramId: "b", answer: recalled([{ id: "eng_1", content: { n: 1 } }]) },
    ];

    expect(combineRecalled("merge", answers, { topK }).hits.map(({ id }) => id)).toEqual(["eng_2", "eng_1"]);
  });

  test("keeps the items of a sequence apart", () => {
    const items = recalled([
      { id: "eng_2", key: "k", seq: 2n },
      { id: "eng_1", key: "k", seq: 1n },
    ]);

    expect(combineRecalled("merge", [{ engramId: "a", answer: items }], { topK }).hits).toHaveLength(2);
  });

  test("does not take an id for a key of the same text", () => {
    const answers = [
      { engramId: "a", answer: recalled([{ id: "eng_1" }]) },
      { engramId: "b", answer: recalled([{ id: "eng_9", key: "eng_1" }]) },
    ];

    expect(combineRecalled("merge", answers, { topK }).hits).toHaveLength(2);
  });
});

describe("all", () => {
  test("gives every match with its Engram, by score, time, id and Engram", () => {
    const answers = [
      {
        engramId: "b",
        answer: recalled([
          { id: "eng_1", score: 0.5, atMs: 2 },
          { id: "eng_1", score: 0.5, atMs: 1 },
        ]),
      },
      {
        engramId: "a",
        answer: recalled([
          { id: "eng_9", score: 1 },
          { id: "eng_2", score: 0.5, atMs: 1 },
          { id: "eng_1", score: 0.5, atMs: 1 },
        ]),
      },
    ];

    const { hits } = combineRecalled("all", answers, { topK });

    expect(hits.map(({ id, engramId, updatedAt }) => `${id} ${engramId} ${updatedAt.getTime()}`)).toEqual([
      "eng_9 a 0",
      "eng_1 b 2",
      "eng_2 a 1",
      "eng_1 a 1",
      "eng_1 b 1",
    ]);
  });

  test("is partial when one failed or stayed silent, and says who", () => {
    const answers = [
      { engramId: "a", answer: failure },
      { engramId: "b", answer: undefined },
      { engramId: "c", answer: recalled([{}]) },
    ];

    expect(combineRecalled("all", answers, { topK })).toMatchObject({
      hits: [{ engramId: "c" }],
      partial: true,
      missing: ["b"],
      errors: [{ engramId: "a", code: "ENGRAM_FAILED", message: "the disk is gone" }],
    });
  });

  test("holds topK after combining, and is truncated then", () => {
    const answers = ["a", "b"].map((engramId) => ({ engramId, answer: recalled([{ id: "eng_1" }, { id: "eng_2" }]) }));

    expect(combineRecalled("all", answers, { topK: 3 })).toMatchObject({ truncated: true, partial: false });
    expect(combineRecalled("all", answers, { topK: 3 }).hits).toHaveLength(3);
    expect(combineRecalled("all", answers, { topK: 4 }).truncated).toBe(false);
  });

  test("gives a cursor only of the one Engram that was asked, and only if no hit was cut", () => {
    const page = recalled([{ id: "eng_1" }, { id: "eng_2" }], "next");
    const one = [{ engramId: "a", answer: page }];

    expect(combineRecalled("all", one, { topK })).toMatchObject({ truncated: true, cursor: "next" });
    expect(combineRecalled("all", one, { topK: 1 })).toMatchObject({ truncated: true, cursor: undefined });
    expect(combineRecalled("all", [...one, { engramId: "b", answer: nothing }], { topK }).cursor).toBeUndefined();
  });
});

describe("a collector", () => {
  test("counts the first answer of each that was asked, and nobody else", () => {
    const collector = createRecallCollector("all", ["a"], topK);
    collector.add("stranger", recalled([{ id: "eng_7" }]));
    expect(collector.isDecided()).toBe(false);
    collector.add("a", recalled([{ id: "eng_1" }]));
    collector.add("a", recalled([{ id: "eng_2" }]));

    expect(collector.finish().hits.map(({ id }) => id)).toEqual(["eng_1"]);
  });

  test("is decided when nobody was asked", () => {
    const collector = createRecallCollector("merge", [], topK);

    expect(collector.isDecided()).toBe(true);
    expect(collector.finish()).toMatchObject({ hits: [], partial: false });
  });

  test("takes an answer that breaks the schema for an error of that Engram", () => {
    const broken: RecalledBody = {
      engramId: "a",
      hits: [{ entry: undefined, score: 1 }],
      truncated: false,
      cursor: "",
    };
    const collector = createRecallCollector("all", ["a", "b"], topK);
    collector.add("a", broken);
    collector.add("b", recalled([{}]));

    expect(collector.finish()).toMatchObject({
      partial: true,
      errors: [{ engramId: "a", code: "ENGRAM_FAILED" }],
      hits: [{}],
    });
  });
});

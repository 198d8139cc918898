import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Durability, ImprintBody, ImprintOp, MergeStrategy } from "../../gen/cosmonapse/v1/memory.js";
import { CosmoError } from "../errors/index.js";
import type { ImprintOptions } from "../neuron/index.js";
import { toHits, toImprintBody, toReceipt } from "./convert.js";
import { readImprint } from "./imprint-plan.js";

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

describe("toImprintBody", () => {
  test("lifts tags and id out of the entry and keeps the rest as canonical content", () => {
    const entry = { question: "q", tags: ["b", "a", "b"], id: entryId, answer: 42 };
    const body = toImprintBody({ op: "upsert", entry, ifVersion: 3, ttlMs: 1500, strategy: "deepUnion" }, "i-1");

    expect(new TextDecoder().decode(body.content?.data)).toBe('{"answer":42,"question":"q"}');
    expect(body).toMatchObject({
      op: ImprintOp.UPSERT,
      id: entryId,
      mergeKey: undefined,
      tags: ["a", "b"],
      ifVersion: 3n,
      ttl: { seconds: 1n, nanos: 500_000_000 },
      imprintId: "i-1",
      strategy: MergeStrategy.DEEP_UNION,
    });
  });

  test.each([
    { id: entryId, expected: { id: entryId, tags: [] } },
    { tags: ["b", "a"], expected: { id: "", tags: ["a", "b"] } },
    { id: entryId, tags: [], expected: { id: entryId, tags: [] } },
  ])("takes the entry as it is if id or tags stand beside it: $expected", ({ expected, ...beside }) => {
    const body = toImprintBody({ op: "add", entry: { tags: 7, id: "mine" }, ...beside }, "i-1");

    expect(new TextDecoder().decode(body.content?.data)).toBe('{"id":"mine","tags":7}');
    expect(body).toMatchObject(expected);
  });

  test("leaves the caller's entry as it was", () => {
    const entry = { tags: ["b", "a"], n: 1 };
    toImprintBody({ op: "add", entry }, "i-1");

    expect(entry).toEqual({ tags: ["b", "a"], n: 1 });
  });

  test("deletes by a key without an entry", () => {
    const body = toImprintBody({ op: "delete", mergeKey: "k" }, "i-1");

    expect(readImprint(ImprintBody.decode(ImprintBody.encode(body).finish()), "evt_1")).toMatchObject({
      mergeKey: "k",
    });
  });

  test("advises a merge key for an id of another form", () => {
    expect(() => toImprintBody({ op: "upsert", entry: { id: "user-7" } }, "i-1")).toThrow(
      /\[INVALID_ENTRY\].*mergeKey/,
    );
    expect(codeOf(() => toImprintBody({ op: "upsert", entry: { id: 7 } }, "i-1"))).toBe("INVALID_ENTRY");
  });

  test.each<[string, string, unknown]>([
    ["an option that is spelled wrong", "INVALID_ARGUMENT", { op: "add", entry: {}, mergekey: "k" }],
    ["an unknown op", "INVALID_ARGUMENT", { op: "increment", entry: {} }],
    ["an op that every object has", "INVALID_ARGUMENT", { op: "constructor", entry: {} }],
    ["no entry", "INVALID_ARGUMENT", { op: "add" }],
    ["no address", "INVALID_ARGUMENT", { op: "upsert", entry: {} }],
    ["a key that is no string", "INVALID_ARGUMENT", { op: "add", entry: {}, mergeKey: 5 }],
    ["a negative version", "INVALID_ARGUMENT", { op: "add", entry: {}, mergeKey: "k", ifVersion: -1 }],
    ["a version with a fraction", "INVALID_ARGUMENT", { op: "add", entry: {}, mergeKey: "k", ifVersion: 1.5 }],
    ["a version that is NaN", "INVALID_ARGUMENT", { op: "add", entry: {}, mergeKey: "k", ifVersion: Number.NaN }],
    ["a ttl of zero", "INVALID_ARGUMENT", { op: "add", entry: {}, ttlMs: 0 }],
    ["an infinite ttl", "INVALID_ARGUMENT", { op: "add", entry: {}, ttlMs: Infinity }],
    ["an unknown strategy", "INVALID_ARGUMENT", { op: "merge", entry: {}, mergeKey: "k", strategy: "toString" }],
    ["an entry that is a list", "INVALID_ENTRY", { op: "add", entry: [] }],
    ["an entry that is null", "INVALID_ENTRY", { op: "add", entry: null }],
    ["an entry that is an instance", "INVALID_ENTRY", { op: "add", entry: new Map([["a", 1]]) }],
    ["an instance in an entry", "INVALID_ENTRY", { op: "add", entry: { at: new Date(0) } }],
    ["NaN", "INVALID_ENTRY", { op: "add", entry: { n: Number.NaN } }],
    ["a bigint", "INVALID_ENTRY", { op: "add", entry: { n: 2n ** 53n + 1n } }],
    ["half a surrogate pair", "INVALID_ENTRY", { op: "add", entry: { n: "\uD800" } }],
    ["5 MiB", "INVALID_ENTRY", { op: "add", entry: { n: "x".repeat(5_242_880) } }],
    ["tags that are no list", "INVALID_ENTRY", { op: "add", entry: { tags: "qa" } }],
    ["a tag that is no string", "INVALID_ENTRY", { op: "add", entry: { tags: [1] } }],
    ["an empty tag", "INVALID_ENTRY", { op: "add", entry: { tags: [""] } }],
    ["an empty key", "INVALID_ENTRY", { op: "add", entry: {}, mergeKey: "" }],
    ["a key with U+0000", "INVALID_ENTRY", { op: "add", entry: {}, mergeKey: "a\0" }],
    ["a key with half a surrogate pair", "INVALID_ENTRY", { op: "add", entry: {}, mergeKey: "\uDC00" }],
  ])("refuses %s as %s", (_, code, options) => {
    expect(codeOf(() => toImprintBody(untyped<ImprintOptions>(options), "i-1"))).toBe(code);
  });

  test("says which option was meant", () => {
    const options = untyped<ImprintOptions>({ op: "add", entry: {}, merge_key: "k" });

    expect(() => toImprintBody(options, "i-1")).toThrow("did you mean mergeKey?");
  });

  test.each(["", "with space", "x".repeat(65)])("refuses the imprint id %j", (imprintId) => {
    expect(codeOf(() => toImprintBody({ op: "add", entry: {} }, imprintId))).toBe("INVALID_ARGUMENT");
  });

  test("writes whatever JSON it takes so that an Engram reads the same", () => {
    const keys = fc.string().filter((key) => key !== "tags" && key !== "id" && !key.includes("\0"));
    const entries = fc.dictionary(keys, fc.jsonValue({ stringUnit: "grapheme" }));
    fc.assert(
      fc.property(entries, (entry) => {
        const options = untyped<ImprintOptions>({ op: "add", entry });
        if (codeOf(() => toImprintBody(options, "i-1")) !== "none") return;
        const plan = readImprint(toImprintBody(options, "i-1"), "evt_1");
        expect(plan.content.value).toEqual(JSON.parse(JSON.stringify(entry)));
      }),
    );
  });
});

describe("toHits", () => {
  const entry = {
    id: entryId,
    mergeKey: "k",
    content: { mediaType: "", data: new TextEncoder().encode('{"n":1}'), schema: "" },
    tags: ["a"],
    version: 3n,
    createdAt: { seconds: 1n, nanos: 5_000_000 },
    updatedAt: { seconds: 2n, nanos: 0 },
    expiresAt: { seconds: 3n, nanos: 0 },
    seq: 4n,
    provenance: { source: "w", traceId: "t", imprintId: "i" },
  };

  test("gives content, times and numbers as JavaScript has them", () => {
    const body = { engramId: "ctx", hits: [{ entry, score: 0.5 }], truncated: false, cursor: "" };

    expect(toHits(body)).toEqual([
      {
        engramId: "ctx",
        id: entryId,
        mergeKey: "k",
        content: { n: 1 },
        tags: ["a"],
        version: 3,
        seq: 4,
        createdAt: new Date(1005),
        updatedAt: new Date(2000),
        expiresAt: new Date(3000),
        provenance: { source: "w", traceId: "t", imprintId: "i" },
        score: 0.5,
        sources: ["ctx"],
      },
    ]);
  });

  test.each([
    ["no entry", undefined],
    ["no content", { ...entry, content: undefined }],
    ["no times", { ...entry, updatedAt: undefined }],
    ["content that is no JSON", { ...entry, content: { mediaType: "", data: Uint8Array.of(0xff), schema: "" } }],
    [
      "content that is a list",
      { ...entry, content: { mediaType: "", data: new TextEncoder().encode("[]"), schema: "" } },
    ],
  ])("refuses a hit with %s as a failure of the Engram", (_, broken) => {
    const body = { engramId: "ctx", hits: [{ entry: broken, score: 1 }], truncated: false, cursor: "" };

    expect(codeOf(() => toHits(body))).toBe("ENGRAM_FAILED");
  });
});

test("toReceipt names the durability, and the least for one that it does not know", () => {
  const receipt = {
    engramId: "ctx",
    id: entryId,
    mergeKey: undefined,
    version: 2n,
    seq: 1n,
    created: true,
    deleted: false,
    replayed: false,
    durability: Durability.DISK,
    op: ImprintOp.APPEND,
  };

  expect(toReceipt(receipt)).toEqual({
    engramId: "ctx",
    id: entryId,
    mergeKey: undefined,
    version: 2,
    seq: 1,
    created: true,
    deleted: false,
    replayed: false,
    durability: "disk",
  });
  expect(toReceipt({ ...receipt, durability: Durability.OS }).durability).toBe("os");
  expect(toReceipt({ ...receipt, durability: untyped(9) }).durability).toBe("memory");
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { ComparisonOp, ImprintOp, MergeStrategy, TextMatch } from "../../../gen/cosmonapse/v1/memory.js";
import type { Filter, ImprintBody, Query } from "../../../gen/cosmonapse/v1/memory.js";
import { CosmoError } from "../../errors/index.js";
import { createCall, createImprint, createRecall } from "../../testing/index.js";
import { readCursor, writeCursor } from "../index.js";
import { InMemoryEngram } from "./index.js";

const key = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("", "k", "100%", "a_b", "'", '"', "\\", "\0", "\uD800", "__proto__", "x".repeat(1025)),
);
const entryId = fc.constantFrom("", "mine", "eng_01HZZZZZZZZZZZZZZZZZZZZZZZ", "eng_81HZZZZZZZZZZZZZZZZZZZZZZZ");
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.json().map((text) => new TextEncoder().encode(text)),
  fc
    .dictionary(fc.constantFrom("a", "b", "__proto__"), fc.jsonValue())
    .map((value) => new TextEncoder().encode(JSON.stringify(value))),
);
const whole = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const time = fc.record({
  seconds: fc.oneof(whole, fc.constantFrom(0n, 1n)),
  nanos: fc.oneof(fc.integer(), fc.constant(0)),
});

function numberOf<T extends number>(names: Readonly<Record<string, T>>): fc.Arbitrary<T> {
  // A future peer sends numbers that this version does not name.
  return fc.constantFrom<number>(...Object.values(names), -1, 99) as fc.Arbitrary<T>;
}

const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4 },
    fc.constant({ node: undefined }),
    fc
      .record({ path: fc.constantFrom("", "/a", "/a/0", "a", "/~"), op: numberOf(ComparisonOp), value: bytes })
      .map((value): Filter => ({ node: { $case: "comparison", value } })),
    tie("filter").map((value): Filter => ({ node: { $case: "negation", value } })),
    fc
      .array(tie("filter"), { maxLength: 3 })
      .map((filters): Filter => ({ node: { $case: "all", value: { filters } } })),
    fc
      .array(tie("filter"), { maxLength: 3 })
      .map((filters): Filter => ({ node: { $case: "any", value: { filters } } })),
  ),
}));

const imprint: fc.Arbitrary<Partial<ImprintBody>> = fc.record(
  {
    op: numberOf(ImprintOp),
    id: entryId,
    mergeKey: key,
    content: fc.record({
      mediaType: fc.constantFrom("", "application/json", "text/plain"),
      data: bytes,
      schema: fc.string(),
    }),
    tags: fc.array(key, { maxLength: 3 }),
    ifVersion: fc.bigInt({ min: 0n, max: 3n }),
    ttl: time,
    imprintId: fc.constantFrom("", "one", "two", "not a name"),
    strategy: numberOf(MergeStrategy),
  },
  { requiredKeys: ["op"] },
);

const query: fc.Arbitrary<Partial<Query>> = fc.record(
  {
    text: key,
    textMatch: numberOf(TextMatch),
    ids: fc.array(entryId, { maxLength: 2 }),
    mergeKey: key,
    tags: fc.array(key, { maxLength: 2 }),
    where: filter,
    since: time,
    until: time,
    topK: fc.nat(2000),
    minScore: fc.double(),
    cursor: fc.oneof(fc.string(), fc.base64String(), fc.constant("")),
  },
  { requiredKeys: [] },
);

test("InMemoryEngram answers whatever a peer can send with a result or a typed error", async () => {
  await using engram = new InMemoryEngram({ engramId: "ctx", engramKind: "context" });
  await engram.open("vectors");
  let sent = 0;
  const check = async (attempt: Promise<unknown>): Promise<void> => {
    const thrown = await attempt.then(
      () => undefined,
      (error: unknown) => error,
    );
    if (thrown !== undefined) expect(thrown).toBeInstanceOf(CosmoError);
    if (thrown instanceof CosmoError) expect(thrown.code).not.toBe("INTERNAL");
  };
  await fc.assert(
    fc.asyncProperty(imprint, query, async (body, parts) => {
      sent += 1;
      await check(engram.imprint(createImprint("ADD", "{}", body), createCall({ signalId: `evt_${sent}` })));
      await check(engram.recall(createRecall(parts), createCall()));
    }),
    { numRuns: 2000 },
  );
});

test("readCursor takes what writeCursor wrote, and refuses all else as INVALID_CURSOR", () => {
  const cursor = {
    fingerprint: "f".repeat(64),
    asOf: "17",
    score: 0.1,
    updatedAtMs: 5,
    id: "eng_01HZZZZZZZZZZZZZZZZZZZZZZZ",
  };
  expect(readCursor(writeCursor(cursor))).toEqual(cursor);
  const parts = fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.double(), fc.constant(null)), { maxLength: 6 });
  const forged = parts.map((list) => Buffer.from(JSON.stringify(list)).toString("base64url"));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), forged), (text) => {
      expect(() => readCursor(text)).toThrow("[INVALID_CURSOR]");
    }),
    { numRuns: 2000 },
  );
  const beyondLatin = Buffer.from('["\\u0100","1",1,1,"eng_01HZZZZZZZZZZZZZZZZZZZZZZZ"]').toString("base64url");
  expect(() => readCursor(beyondLatin)).toThrow("[INVALID_CURSOR]");
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, inject, test } from "vitest";
import { ComparisonOp, type Filter } from "../../../gen/cosmonapse/v1/memory.js";
import { evaluateWhere, readFilter, type Engram } from "../../engram/index.js";
import { InMemoryEngram } from "../../engram/memory/index.js";
import { PostgresEngram } from "../../engram/postgres/index.js";
import { SqliteEngram } from "../../engram/sqlite/index.js";
import type { Json } from "../../foundation/index.js";
import { createCall, createImprint, createRecall } from "./fixtures.js";

const timeout = 300_000;
const times = process.env["COSMO_LONG"] === "1" ? 5 : 1;
const dsn = inject("postgresDsn");
const folder = mkdtempSync(join(tmpdir(), "cosmonapse-filters-"));
const options = { engramId: "ctx", engramKind: "context" };
const schema = `filters_${process.pid}`;
const backends: Readonly<Record<string, () => Engram>> = {
  memory: () => new InMemoryEngram(options),
  SQLite: () => new SqliteEngram({ ...options, path: join(folder, "engram.db") }),
  PostgreSQL: () => new PostgresEngram({ ...options, dsn, schema }),
};
afterAll(() => rmSync(folder, { recursive: true }));

const text = fc.constantFrom(
  "",
  "a",
  "A",
  "ab",
  "b",
  "a%",
  "a_",
  "'",
  '"',
  "\\",
  "é",
  "e\u0301",
  "日本",
  "😀",
  "\uffee",
  "null",
);
const number = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 0.1 + 0.2, 1e21, 1e-7, 2 ** 53 - 1, -1.5, Number.MIN_VALUE, Number.MAX_VALUE),
  fc.integer({ min: -3, max: 3 }),
);
const scalar: fc.Arbitrary<Json> = fc.oneof(text, number, fc.boolean(), fc.constant(null));
const name = fc.constantFrom("a", "b", "0", "", "~", "/", "a%");
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(name, tie("value"), { maxKeys: 3 }),
  ),
}));
const content = fc.dictionary(name, value, { maxKeys: 4 });

const path = fc
  .array(name, { maxLength: 3 })
  .map((parts) => parts.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join(""));
const { EQ, NE, GT, GTE, LT, LTE, IN, NIN, EXISTS, PREFIX, CONTAINS } = ComparisonOp;
const operation: fc.Arbitrary<readonly [ComparisonOp, Json]> = fc.oneof(
  fc.tuple(fc.constantFrom(EQ, NE, CONTAINS), value),
  fc.tuple(fc.constantFrom(GT, GTE, LT, LTE), fc.oneof(text, number)),
  fc.tuple(fc.constantFrom(IN, NIN), fc.array(value, { maxLength: 3 })),
  fc.tuple(fc.constant(EXISTS), fc.boolean()),
  fc.tuple(fc.constant(PREFIX), text),
);
const comparison = fc.tuple(path, operation).map(([at, [op, operand]]): Filter => {
  const bytes = new TextEncoder().encode(JSON.stringify(operand));
  return { node: { $case: "comparison", value: { path: at, op, value: bytes } } };
});
const { filter } = fc.letrec<{ filter: Filter }>((tie) => {
  const members = fc.array(tie("filter"), { minLength: 1, maxLength: 3 });
  return {
    filter: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      comparison,
      tie("filter").map((negated): Filter => ({ node: { $case: "negation", value: negated } })),
      members.map((filters): Filter => ({ node: { $case: "all", value: { filters } } })),
      members.map((filters): Filter => ({ node: { $case: "any", value: { filters } } })),
    ),
  };
});

beforeEach(({ task, skip }) => {
  if (dsn === "" && task.name.includes("PostgreSQL")) skip(inject("postgresMissing"));
});

describe("A recall finds exactly what the reference evaluator holds for", { timeout }, () => {
  test.each(Object.entries(backends))("on %s", async (_, open) => {
    await using engram = open();
    let namespaces = 0;
    const property = fc.asyncProperty(
      fc.array(content, { minLength: 4, maxLength: 12 }),
      fc.array(filter, { minLength: 4, maxLength: 8 }),
      async (contents, filters) => {
        const namespace = `filters-${(namespaces += 1)}`;
        await engram.open(namespace);
        const put = (one: Json, index: number) => {
          const body = createImprint("ADD", JSON.stringify(one), { mergeKey: `${index}` });
          return engram.imprint(body, createCall({ namespace, signalId: `put-${index}` }));
        };
        await Promise.all(contents.map(put));
        for (const where of filters) {
          const condition = readFilter(where);
          const wanted = contents.flatMap((one, index) => (evaluateWhere(condition, one) ? [`${index}`] : []));
          const { hits } = await engram.recall(createRecall({ where }), createCall({ namespace }));
          expect(hits.map(({ entry }) => entry?.mergeKey ?? "").sort()).toEqual(wanted.sort());
        }
      },
    );
    await fc.assert(property, { numRuns: times * 200 });
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Durability, TextMatch } from "../../../gen/cosmonapse/v1/memory.js";
import { createImprint, createRecall } from "../../testing/index.js";
import { indexQuery, readImprint, readQuery, searchStatement, type BatchStamp, type ImprintRequest } from "../index.js";
import { openDatabase, toEngramFailed } from "./database.js";
import { ImprintStore } from "./imprint-store.js";
import { digest } from "./index-store.js";
import { dialect, RecallStore } from "./recall-store.js";
import { migrate } from "./schema.js";
import { Statements } from "./statements.js";

const folder = mkdtempSync(join(tmpdir(), "cosmonapse-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true }));

const stamp: BatchStamp = { nowMs: 1, engramId: "ctx", durability: Durability.DISK, digest };

function open(name: string): { database: Database; sql: Statements; imprints: ImprintStore } {
  const database = openDatabase(join(folder, name));
  migrate(database, "store");
  const sql = new Statements(database);
  sql.run("INSERT INTO space (namespace, engram_id) VALUES ('a', 'ctx')");
  return { database, sql, imprints: new ImprintStore(database, sql) };
}

function request(n: number, text: string): ImprintRequest {
  const body = createImprint("UPSERT", JSON.stringify({ text, n }), {
    mergeKey: `k${n}`,
    tags: n % 1_000 ? [] : ["rare"],
  });
  const id = `eng_${String(n).padStart(26, "0")}`;
  return { plan: readImprint(body, `i${n}`), entryId: id, source: "s", traceId: "t" };
}

describe("100,000 entries", { timeout: 120_000 }, () => {
  const { database, sql, imprints } = open("many.db");
  afterAll(() => database.close());

  beforeAll(() => {
    for (let n = 0; n < 100_000; n += 1_000) {
      const requests = Array.from({ length: 1_000 }, (_, index) =>
        request(n + index, `common w${(n + index) % 5_000} x${(n + index) % 77}`),
      );
      imprints.imprint(1, requests, stamp);
    }
  }, 120_000);

  /** How SQLite goes about a query: each table with the index that leads to it. */
  function planOf(parts: Parameters<typeof createRecall>[0], rareTag?: string): readonly string[] {
    const plan = readQuery(createRecall(parts));
    const words = plan.words && indexQuery(plan.words, digest);
    const scope = { space: 1, nowMs: 1, asOf: undefined, words, rareTag, after: undefined, limit: 51 };
    const { text, values } = searchStatement(plan, scope, dialect);
    expect(text).not.toMatch(/\bLIKE\b|\bGLOB\b/i);
    const rows = database
      .prepare<[Record<string, unknown>], { detail: string }>(`EXPLAIN QUERY PLAN ${text}`)
      .all(Object.fromEntries(values.map((value, index) => [index + 1, value])));
    return rows.map(({ detail }) => detail);
  }

  test.each([
    ["one word", { text: "w4711" }, /SEARCH w USING PRIMARY KEY \(space=\? AND bucket=\? AND word=\?\)/],
    ["all words", { text: "common w4711" }, /SEARCH c USING PRIMARY KEY \(space=\? AND bucket=\? AND word=\?\)/],
    [
      "any word",
      { text: "x1 w4711", textMatch: TextMatch.ANY },
      /SEARCH w USING PRIMARY KEY \(space=\? AND bucket=\? AND word=\?\)/,
    ],
    ["a key", { mergeKey: "k5" }, /SEARCH e USING INDEX \S+ \(space=\? AND merge_key=\?\)/],
    ["ids", { ids: [`eng_${"0".repeat(26)}`] }, /SEARCH e USING INDEX \S+ \(space=\? AND id=\?\)/],
    ["nothing", {}, /SEARCH e USING INDEX entry_order \(space=\?\)/],
  ])("are never gone through for %s", (_, query, step) => {
    const steps = planOf(query);
    expect(steps).toContainEqual(expect.stringMatching(step));
    // Buckets are counted through, entries and words are not.
    expect(steps.filter((one) => /^SCAN (?!b|h|f|l|\(|CONSTANT)/.test(one))).toEqual([]);
  });

  test("are found by a rare tag", () => {
    const steps = planOf({ tags: ["rare"] }, "rare");
    expect(steps).toContainEqual(expect.stringMatching(/SEARCH t USING PRIMARY KEY \(space=\? AND tag=\?\)/));
    expect(steps.filter((one) => /^SCAN [et]/.test(one))).toEqual([]);
  });

  test("give the same hits as looking at all of them", () => {
    const recalls = new RecallStore(sql);
    const search = { space: 1, nowMs: 1, asOf: undefined, pageBytes: 4_194_304 };
    for (const text of ["common w4711", "w4711", "x1 common"]) {
      const { found } = recalls.search({ ...search, plan: readQuery(createRecall({ text, topK: 1_000 })) });
      const words = text.split(" ");
      const wanted = Array.from({ length: 100_000 }, (_, n) => n)
        .filter((n) => words.every((word) => ["common", `w${n % 5_000}`, `x${n % 77}`].includes(word)))
        .reverse()
        .slice(0, 1_000);
      expect(found.slice(0, 1_000).map(({ entry }) => Number(entry.mergeKey?.slice(1)))).toEqual(wanted);
      expect(new Set(found.map(({ score }) => score))).toEqual(new Set([words.length / 3]));
    }
  });
});

describe("a transaction that fails", () => {
  test("on a full disk stores nothing, says so, and goes on when there is room", () => {
    const { database, sql, imprints } = open("full.db");
    imprints.imprint(1, [request(1, "first")], stamp);
    const pages = Number(database.pragma("page_count", { simple: true }));
    database.pragma(`max_page_count = ${pages + 20}`);
    const many = [request(2, "small"), request(3, "x".repeat(900_000))];
    let message = "";
    try {
      imprints.imprint(1, many, stamp);
    } catch (thrown) {
      message = toEngramFailed(thrown, "FILE").message;
    }
    expect(message).toBe("[ENGRAM_FAILED] FILE: the disk is full; make room and try again (SQLITE_FULL)");
    const counts = "SELECT (SELECT count(*) FROM entry) AS entries, (SELECT count(*) FROM told) AS told";
    expect(sql.get(counts)).toEqual({ entries: 1, told: 1 });
    database.pragma("max_page_count = 1073741823");
    expect(imprints.imprint(1, many, stamp)).toHaveLength(2);
    database.close();
  });

  test("on a file that may not be written says so", () => {
    const { database, imprints } = open("readonly.db");
    database.pragma("query_only = ON");
    let message = "";
    try {
      imprints.imprint(1, [request(1, "first")], stamp);
    } catch (thrown) {
      message = toEngramFailed(thrown, "FILE").message;
    }
    expect(message).toContain("[ENGRAM_FAILED] FILE: it cannot be written");
    database.close();
  });
});

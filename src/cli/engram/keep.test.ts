import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InMemoryEngram } from "../../engram/memory/index.js";
import { SqliteEngram } from "../../engram/sqlite/index.js";
import type { JsonObject } from "../../foundation/index.js";
import type { ImprintOptions } from "../../neuron/index.js";
import { EngramBus, type CosmoRun, parsed } from "../../testing/console/index.js";

const engramKind = "context";
let folder: string;
let file: string;
let bus: EngramBus;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "cosmonapse-cli-"));
  file = join(folder, "out.ndjson");
  bus = await EngramBus.start(
    new InMemoryEngram({ engramId: "from", engramKind }),
    new SqliteEngram({ engramId: "file", engramKind, path: join(folder, "a.db") }),
    new InMemoryEngram({ engramId: "to", engramKind }),
  );
});
afterEach(async () => {
  await bus[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const imprint = (engramId: string, options: ImprintOptions) => bus.dendrite.imprint({ directedId: engramId }, options);
const exportFrom = (engramId: string, ...argv: readonly string[]): Promise<CosmoRun> =>
  bus.run(["engram", "export", "--engram", engramId, "--out", file, ...argv]);
const importTo = (engramId: string, ...argv: readonly string[]): Promise<CosmoRun> =>
  bus.run(["engram", "import", "--engram", engramId, "--in", file, "-o", "json", ...argv]);
const countsOf = ({ stdout }: CosmoRun): unknown => {
  const { added, unchanged, conflicts, expired, broken } = parsed<Record<string, number>>(stdout);
  return { added, unchanged, conflicts, expired, broken };
};
const none = { added: 0, unchanged: 0, conflicts: 0, expired: 0, broken: 0 };

/** What an Engram holds, as far as it may be carried to another one. */
async function heldBy(engramId: string): Promise<unknown> {
  const { hits } = await bus.dendrite.recall({ directedId: engramId }, { mode: "all", query: { topK: 1_000 } });
  const records = hits.filter(({ seq }) => seq === undefined);
  const items = hits.filter(({ seq }) => seq !== undefined).sort((left, right) => (left.seq ?? 0) - (right.seq ?? 0));
  const byKey = new Map<string, unknown[]>();
  for (const { mergeKey = "", content, tags } of items) {
    byKey.set(mergeKey, [...(byKey.get(mergeKey) ?? []), { content, tags }]);
  }
  return {
    records: new Map(records.map(({ id, mergeKey, content, tags }) => [id, { mergeKey, content, tags }])),
    items: byKey,
  };
}

describe("cosmo engram export", () => {
  test("writes a header, a line for each entry with all that is known of it, and their number", async () => {
    const { receipt } = await imprint("from", {
      op: "add",
      mergeKey: "k",
      entry: { a: 1, tags: ["t"] },
      ttlMs: 60_000,
    });
    await imprint("from", { op: "append", mergeKey: "log", entry: { n: 1 }, imprintId: "mine" });
    const { exit, stdout, stderr } = await exportFrom("from", "-o", "json");
    expect([exit, stderr]).toEqual([0, ""]);
    const facts = { engram_id: "from", namespace: "demo", file, entries: 2, changed_meanwhile: 0 };
    expect(JSON.parse(stdout)).toEqual(facts);
    const [header, item, record, end, ...more] = readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => parsed<Readonly<Record<string, string>>>(line));
    expect(more).toEqual([]);
    expect(header).toMatchObject({
      format: "cosmonapse.engram",
      format_version: 1,
      engram_id: "from",
      namespace: "demo",
    });
    expect(item).toMatchObject({ merge_key: "log", seq: 1, provenance: { source: "host", imprint_id: "mine" } });
    expect(record).toEqual({
      id: receipt?.id,
      merge_key: "k",
      content: { a: 1 },
      tags: ["t"],
      version: 1,
      created_at: expect.any(String),
      updated_at: record?.["created_at"],
      expires_at: new Date(Date.parse(record?.["created_at"] ?? "") + 60_000).toISOString(),
      provenance: {
        source: "host",
        trace_id: expect.stringMatching(/^trc_/),
        imprint_id: expect.stringMatching(/^evt_/),
      },
    });
    expect(end).toEqual({ end: true, entries: 2 });
    expect(readdirSync(folder).filter((name) => name.startsWith("out"))).toEqual(["out.ndjson"]);
  });

  test("writes many pages, to stdout too", async () => {
    await Promise.all(Array.from({ length: 450 }, (_, n) => imprint("from", { op: "add", entry: { n } })));
    const { exit, stdout, stderr } = await bus.run(["engram", "export", "--engram", "from", "--out", "-"]);
    expect([exit, stderr]).toEqual([0, "cosmo: exported 450 entries of from to stdout\n"]);
    const numbers = stdout
      .trimEnd()
      .split("\n")
      .slice(1, -1)
      .map((line) => parsed<{ content: { n: number } }>(line).content.n);
    expect(new Set(numbers).size).toBe(450);
  });

  test("leaves no file if it fails, and keeps the one that was there", async () => {
    writeFileSync(file, "before");
    const { exit } = await exportFrom("nobody");
    expect([exit, readFileSync(file, "utf8"), readdirSync(folder).sort()]).toEqual([
      5,
      "before",
      ["a.db", "a.db-shm", "a.db-wal", "out.ndjson"],
    ]);
    const { exit: unwritable, stderr } = await bus.run([
      "engram",
      "export",
      "--engram",
      "from",
      "--out",
      "/proc/nope/x",
    ]);
    expect([unwritable, stderr]).toEqual([1, expect.stringMatching(/--out: .*\/proc\/nope\/x/)]);
  });
});

describe("cosmo engram import", () => {
  test("brings the same entries from memory to a file and back to memory, whatever their content", async () => {
    const text = fc.string({ unit: "grapheme", maxLength: 12 }).filter((it) => it !== "");
    const value = fc
      .jsonValue({ maxDepth: 3, stringUnit: "grapheme" })
      .filter((it) => !JSON.stringify(it).includes("\\u0000") && !/\\ud[89a-f]/.test(JSON.stringify(it)));
    const entry = fc.record(
      {
        content: fc.dictionary(fc.constantFrom("a", "id", "tags", "é", "😀"), value, { maxKeys: 3 }),
        tags: fc.uniqueArray(
          text.filter((it) => !it.includes("\0")),
          { maxLength: 3 },
        ),
        key: fc.option(fc.constantFrom("k1", "k2", "log1", "log2"), { nil: undefined }),
      },
      { noNullPrototype: true },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { minLength: 12, maxLength: 30 }), async (entries) => {
        await using own = await EngramBus.start(
          new InMemoryEngram({ engramId: "from", engramKind }),
          new SqliteEngram({ engramId: "file", engramKind, path: join(mkdtempSync(join(folder, "p-")), "a.db") }),
          new InMemoryEngram({ engramId: "to", engramKind }),
        );
        const outer = bus;
        bus = own;
        try {
          for (const { content, tags, key } of entries) {
            const op = key === undefined ? "add" : key.startsWith("log") ? "append" : "upsert";
            // What fast-check calls a JSON value is one.
            const options = {
              op,
              entry: content as JsonObject,
              tags,
              ...(key === undefined ? {} : { mergeKey: key }),
            } as const;
            await imprint("from", options);
          }
          const before = await heldBy("from");
          for (const [from, to] of [
            ["from", "file"],
            ["file", "to"],
          ] as const) {
            expect((await exportFrom(from)).exit).toBe(0);
            expect((await importTo(to)).exit).toBe(0);
            const last = readFileSync(file, "utf8").trimEnd().split("\n").at(-1) ?? "";
            const count = parsed<{ entries: number }>(last).entries;
            expect(countsOf(await importTo(to))).toEqual({ ...none, unchanged: count });
            expect(await heldBy(to)).toEqual(before);
          }
        } finally {
          bus = outer;
        }
      }),
      { numRuns: 6 },
    );
  }, 60_000);

  test("says with --dry-run what it would do, and does nothing", async () => {
    await imprint("from", { op: "add", mergeKey: "k", entry: { a: 1 } });
    await imprint("from", { op: "append", mergeKey: "log", entry: { a: 1 } });
    await exportFrom("from");
    expect(countsOf(await importTo("to", "--dry-run"))).toEqual({ ...none, added: 2 });
    expect(await heldBy("to")).toEqual({ records: new Map(), items: new Map() });
    const { stdout } = await bus.run(["engram", "import", "--engram", "to", "--in", file, "--dry-run"]);
    expect(stdout).toBe(`2 entries of ${file} to to: 2 would be added, 0 unchanged\n`);
  });

  test("brings back what was deleted since the last import, and nothing else", async () => {
    await imprint("from", { op: "add", mergeKey: "k", entry: { a: 1 } });
    await imprint("from", { op: "append", mergeKey: "log", entry: { a: 1 } });
    await imprint("from", { op: "append", mergeKey: "log", entry: { a: 2 } });
    await exportFrom("from");
    for (let round = 0; round < 3; round += 1) {
      expect(countsOf(await importTo("to"))).toEqual({ ...none, added: 3 });
      expect(countsOf(await importTo("to"))).toEqual({ ...none, unchanged: 3 });
      await imprint("to", { op: "delete", mergeKey: "k" });
      await imprint("to", { op: "delete", mergeKey: "log" });
    }
  });

  test("goes on with a sequence of which the beginning is there", async () => {
    for (const n of [1, 2]) await imprint("from", { op: "append", mergeKey: "log", entry: { n } });
    await exportFrom("from");
    await importTo("to");
    for (const n of [3, 4]) await imprint("from", { op: "append", mergeKey: "log", entry: { n } });
    await exportFrom("from");
    expect(countsOf(await importTo("to"))).toEqual({ ...none, added: 2, unchanged: 2 });
    const { hits } = await bus.dendrite.recall({ directedId: "to" }, { mode: "all" });
    expect(hits.map(({ seq, content }) => [seq, content["n"]])).toEqual([
      [4, 4],
      [3, 3],
      [2, 2],
      [1, 1],
    ]);
  });

  test("keeps what is there and ends with 7 on conflicts, each with its line", async () => {
    await imprint("from", { op: "append", mergeKey: "log", entry: { a: 1 } });
    await imprint("from", { op: "append", mergeKey: "was-record", entry: { a: 1 } });
    await imprint("from", { op: "add", mergeKey: "k", entry: { a: 1 } });
    await imprint("from", { op: "add", mergeKey: "same", entry: { a: 1 } });
    await imprint("from", { op: "add", mergeKey: "was-sequence", entry: { a: 1 } });
    await exportFrom("from");
    await imprint("to", { op: "append", mergeKey: "log", entry: { a: "else" } });
    await imprint("to", { op: "add", mergeKey: "was-record", entry: { a: 1 } });
    await imprint("to", { op: "add", mergeKey: "k", entry: { a: "else" } });
    await imprint("to", { op: "add", mergeKey: "same", entry: { a: 1 } });
    await imprint("to", { op: "append", mergeKey: "was-sequence", entry: { a: 1 } });
    const before = await heldBy("to");
    for (const argv of [["--dry-run"], [], []]) {
      const run = await importTo("to", ...argv);
      expect([run.exit, countsOf(run)]).toEqual([7, { ...none, unchanged: 1, conflicts: 4 }]);
      expect(run.stderr.trimEnd().split("\n").sort()).toEqual([
        `cosmo: conflict at ${file}:2: "was-sequence" holds something else, version 1`,
        `cosmo: conflict at ${file}:4: "k" holds something else, version 1`,
        `cosmo: conflict at ${file}:5: "was-record" holds something else from version 1 on`,
        `cosmo: conflict at ${file}:6: "log" holds something else from version 1 on`,
      ]);
    }
    expect(await heldBy("to")).toEqual(before);
  });

  test("keeps the time that entries have left, and leaves out those that have none", async () => {
    await imprint("from", { op: "add", mergeKey: "k", entry: {}, ttlMs: 3_600_000 });
    await exportFrom("from");
    expect(countsOf(await importTo("to"))).toEqual({ ...none, added: 1 });
    expect(countsOf(await importTo("to"))).toEqual({ ...none, unchanged: 1 });
    const { hits } = await bus.dendrite.recall({ directedId: "to" }, { mode: "all" });
    const left = (hits[0]?.expiresAt?.getTime() ?? 0) - Date.now();
    expect([left > 3_500_000, left <= 3_600_100]).toEqual([true, true]);
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace(/"expires_at":"[^"]*"/, '"expires_at":"2020-01-01T00:00:00.000Z"'),
    );
    expect(countsOf(await importTo("file"))).toEqual({ ...none, expired: 1 });
  });
});

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import type { RecallBody, RecalledBody } from "../../../gen/cosmonapse/v1/memory.js";
import type { Engram, EngramCall } from "../../engram/index.js";
import { InMemoryEngram } from "../../engram/memory/index.js";
import { PostgresEngram } from "../../engram/postgres/index.js";
import { SqliteEngram } from "../../engram/sqlite/index.js";
import { createCall, createImprint } from "../../testing/index.js";
import { EngramBus, runCosmo, parsed } from "../../testing/console/index.js";

let folder: string;
let path: string;
let bus: EngramBus;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "cosmonapse-cli-"));
  path = join(folder, "a.db");
  bus = await EngramBus.start(new SqliteEngram({ engramId: "ctx", engramKind: "context", path }));
  await fill(bus);
});
afterEach(async () => {
  await bus[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** Three records, two of them with the tag `old`, and a sequence of two. */
async function fill({ dendrite }: EngramBus): Promise<void> {
  const address = { directedId: "ctx" };
  await dendrite.imprint(address, { op: "add", mergeKey: "a", entry: { n: 1 }, tags: ["old"] });
  await dendrite.imprint(address, { op: "add", mergeKey: "b", entry: { n: 2 }, tags: ["old"] });
  await dendrite.imprint(address, { op: "add", mergeKey: "c", entry: { n: 3 } });
  for (const n of [4, 5]) await dendrite.imprint(address, { op: "append", mergeKey: "log", entry: { n } });
}

const remove = (...argv: readonly string[]) => bus.run(["engram", "delete", "--engram", "ctx", ...argv]);
const numbers = async (): Promise<unknown> => {
  const { hits } = await bus.dendrite.recall({ directedId: "ctx" }, { mode: "all" });
  return hits.map(({ content }) => content["n"]).sort();
};

describe("cosmo engram delete", () => {
  test("deletes a record by its key, an entry by its id, a whole sequence, and says if nothing was there", async () => {
    const { stdout } = await remove("--merge-key", "a", "--if-version", "1", "--imprint-id", "x", "-o", "json");
    expect(JSON.parse(stdout)).toMatchObject({
      imprint_id: "x",
      receipts: [{ deleted: true, merge_key: "a", version: 2 }],
    });
    const { hits } = await bus.dendrite.recall({ directedId: "ctx" }, { query: { mergeKey: "b" } });
    expect((await remove("--id", hits[0]?.id ?? "")).stdout).toMatch(/^deleted {3}b v2 eng_/);
    expect((await remove("--merge-key", "log")).stdout).toMatch(/^deleted {3}log v3 in ctx/);
    expect((await remove("--merge-key", "a")).stdout).toMatch(/^nothing {3}a v2 in ctx/);
    expect(await numbers()).toEqual([3]);
  });

  test("deletes what matches only when it is told to", async () => {
    const filter = ["--where", '{"path":"/n","op":"gte","value":2}', "--tag", "old"];
    const unasked = await remove(...filter);
    expect([unasked.exit, unasked.stdout]).toEqual([2, ""]);
    expect(unasked.stderr).toMatch(/Delete 1 entry of ctx\?.*Add --yes to do it, or --dry-run/);
    const dry = await remove(...filter, "--dry-run", "-o", "json");
    expect(JSON.parse(dry.stdout)).toEqual({ engram_id: "ctx", dry_run: true, matched: 1, deleted: 0, conflicts: 0 });
    expect(await numbers()).toEqual([1, 2, 3, 4, 5]);
    expect((await remove("--tag", "old", "--dry-run")).stdout).toBe("would delete 2 entries of ctx\n");
    expect((await remove("--tag", "old", "--yes")).stdout).toBe("deleted 2 of 2 entries of ctx\n");
    expect(await numbers()).toEqual([3, 4, 5]);
  });

  test.each([
    ["n\n", "deleted 0 of 2 entries of ctx\n"],
    ["\n", "deleted 0 of 2 entries of ctx\n"],
    ["", "deleted 0 of 2 entries of ctx\n"],
    ["y\n", "deleted 2 of 2 entries of ctx\n"],
    ["YES\n", "deleted 2 of 2 entries of ctx\n"],
  ])("asks a person at a terminal, who answers %j", async (stdin, expected) => {
    const argv = ["engram", "delete", "--engram", "ctx", "--tag", "old"];
    const { stdout, stderr } = await bus.run(argv, { stdin, isInteractive: true });
    expect([stdout, stderr]).toEqual([expected, expect.stringContaining("Delete 2 entries of ctx? [y/N]")]);
  });

  test.each([
    [[], 2, /nothing says what to delete/],
    [["--tag", "old", "--if-version", "1", "--yes"], 2, /are for one place/],
    [["--merge-key", "a", "--if-version", "9"], 7, /VERSION_CONFLICT/],
  ])("refuses %j with exit code %i", async (argv, code, pattern) => {
    const { exit, stdout, stderr } = await remove(...argv);
    expect([exit, stdout, stderr]).toEqual([code, "", expect.stringMatching(pattern)]);
  });
});

interface Forgotten {
  readonly matched: number;
  readonly forgotten: number;
}

/** Replaces the entry `a` with whatever is recalled. */
class Changing extends InMemoryEngram {
  override async recall(body: RecallBody, call: EngramCall): Promise<RecalledBody> {
    const found = await super.recall(body, call);
    const change = createImprint("UPSERT", '{"n":0}', { mergeKey: "a" });
    await super.imprint(change, createCall({ namespace: call.namespace, signalId: call.signalId }));
    return found;
  }
}

test("what was changed after it was found is not deleted, and the exit code is 7", async () => {
  await using own = await EngramBus.start(new Changing({ engramId: "ctx", engramKind: "context" }));
  await fill(own);
  const argv = ["engram", "delete", "--engram", "ctx", "--tag", "old", "--yes", "-o", "json"];
  const { exit, stdout, stderr } = await own.run(argv);
  expect([exit, JSON.parse(stdout)]).toMatchObject([7, { matched: 2, deleted: 1, conflicts: 1 }]);
  expect(stderr).toBe("cosmo: 1 entry changed after being found, and still there\n");
});

async function runForgetCase(argv: readonly string[], own: EngramBus): Promise<void> {
  const forget = (...more: readonly string[]) =>
    runCosmo(["engram", "forget", ...argv, "--engram-id", "ctx", "-n", "demo", "-o", "json", ...more]);
  const count = async (): Promise<number> =>
    (await own.dendrite.recall({ directedId: "ctx" }, { mode: "all" })).hits.length;
  for (const more of [[], ["--tag", "old", "--everything", "--yes"], ["--tag", "old"], ["--where", "[", "--yes"]]) {
    expect((await forget(...more)).exit).toBe(2);
  }
  const dry = parsed<Forgotten>((await forget("--tag", "old", "--dry-run")).stdout);
  expect([dry.matched, dry.forgotten, await count()]).toEqual([2, 0, 5]);
  const done = parsed<Forgotten>((await forget("--tag", "old", "--yes")).stdout);
  expect([done.matched, done.forgotten, await count()]).toEqual([2, 2, 3]);
  // What was forgotten is not even known as deleted, and versions go on above it (COS-ENT-024).
  const { receipt } = await own.dendrite.imprint({ directedId: "ctx" }, { op: "add", mergeKey: "a", entry: {} });
  expect(receipt?.version).toBe(2);
  expect(JSON.parse((await forget("--everything", "--yes")).stdout)).toMatchObject({ matched: 4, forgotten: 4 });
  expect(await count()).toBe(0);
}

describe("cosmo engram forget", () => {
  test("purges a file of SQLite while it is served", () => runForgetCase(["sqlite", "--path", path], bus));

  test("makes no file", async () => {
    const missing = join(folder, "none.db");
    const { exit, stderr } = await runCosmo(["engram", "forget", "sqlite", "--path", missing, "--everything", "--yes"]);
    expect([exit, stderr, existsSync(missing)]).toEqual([2, expect.stringContaining(`${missing} is not there`), false]);
  });

  test("purges a database while it is served", async ({ skip }) => {
    const dsn = inject("postgresDsn");
    if (dsn === "") skip(inject("postgresMissing"));
    const schema = `cli_forget_${process.pid}`;
    const engram: Engram = new PostgresEngram({ engramId: "ctx", engramKind: "context", dsn, schema });
    await using own = await EngramBus.start(engram);
    await fill(own);
    await runForgetCase(["postgres", "--dsn", dsn, "--schema", schema], own);
  });
});

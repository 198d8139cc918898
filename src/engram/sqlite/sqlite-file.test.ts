import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Durability } from "../../../gen/cosmonapse/v1/memory.js";
import { createCall, createImprint, createRecall } from "../../testing/index.js";
import { durabilityOf, openDatabase } from "./database.js";
import { SqliteEngram } from "./index.js";

let folder = "";
let path = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cosmonapse-sqlite-"));
  path = join(folder, "memory.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

function create(options: Partial<ConstructorParameters<typeof SqliteEngram>[0]> = {}): SqliteEngram {
  return new SqliteEngram({ engramId: "ctx", engramKind: "context", path, ...options });
}

async function withEntries(count: number): Promise<void> {
  await using engram = create();
  await engram.open("vectors");
  await Promise.all(
    Array.from({ length: count }, (_, n) =>
      engram.imprint(createImprint("ADD", `{"n":${n}}`), createCall({ signalId: `i${n}` })),
    ),
  );
}

describe("a file of SQLite", () => {
  test("keeps entries, versions and imprint ids, and its store's name, for the next Engram", async () => {
    const body = createImprint("UPSERT", '{"a":1}', { mergeKey: "k" });
    const first = create();
    const { storeId } = await first.open("vectors");
    const receipt = await first.imprint(body, createCall());
    await first.close();

    await using second = create();
    expect(await second.open("vectors")).toEqual({ storeId });
    expect(await second.imprint(body, createCall())).toMatchObject({ ...receipt, replayed: true });
    const next = await second.imprint(body, createCall({ signalId: "another" }));
    expect([next.id, next.version]).toEqual([receipt.id, 2n]);
  });

  test("commits to disk: the live settings are WAL and FULL, and receipts say DISK", async () => {
    await using engram = create();
    await engram.open("vectors");
    const { durability } = await engram.imprint(createImprint("ADD", "{}"), createCall());
    expect([durability, engram.durability]).toEqual([Durability.DISK, Durability.DISK]);

    const database = openDatabase(path);
    const live = ["journal_mode", "synchronous"].map((name) => database.pragma(name, { simple: true }));
    database.pragma("synchronous = OFF");
    const off = durabilityOf(database);
    database.close();
    expect([live, off]).toEqual([["wal", 2], Durability.OS]);
  });

  test("shares one commit among imprints that wait together", async () => {
    await withEntries(200);
    const database = new Sqlite(path, { readonly: true });
    const revision = Number(database.prepare("SELECT revision FROM space").pluck().get());
    const entries = database.prepare("SELECT count(*) FROM entry").pluck().get();
    database.close();
    expect(entries).toBe(200);
    expect(revision).toBeLessThan(10);
  });

  test("stores an effect and what its imprint id was told together, or neither", async () => {
    await withEntries(1);
    const other = new Sqlite(path);
    other.exec("CREATE TRIGGER broken BEFORE INSERT ON told BEGIN SELECT RAISE(ABORT, 'no room for it'); END");
    await using engram = create();
    await engram.open("vectors");
    const imprint = (): Promise<unknown> => engram.imprint(createImprint("ADD", "{}"), createCall({ signalId: "x" }));
    await expect(imprint()).rejects.toThrow("[ENGRAM_FAILED]");
    expect((await engram.recall(createRecall(), createCall())).hits).toHaveLength(1);
    other.exec("DROP TRIGGER broken");
    other.close();
    expect(await imprint()).toMatchObject({ replayed: false });
  });

  // Each row once more, other than it is in all that makes it unique but one.
  test.each<[string, string, Readonly<Record<string, string>>]>([
    ["entry", "key and number in its sequence", { number: "number + 1", id: "'other'" }],
    ["entry", "id", { number: "number + 1", merge_key: "'other'" }],
    ["word", "word of a leaf", {}],
    ["tag", "tag", {}],
    ["counter", "name", {}],
    ["told", "imprint id", {}],
    ["space", "namespace and Engram", { space: "space + 1" }],
  ])("has no row of %s with the same %s: its tables say so themselves", async (table, _, others) => {
    await using engram = create();
    await engram.open("vectors");
    const body = createImprint("APPEND", '{"text":"a"}', { mergeKey: "k", tags: ["t"] });
    await engram.imprint(body, createCall());
    const database = new Sqlite(path);
    const columns = database.prepare<[string], string>("SELECT name FROM pragma_table_info(?)").pluck().all(table);
    const again = columns.map((name) => others[name] ?? name).join(", ");
    expect(() => database.exec(`INSERT INTO ${table} SELECT ${again} FROM ${table}`)).toThrow("UNIQUE constraint");
    database.close();
  });

  test("is closed for a recall that was on its way to it", async () => {
    const engram = create();
    await engram.open("vectors");
    for (const signalId of ["a", "b"]) await engram.imprint(createImprint("ADD", "{}"), createCall({ signalId }));
    const { cursor } = await engram.recall(createRecall({ topK: 1 }), createCall());
    // It makes the fingerprint of its query first.
    const late = engram.recall(createRecall({ topK: 1, cursor }), createCall());
    const [answer] = await Promise.allSettled([late, engram.close()]);
    expect(answer).toMatchObject({ reason: { code: "CLOSED" } });
  });

  test("has entries of several Engrams and namespaces, each for itself", async () => {
    await using first = create();
    await using second = create({ engramId: "other" });
    for (const engram of [first, second]) for (const name of ["a", "b"]) await engram.open(name);
    await first.imprint(createImprint("ADD", "{}", { mergeKey: "k" }), createCall({ namespace: "a" }));

    const found = await Promise.all(
      [first, second].flatMap((engram) =>
        ["a", "b"].map(
          async (namespace) => (await engram.recall(createRecall(), createCall({ namespace }))).hits.length,
        ),
      ),
    );
    expect(found).toEqual([1, 0, 0, 0]);
  });

  test("is made by whoever comes first when many start at once", async () => {
    const engrams = Array.from({ length: 6 }, () => create());
    const stores = await Promise.all(engrams.map((engram) => engram.open("vectors")));
    await Promise.all(engrams.map((engram) => engram.close()));
    expect(new Set(stores.map(({ storeId }) => storeId)).size).toBe(1);
  });

  test("is waited for while another process holds it, and the event loop goes on", async () => {
    await using engram = create();
    await engram.open("vectors");
    const other = new Sqlite(path);
    other.exec("BEGIN IMMEDIATE");
    let isDone = false;
    const imprint = engram.imprint(createImprint("ADD", "{}"), createCall()).finally(() => {
      isDone = true;
    });
    // Recalls go on meanwhile, on another connection.
    for (let turn = 0; turn < 20; turn += 1) await engram.recall(createRecall(), createCall());
    expect(isDone).toBe(false);
    other.exec("COMMIT");
    other.close();
    expect((await imprint).version).toBe(1n);
  });
});

describe("what is wrong with a file is ENGRAM_FAILED and harms nothing", () => {
  async function refusal(): Promise<string> {
    await using engram = create();
    const opened = await engram.open("vectors").then(
      () => "opened",
      (error: Error) => error.message,
    );
    return opened.replace(path, "FILE");
  }

  test("a file that is no database", async () => {
    const text = "This is a letter to my grandmother. ".repeat(200);
    writeFileSync(path, text);
    expect(await refusal()).toBe("[ENGRAM_FAILED] FILE: it is no SQLite database; give another path (SQLITE_NOTADB)");
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  test("a database of something else", async () => {
    const database = new Sqlite(path);
    database.exec("CREATE TABLE bills (n INTEGER)");
    database.close();
    expect(await refusal()).toBe("[ENGRAM_FAILED] FILE is the database of something else; give another path");
    const after = new Sqlite(path);
    const tables = after.prepare("SELECT name FROM sqlite_schema").pluck().all();
    after.close();
    expect(tables).toEqual(["bills"]);
  });

  test("a file of a later version", async () => {
    await withEntries(1);
    const database = new Sqlite(path);
    database.pragma("user_version = 99");
    database.close();
    expect(await refusal()).toBe("[ENGRAM_FAILED] FILE has schema version 99, this driver knows 1; update cosmonapse");
  });

  test("a folder that is not there, and one in place of a file", async () => {
    path = join(folder, "none", "memory.db");
    expect(await refusal()).toContain("[ENGRAM_FAILED]");
    expect(existsSync(join(folder, "none"))).toBe(false);
    path = folder;
    expect(await refusal()).toContain("it cannot be opened");
  });

  test("a damaged file", async () => {
    await withEntries(2_000);
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 8_192);
    writeFileSync(path, bytes);
    await using engram = create();
    const codes = await Promise.allSettled([
      engram.open("vectors").then(() => engram.recall(createRecall({ text: "none" }), createCall())),
    ]);
    expect(codes).toMatchObject([{ status: "rejected", reason: { code: "ENGRAM_FAILED" } }]);
  });

  test("a path that is none", () => {
    for (const wrong of ["", ":memory:", "a\0b"]) {
      expect(() => create({ path: wrong })).toThrow("[INVALID_ARGUMENT] path is the name of a file");
    }
  });

  test("an option that nobody reads", () => {
    expect(() => create(JSON.parse('{"file":"x"}'))).toThrow("[INVALID_ARGUMENT] SqliteEngram");
  });
});

describe("forget", () => {
  test("leaves no byte of a canary in the files, of an entry by its key, of its history and of what it was called", async () => {
    const canary = "canary7c9e6679";
    const bytes = (): string =>
      ["", "-wal", "-shm"]
        .map((suffix) => `${path}${suffix}`)
        .filter((file) => existsSync(file))
        .map((file) => readFileSync(file, "latin1"))
        .join("");
    await using engram = create();
    await engram.open("vectors");
    for (const [index, text] of [`${canary} first`, `${canary} second`, "third"].entries()) {
      const body = createImprint("UPSERT", JSON.stringify({ text }), { mergeKey: `key-${canary}`, tags: [canary] });
      await engram.imprint(body, createCall({ signalId: `i${index}`, source: "writer" }));
    }
    await engram.imprint(
      createImprint("UPSERT", '{"text":"other"}', { mergeKey: "other" }),
      createCall({ signalId: "o" }),
    );
    expect(bytes()).toContain(canary);

    expect(await engram.forget("vectors", createRecall({ mergeKey: `key-${canary}` }).query)).toEqual({ entries: 1 });

    expect(bytes()).not.toContain(canary);
    const { hits } = await engram.recall(createRecall(), createCall());
    expect(hits.map(({ entry }) => entry?.mergeKey)).toEqual(["other"]);
    expect(statSync(path).size).toBeGreaterThan(0);
  });
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { Durability } from "../../../gen/cosmonapse/v1/memory.js";
import { createCall, createImprint, createRecall } from "../../testing/index.js";
import { PostgresServer } from "../../testing/postgres/index.js";
import { indexQuery, readQuery, searchStatement, type SearchScope } from "../index.js";
import { PostgresEngram } from "./index.js";

const shared = inject("postgresDsn");
beforeEach(({ skip }) => {
  if (shared === "") skip(inject("postgresMissing"));
});

let schemas = 0;
function schema(): string {
  schemas += 1;
  return `db${process.pid}_${schemas}`;
}

const address = { engramId: "ctx", engramKind: "context" };

function queryOf(dsn: string): { ask: (text: string) => Promise<unknown[][]>; end: () => Promise<void> } {
  const pool = new pg.Pool({ connectionString: dsn, max: 1 });
  pool.on("error", () => undefined);
  const ask = async (text: string): Promise<unknown[][]> => (await pool.query({ text, rowMode: "array" })).rows;
  return { ask, end: () => pool.end() };
}

describe("a database of PostgreSQL", { timeout: 60_000 }, () => {
  test("keeps entries, versions and imprint ids, and its store's name, for the next Engram", async () => {
    const options = { ...address, dsn: shared, schema: schema() };
    const body = createImprint("UPSERT", '{"a":1}', { mergeKey: "k" });
    const first = new PostgresEngram(options);
    const { storeId } = await first.open("vectors");
    const receipt = await first.imprint(body, createCall());
    await first.close();

    await using second = new PostgresEngram(options);
    expect(await second.open("vectors")).toEqual({ storeId });
    expect(await second.imprint(body, createCall())).toMatchObject({ ...receipt, replayed: true });
    expect((await second.imprint(body, createCall({ signalId: "another" }))).version).toBe(2n);
  });

  test("takes its time from the database", async () => {
    await using engram = new PostgresEngram({ ...address, dsn: shared, schema: schema() });
    await engram.open("vectors");
    const { ask, end } = queryOf(shared);
    const now = async (): Promise<number> =>
      Number((await ask("SELECT extract(epoch FROM clock_timestamp()) * 1000"))[0]);
    const before = await now();
    await engram.imprint(createImprint("ADD", "{}"), createCall());
    const after = await now();
    await end();
    const { seconds = 0n, nanos = 0 } =
      (await engram.recall(createRecall(), createCall())).hits[0]?.entry?.createdAt ?? {};
    const createdMs = Number(seconds) * 1_000 + nanos / 1e6;
    expect([createdMs >= Math.floor(before), createdMs <= after]).toEqual([true, true]);
  });

  test("shares one transaction among imprints that wait together", async () => {
    const name = schema();
    await using engram = new PostgresEngram({ ...address, dsn: shared, schema: name });
    await engram.open("vectors");
    await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        engram.imprint(createImprint("ADD", "{}"), createCall({ signalId: `i${n}` })),
      ),
    );
    const { ask, end } = queryOf(shared);
    const [row = []] = await ask(`SELECT revision, last_number FROM ${name}.space`);
    await end();
    expect(Number(row[1])).toBe(200);
    expect(Number(row[0])).toBeLessThan(10);
  });

  test("stores an effect and what its imprint id was told together, or neither", async () => {
    const name = schema();
    await using engram = new PostgresEngram({ ...address, dsn: shared, schema: name });
    await engram.open("vectors");
    const { ask, end } = queryOf(shared);
    await ask(`ALTER TABLE ${name}.told ADD CONSTRAINT broken CHECK (imprint_id <> 'x')`);
    const imprint = (): Promise<unknown> => engram.imprint(createImprint("ADD", "{}"), createCall({ signalId: "x" }));
    await expect(imprint()).rejects.toThrow("[ENGRAM_FAILED]");
    expect((await engram.recall(createRecall(), createCall())).hits).toEqual([]);
    await ask(`ALTER TABLE ${name}.told DROP CONSTRAINT broken`);
    await end();
    expect(await imprint()).toMatchObject({ replayed: false });
  });

  // Each row once more, other than it is in all that makes it unique but one.
  test.each<[string, string, Readonly<Record<string, string>>]>([
    ["entry", "key and number in its sequence", { number: "number + 1", id: "'other'" }],
    ["entry", "id", { number: "number + 1", merge_key: "'other'" }],
    ["entry", "number", { id: "'other'", merge_key: "'other'" }],
    ["word", "word of a leaf", {}],
    ["tag", "tag", {}],
    ["counter", "name", {}],
    ["told", "imprint id", {}],
  ])("has no row of %s with the same %s: its tables say so themselves", async (table, _, others) => {
    const name = schema();
    await using engram = new PostgresEngram({ ...address, dsn: shared, schema: name });
    await engram.open("vectors");
    const body = createImprint("APPEND", '{"text":"a"}', { mergeKey: "k", tags: ["t"] });
    await engram.imprint(body, createCall());
    const { ask, end } = queryOf(shared);
    const columns = await ask(
      `SELECT column_name FROM information_schema.columns
        WHERE table_schema = '${name}' AND table_name = '${table}' ORDER BY ordinal_position`,
    );
    const again = columns.map(([column]) => others[String(column)] ?? String(column));
    await expect(ask(`INSERT INTO ${name}.${table} SELECT ${again.join(", ")} FROM ${name}.${table}`)).rejects.toThrow(
      "duplicate key value violates unique constraint",
    );
    await end();
  });

  test("is closed for a recall that was on its way to it", async () => {
    const engram = new PostgresEngram({ ...address, dsn: shared, schema: schema() });
    await engram.open("vectors");
    for (const signalId of ["a", "b"]) await engram.imprint(createImprint("ADD", "{}"), createCall({ signalId }));
    const { cursor } = await engram.recall(createRecall({ topK: 1 }), createCall());
    // It makes the fingerprint of its query first.
    const late = engram.recall(createRecall({ topK: 1, cursor }), createCall());
    const [answer] = await Promise.allSettled([late, engram.close()]);
    expect(answer).toMatchObject({ reason: { code: "CLOSED" } });
  });

  test("is made by whoever comes first when many start at once", async () => {
    const name = schema();
    const engrams = Array.from({ length: 6 }, () => new PostgresEngram({ ...address, dsn: shared, schema: name }));
    const stores = await Promise.all(engrams.map((engram) => engram.open("vectors")));
    await Promise.all(engrams.map((engram) => engram.close()));
    expect(new Set(stores.map(({ storeId }) => storeId)).size).toBe(1);
  });

  test("refuses a schema of a later version, and one that is not its own", async () => {
    const name = schema();
    await using engram = new PostgresEngram({ ...address, dsn: shared, schema: name });
    await engram.open("vectors");
    const { ask, end } = queryOf(shared);
    await ask(`UPDATE ${name}.store SET version = 99`);
    await end();
    await using later = new PostgresEngram({ ...address, dsn: shared, schema: name });
    await expect(later.open("vectors")).rejects.toThrow(
      `[ENGRAM_FAILED] schema ${name} has version 99, this driver knows 1; update cosmonapse`,
    );
  });

  test.each([
    ["neither a dsn nor a pool", {}, "[INVALID_ARGUMENT] give either a dsn like postgresql://"],
    ["a dsn that is none", { dsn: "localhost" }, "[INVALID_ARGUMENT] give either a dsn like postgresql://"],
    ["a schema that is no name", { dsn: "postgresql://x", schema: 'a"b' }, "[INVALID_ARGUMENT] schema is a name of"],
    ["an option that nobody reads", { dsn: "postgresql://x", url: "y" }, "[INVALID_ARGUMENT] PostgresEngram"],
  ])("is refused at once with %s", (_, options, message) => {
    expect(() => new PostgresEngram({ ...address, ...options })).toThrow(message);
  });

  test.each([
    ["a wrong port", "postgresql://postgres@127.0.0.1:1/postgres", "connect ECONNREFUSED 127.0.0.1:1 (ECONNREFUSED)"],
    ["a wrong database", "/nowhere", 'database "nowhere" does not exist (3D000); create the database'],
  ])("says in a typed error what is wrong with %s, and not the password", async (_, dsn, message) => {
    const full = new URL(dsn.startsWith("/") ? shared : dsn);
    full.password = "secret";
    if (dsn.startsWith("/")) full.pathname = dsn;
    await using engram = new PostgresEngram({ ...address, dsn: full.href });
    const error = await engram.open("vectors").catch(String);
    expect(error).toContain(`[ENGRAM_FAILED] PostgreSQL: ${message}`);
    expect(error).not.toContain("secret");
  });
});

describe("a server of its own", { timeout: 120_000 }, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    if (shared !== "") server = await PostgresServer.start({ settings: { wal_recycle: "off", min_wal_size: "32MB" } });
  }, 60_000);
  afterAll(() => server?.stop());

  test("that is killed under an Engram is back for it, and nothing acknowledged is lost", async () => {
    await using engram = new PostgresEngram({ ...address, dsn: server.dsn, schema: schema() });
    await engram.open("vectors");
    const put = (n: number): Promise<{ version: bigint; replayed: boolean }> =>
      engram.imprint(createImprint("APPEND", "{}", { mergeKey: "s" }), createCall({ signalId: `i${n}` }));
    await put(0);
    await server.kill();
    const waiting = [put(1), put(2)];
    await server.restart();
    await Promise.all(waiting);
    const { hits } = await engram.recall(createRecall({ mergeKey: "s" }), createCall());
    expect(hits.map(({ entry }) => Number(entry?.seq)).sort()).toEqual([1, 2, 3]);
  });

  test("that stays away is a typed error for each call, in a bounded time", async () => {
    const away = await PostgresServer.start();
    await using engram = new PostgresEngram({ ...address, dsn: away.dsn });
    await engram.open("vectors");
    await away.stop();
    const codes = await Promise.allSettled([
      engram.imprint(createImprint("ADD", "{}"), createCall()),
      engram.recall(createRecall(), createCall()),
    ]);
    expect(codes).toMatchObject([{ reason: { code: "ENGRAM_FAILED" } }, { reason: { code: "ENGRAM_FAILED" } }]);
  });

  test("that does not sync is not said to keep on disk", async () => {
    await using quick = await PostgresServer.start({ settings: { fsync: "off" } });
    for (const [dsn, durability] of [
      [quick.dsn, Durability.OS],
      [server.dsn, Durability.DISK],
    ] as const) {
      await using engram = new PostgresEngram({ ...address, dsn, schema: schema() });
      await engram.open("vectors");
      const receipt = await engram.imprint(createImprint("ADD", "{}"), createCall());
      expect([receipt.durability, engram.durability]).toEqual([durability, durability]);
    }
  });

  test("has no byte of a canary in its files after it was forgotten", async () => {
    const canary = "canary7c9e6679";
    const files = (): string[] => readdirSync(server.dataFolder, { recursive: true, encoding: "utf8" });
    const traces = (): string[] =>
      files().filter((file) => {
        try {
          return readFileSync(join(server.dataFolder, file), "latin1").includes(canary);
        } catch {
          return false;
        }
      });
    await using engram = new PostgresEngram({ ...address, dsn: server.dsn, schema: schema() });
    await engram.open("vectors");
    for (const [index, text] of [`${canary} first`, `${canary} second`].entries()) {
      const body = createImprint("UPSERT", JSON.stringify({ text }), { mergeKey: `key-${canary}`, tags: [canary] });
      await engram.imprint(body, createCall({ signalId: `i${index}` }));
    }
    await engram.imprint(createImprint("ADD", "{}", { mergeKey: "other" }), createCall({ signalId: "o" }));
    const { ask, end } = queryOf(server.dsn);
    await ask("CHECKPOINT");
    expect(traces()).not.toEqual([]);

    expect(await engram.forget("vectors", createRecall({ mergeKey: `key-${canary}` }).query)).toEqual({ entries: 1 });

    // The log has what was written until the server has passed on: that is the operator's to say when.
    await ask("SELECT pg_switch_wal()");
    await ask("CHECKPOINT");
    await ask("SELECT pg_switch_wal()");
    await ask("CHECKPOINT");
    await end();
    expect(traces()).toEqual([]);
    expect((await engram.recall(createRecall(), createCall())).hits).toHaveLength(1);
  });
});

describe("100,000 entries", { timeout: 120_000 }, () => {
  const name = schema();
  let client: ReturnType<typeof queryOf>;

  beforeAll(async () => {
    if (shared === "") return;
    client = queryOf(shared);
    await using engram = new PostgresEngram({ ...address, dsn: shared, schema: name });
    await engram.open("vectors");
    const numbers = "generate_series(1, 100000) AS n";
    await client.ask(`INSERT INTO ${name}.entry SELECT 1, n, 1, 'eng_' || n, 'k' || n, 0, 1, n, n, NULL,
      CASE WHEN n % 1000 = 0 THEN '["rare"]' ELSE '[]' END, 's', 't', 'i', '{}' FROM ${numbers}`);
    await client.ask(
      `INSERT INTO ${name}.word SELECT 1, w, n, 0, 2 FROM ${numbers}, LATERAL (VALUES ('common'), ('w' || n % 5000)) AS v (w)`,
    );
    await client.ask(
      `INSERT INTO ${name}.tag SELECT 1, CASE WHEN n % 1000 = 0 THEN 'rare' ELSE 'qa' END, n FROM ${numbers}`,
    );
    await client.ask(`ANALYZE ${name}.entry, ${name}.word, ${name}.tag`);
  }, 120_000);
  afterAll(() => client?.end());

  test.each([
    ["one word", { text: "w4711" }],
    ["all words", { text: "common w4711" }],
    ["a key", { mergeKey: "k5" }],
    ["a tag", { tags: ["rare"] }],
    ["ids", { ids: [`eng_${"0".repeat(26)}`] }],
    ["nothing", {}],
  ])("are never gone through for %s", async (_, query) => {
    const plan = readQuery(createRecall(query));
    // The rarest first, as the driver finds them.
    const words = plan.words && indexQuery(plan.words, (text) => text).toReversed();
    const scope: SearchScope = { space: 1, nowMs: 1, asOf: undefined, words, after: undefined, limit: 51 };
    const dialect = { table: (table: string) => `${name}.${table}`, place: (n: number) => `$${n}` };
    const { text, values } = searchStatement(plan, scope, dialect);
    expect(text).not.toMatch(/\bLIKE\b/i);
    const pool = new pg.Pool({ connectionString: shared, max: 1 });
    const { rows } = await pool.query<unknown[]>({ text: `EXPLAIN ${text}`, values: [...values], rowMode: "array" });
    await pool.end();
    const steps = rows.map(([step]) => String(step));
    expect(steps.filter((step) => /Seq Scan on (?:entry|word|tag)/.test(step))).toEqual([]);
    expect(steps.join("\n")).toMatch(/Index/);
  });
});

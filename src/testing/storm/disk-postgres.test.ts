import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { PostgresEngram, type PostgresClient, type PostgresPool } from "../../engram/postgres/index.js";
import { PostgresServer } from "../postgres/index.js";
import { copyBuilt } from "./built-copy.js";
import { askEngram } from "./engram-client.js";
import { openStore } from "./open-store.js";
import { WriterProcess } from "./writer-process.js";

const folder = mkdtempSync(join(tmpdir(), "cosmonapse-disk-"));
const operations = 50;
const isMissing = inject("postgresDsn") === "";
let server: PostgresServer | undefined;

beforeAll(async () => {
  if (!isMissing) server = await PostgresServer.start();
}, 60_000);

beforeEach(({ skip }) => {
  if (isMissing) skip(inject("postgresMissing"));
});

afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true });
});

/** A client that reads settings in the driver's own transactions, before they commit. */
function watchClient(client: pg.PoolClient, seen: Set<string>): PostgresClient {
  return {
    query: async (query) => {
      if (query === "COMMIT") {
        const { rows } = await client.query(
          "SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS waits",
        );
        seen.add(JSON.stringify(rows));
      }
      return client.query(query);
    },
    on: (event, listener) => client.on(event, listener),
    off: (event, listener) => client.off(event, listener),
    release: (destroy) => client.release(destroy),
  };
}

/** A pool of such clients. */
function watchSettings(dsn: string, seen: Set<string>): PostgresPool & { end: () => Promise<void> } {
  const pool = new pg.Pool({ connectionString: dsn, pipeline: true });
  return {
    end: () => pool.end(),
    connect: (callback) => {
      pool.connect((error, client) => {
        callback(error, client === undefined ? undefined : watchClient(client, seen));
      });
    },
  };
}

async function numberOf(client: pg.Client, text: string): Promise<number> {
  const { rows } = await client.query<number[]>({ text, rowMode: "array" });
  return Number(rows[0]?.[0]);
}

/** How often those who serve clients have synced the log. What has served a writer counts when it has ended. */
async function countSyncs(client: pg.Client): Promise<number> {
  const served = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cosmonapse'";
  while ((await numberOf(client, served)) > 0);
  const syncs = "SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal' AND backend_type = 'client backend'";
  return numberOf(client, syncs);
}

/** How often the log is synced while a writer imprints one after another. */
async function syncsOfWriter(dsn: string, schema: string, root = "."): Promise<number> {
  const store = { kind: "postgres", dsn, schema } as const;
  // The tables are made before.
  await (await openStore(store)).close();
  const client = new pg.Client(dsn);
  await client.connect();
  try {
    const before = await countSyncs(client);
    await new WriterProcess({ store, job: "upsert", seed: 1, writers: 1, operations }, { root }).lines();
    return (await countSyncs(client)) - before;
  } finally {
    await client.end();
  }
}

describe("an acknowledged imprint of PostgreSQL is on disk", { timeout: 60_000 }, () => {
  test("since each transaction of the driver waits for the log, whatever the server's default", async () => {
    const seen = new Set<string>();
    const pool = watchSettings(`${server?.dsn}?options=-c%20synchronous_commit%3Doff`, seen);
    await using engram = new PostgresEngram({ engramId: "a", engramKind: "a", pool, schema: "settings" });
    await engram.open("n");
    seen.clear();
    await askEngram(engram, "n", { op: "upsert", key: "k", imprintId: "i1" });
    await pool.end();
    expect([...seen]).toEqual(['[{"fsync":"on","waits":"on"}]']);
  });

  test("since the log was synced for every acknowledgement", async () => {
    expect(await syncsOfWriter(server?.dsn ?? "", "full")).toBeGreaterThanOrEqual(operations);
  });

  test("and a driver with synchronous_commit=off is found out", async () => {
    const root = join(folder, "mutant");
    copyBuilt(root, {
      file: "src/engram/postgres/postgres-store.js",
      from: "synchronous_commit TO on",
      to: "synchronous_commit TO off",
    });
    expect(await syncsOfWriter(server?.dsn ?? "", "off", root)).toBeLessThan(operations / 2);
  });
});

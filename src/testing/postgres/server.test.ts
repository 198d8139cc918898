import { existsSync } from "node:fs";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { PostgresServer } from "./index.js";

async function ask(dsn: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: dsn, connectionTimeoutMillis: 1_000 });
  await client.connect();
  try {
    return (await client.query({ text, rowMode: "array" })).rows.flat();
  } finally {
    await client.end();
  }
}

describe("PostgresServer", { timeout: 60_000 }, () => {
  test("keeps what was committed when it is killed and started again", async () => {
    await using server = await PostgresServer.start();
    await ask(server.dsn, "CREATE TABLE kept AS SELECT 42 AS n");

    await server.kill();
    await expect(ask(server.dsn, "SELECT 1")).rejects.toThrow("ECONNREFUSED");
    await server.restart();

    expect(await ask(server.dsn, "SELECT n FROM kept")).toEqual([42]);
  });

  test("runs beside another, with settings of its own, and leaves nothing", async () => {
    const first = await PostgresServer.start({ settings: { fsync: "off" } });
    const second = await PostgresServer.start();
    const settings = [await ask(first.dsn, "SHOW fsync"), await ask(second.dsn, "SHOW fsync")];
    await first.stop();
    await second.stop();
    await second.stop();

    expect(settings).toEqual([["off"], ["on"]]);
    expect([existsSync(first.folder), existsSync(second.folder)]).toEqual([false, false]);
    await expect(ask(first.dsn, "SELECT 1")).rejects.toThrow("ECONNREFUSED");
  });

  test("says why it does not start", async () => {
    await expect(PostgresServer.start({ settings: { shared_buffers: "none" } })).rejects.toThrow(
      'invalid value for parameter "shared_buffers"',
    );
  });
});

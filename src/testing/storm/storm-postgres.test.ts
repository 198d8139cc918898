import pg from "pg";
import { afterAll, beforeEach, describe, expect, inject, test } from "vitest";
import { runAppend, runCount, runStorm } from "./scenarios.js";

const dsn = inject("postgresDsn");
const schemaOf = (name: string) => `${name}_${process.pid}`;
const store = (name: string) => ({ kind: "postgres", dsn, schema: schemaOf(name) }) as const;

beforeEach(({ skip }) => {
  if (dsn === "") skip(inject("postgresMissing"));
});

afterAll(async () => {
  if (dsn === "") return;
  const client = new pg.Client(dsn);
  await client.connect();
  for (const name of ["storm", "count", "append"]) {
    await client.query(`DROP SCHEMA IF EXISTS ${schemaOf(name)} CASCADE`);
  }
  await client.end();
});

describe("two processes on one PostgreSQL", () => {
  test("make one history of 20,000 operations", { timeout: 300_000 }, async () => {
    const { history, findings } = await runStorm(store("storm"), 20_000);
    expect(findings).toEqual([]);
    expect(history.filter(({ answer }) => answer !== undefined).length).toBeGreaterThanOrEqual(20_000);
  });

  test("end 16 times 500 compare-and-set increments at 8,000", { timeout: 300_000 }, async () => {
    expect(await runCount(store("count"), 500)).toEqual({ number: 8_000, version: 8_000 });
  });

  test("end 10,000 appends at 10,000 with a third of the acknowledgements lost", { timeout: 120_000 }, async () => {
    const { seqs, imprintIds } = await runAppend(store("append"), 10_000);
    expect(seqs).toEqual(Array.from({ length: 10_000 }, (_, index) => index + 1));
    expect(imprintIds.size).toBe(10_000);
  });
});

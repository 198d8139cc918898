import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeEach, describe, expect, inject, test } from "vitest";
import { runAppend, runCount, runStorm } from "./scenarios.js";

const folder = mkdtempSync(join(tmpdir(), "cosmonapse-storm-"));
const dsn = inject("postgresDsn");
const schemaOf = (name: string) => `${name}_${process.pid}`;

afterAll(async () => {
  rmSync(folder, { recursive: true });
  if (dsn === "") return;
  const client = new pg.Client(dsn);
  await client.connect();
  for (const name of ["storm", "count", "append"]) {
    await client.query(`DROP SCHEMA IF EXISTS ${schemaOf(name)} CASCADE`);
  }
  await client.end();
});

describe.each(["sqlite", "postgres"] as const)("two processes on one %s", { timeout: 400_000 }, (kind) => {
  const store = (name: string) =>
    kind === "sqlite" ? { kind, path: join(folder, `${name}.db`) } : { kind, dsn, schema: schemaOf(name) };

  beforeEach(({ skip }) => {
    if (kind === "postgres" && dsn === "") skip(inject("postgresMissing"));
  });

  test("make one history of 20,000 operations", async () => {
    const { history, findings } = await runStorm(store("storm"), 20_000);
    expect(findings).toEqual([]);
    expect(history.filter(({ answer }) => answer !== undefined).length).toBeGreaterThanOrEqual(20_000);
  });

  test("end 16 times 500 compare-and-set increments at 8,000", async () => {
    expect(await runCount(store("count"), 500)).toEqual({ number: 8_000, version: 8_000 });
  });

  test("end 10,000 appends at 10,000 with a third of the acknowledgements lost", async () => {
    const { seqs, imprintIds } = await runAppend(store("append"), 10_000);
    expect(seqs).toEqual(Array.from({ length: 10_000 }, (_, index) => index + 1));
    expect(imprintIds.size).toBe(10_000);
  });
});

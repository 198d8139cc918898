import pg from "pg";
import { afterAll, beforeEach, describe, expect, inject, test } from "vitest";
import { engramBattery, type OpenEngram } from "../../testing/index.js";
import { PostgresEngram } from "./index.js";

const dsn = inject("postgresDsn");
beforeEach(({ skip }) => {
  if (dsn === "") skip(inject("postgresMissing"));
});

const pool = new pg.Pool({ connectionString: dsn, pipeline: true });
afterAll(() => pool.end());

let schemas = 0;
const open: OpenEngram = async (clock) => {
  schemas += 1;
  return new PostgresEngram({
    engramId: "ctx",
    engramKind: "context",
    pool,
    schema: `s${process.pid}_${schemas}`,
    clock,
  });
};

describe("PostgresEngram keeps the battery", () => {
  test.each(engramBattery)("$group: $name", async ({ run }) => {
    expect(await run(open)).toEqual([]);
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runAppend, runCount, runStorm } from "./scenarios.js";

const folder = mkdtempSync(join(tmpdir(), "cosmonapse-storm-"));
afterAll(() => rmSync(folder, { recursive: true }));
const store = (name: string) => ({ kind: "sqlite", path: join(folder, name) }) as const;

test("20,000 operations of two processes on one SQLite file make one history", { timeout: 120_000 }, async () => {
  const { history, findings } = await runStorm(store("storm.db"), 20_000);
  expect(findings).toEqual([]);
  expect(history.filter(({ answer }) => answer !== undefined).length).toBeGreaterThanOrEqual(20_000);
});

test("16 times 500 compare-and-set increments on SQLite end at 8,000", { timeout: 180_000 }, async () => {
  expect(await runCount(store("count.db"), 500)).toEqual({ number: 8_000, version: 8_000 });
});

test(
  "10,000 appends on SQLite with a third of the acknowledgements lost are 10,000 items",
  { timeout: 60_000 },
  async () => {
    const { seqs, imprintIds } = await runAppend(store("append.db"), 10_000);
    expect(seqs).toEqual(Array.from({ length: 10_000 }, (_, index) => index + 1));
    expect(imprintIds.size).toBe(10_000);
  },
);

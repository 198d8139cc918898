import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { crashHosts } from "./crash.js";

const folder = mkdtempSync(join(tmpdir(), "cosmonapse-crash-"));
afterAll(() => rmSync(folder, { recursive: true }));

const kills = process.env["COSMO_LONG"] === "1" ? 460 : 46;

test("a host of SQLite that is killed loses nothing that was acknowledged", { timeout: kills * 2_500 }, async () => {
  const report = await crashHosts({ kind: "sqlite", path: join(folder, "crash.db") }, kills);
  expect(report.findings).toEqual([]);
  expect(report.acknowledged).toBeGreaterThan(kills);
  // Kills that interrupt nothing would prove nothing.
  expect(report.torn).toBeGreaterThan(kills);
});

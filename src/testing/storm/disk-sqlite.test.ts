import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { Durability } from "../../../gen/cosmonapse/v1/memory.js";
import { copyBuilt } from "./built-copy.js";
import { WriterProcess } from "./writer-process.js";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "cosmonapse-disk-")));
afterAll(() => rmSync(folder, { recursive: true }));

const operations = 50;
const shim = join(folder, "sync-count.so");

beforeAll(() => {
  if (inject("compilerMissing") !== "") return;
  const args = ["-shared", "-fPIC", "-O1", "-o", shim, "src/testing/storm/sync-count.c", "-ldl"];
  execFileSync("cc", args, { stdio: ["ignore", "ignore", "inherit"] });
});

beforeEach(({ skip }) => {
  if (inject("compilerMissing") !== "") skip(inject("compilerMissing"));
});

/** Runs a writer that imprints one after another; how each was kept, and how many syncs of the store came before each. */
async function countSyncs(name: string, root = "."): Promise<{ durabilities: Set<Durability>; syncs: number[] }> {
  const [path, log] = [join(folder, `${name}.db`), join(folder, `${name}.log`)];
  const writer = new WriterProcess(
    { store: { kind: "sqlite", path }, job: "upsert", seed: 1, writers: 1, operations },
    { env: { LD_PRELOAD: shim, COSMO_SYNC_LOG: log }, root },
  );
  const said = (await writer.lines()).map((line): { durability: Durability } => JSON.parse(line));
  const durabilities = new Set(said.map(({ durability }) => durability));
  const parts = readFileSync(log, "utf8").split("acknowledged\n").slice(0, -1);
  const syncs = parts.map((part) => part.split("\n").filter((line) => line.startsWith(`sync ${path}`)).length);
  return { durabilities, syncs };
}

describe("an acknowledged imprint of SQLite is on disk", { timeout: 60_000 }, () => {
  test("since the log was synced between every two acknowledgements", async () => {
    const { durabilities, syncs } = await countSyncs("full");
    expect(durabilities).toEqual(new Set([Durability.DISK]));
    expect(syncs).toHaveLength(operations);
    expect(Math.min(...syncs)).toBeGreaterThanOrEqual(1);
    const database = new Sqlite(join(folder, "full.db"));
    expect(database.pragma("journal_mode", { simple: true })).toBe("wal");
    database.close();
  });

  test("and a driver without synchronous=FULL is found out, and says so itself", async () => {
    const root = join(folder, "mutant");
    copyBuilt(root, { file: "src/engram/sqlite/database.js", from: "synchronous = FULL", to: "synchronous = OFF" });
    const { durabilities, syncs } = await countSyncs("off", root);
    expect(syncs).toHaveLength(operations);
    expect(Math.min(...syncs)).toBe(0);
    // The receipt has it from the live setting of its own connection.
    expect(durabilities).toEqual(new Set([Durability.OS]));
  });
});

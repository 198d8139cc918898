import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { engramBattery, type OpenEngram } from "../../testing/index.js";
import { SqliteEngram } from "./index.js";

const folder = mkdtempSync(join(tmpdir(), "cosmonapse-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const open: OpenEngram = async (clock) => {
  files += 1;
  return new SqliteEngram({ engramId: "ctx", engramKind: "context", path: join(folder, `${files}.db`), clock });
};

describe("SqliteEngram keeps the battery", () => {
  test.each(engramBattery)("$group: $name", async ({ run }) => {
    expect(await run(open)).toEqual([]);
  });
});

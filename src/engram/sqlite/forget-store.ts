import type { Database } from "better-sqlite3";
import { CosmoError } from "../../errors/index.js";
import { Forgetting, idCounter, keyCounter, readOutcome, TOMBSTONE_WINDOW_MS } from "../index.js";
import type { Commands } from "./commands.js";
import { whileLocked } from "./database.js";
import { IndexStore } from "./index-store.js";
import { limitMax, type RecallStore } from "./recall-store.js";
import type { Statements } from "./statements.js";

/** The other stores of the same connection. */
export interface Stores {
  readonly database: Database;
  readonly sql: Statements;
  readonly recalls: RecallStore;
}

/** Purges what matches a query, or a whole space, in one transaction, and then from the file (COS-ENT-023). */
export function forget(stores: Stores, { space, nowMs, plan }: Commands["forget"]): number {
  const { database, sql } = stores;
  const purge = database.transaction(() => {
    const { count, highest } =
      plan === undefined ? forgetSpace(sql, space) : forgetMatches(stores, { space, nowMs, plan });
    sql.run(
      `UPDATE space SET revision = revision + 1, floor_until_ms = ?,
          floor = CASE WHEN floor_until_ms > ? THEN max(floor, ?) ELSE ? END WHERE space = ?`,
      nowMs + TOMBSTONE_WINDOW_MS,
      nowMs,
      Number(highest),
      Number(highest),
      space,
    );
    return count;
  });
  const entries = whileLocked(() => purge.immediate());
  compact(database);
  return entries;
}

function forgetSpace(sql: Statements, space: number): { count: number; highest: bigint } {
  const highest = sql.get(
    `SELECT max((SELECT coalesce(max(version), 0) FROM counter WHERE space = ?),
      (SELECT coalesce(max(version), 0) FROM entry WHERE space = ?)) AS version,
      (SELECT count(*) FROM entry WHERE space = ?) AS count`,
    space,
    space,
    space,
  );
  for (const table of ["entry", "word", "tag", "counter", "told"])
    sql.run(`DELETE FROM ${table} WHERE space = ?`, space);
  return { count: Number(highest?.["count"]), highest: BigInt(Number(highest?.["version"])) };
}

function forgetMatches(
  { sql, recalls }: Stores,
  search: { space: number; nowMs: number; plan: NonNullable<Commands["forget"]["plan"]> },
): { count: number; highest: bigint } {
  const { space } = search;
  const forgetting = new Forgetting(search.plan);
  // Nothing can be removed while rows are still read.
  const matches = [...recalls.matches({ ...search, asOf: undefined }, limitMax)];
  const index = new IndexStore(sql, space);
  for (const match of matches) {
    forgetting.add(match.entry);
    sql.run("DELETE FROM entry WHERE number = ?", match.number);
    index.remove(match.number, match.entry);
  }
  for (const id of forgetting.ids) {
    if (sql.get("SELECT 1 FROM entry WHERE space = ? AND id = ?", space, id) !== undefined) {
      forgetting.ids.delete(id);
      continue;
    }
    for (const row of sql.all(
      "DELETE FROM counter WHERE space = ? AND name = ? RETURNING version",
      space,
      idCounter(id),
    )) {
      forgetting.raise(BigInt(Number(row["version"])));
    }
  }
  for (const key of forgetting.keys) forgetKey(sql, space, { key, forgetting });
  for (const row of sql.all("SELECT imprint_id, receipt, rejection FROM told WHERE space = ?", space)) {
    if (!forgetting.concerns(readOutcome(row))) continue;
    sql.run("DELETE FROM told WHERE space = ? AND imprint_id = ?", space, String(row["imprint_id"]));
  }
  return { count: matches.length, highest: forgetting.highest };
}

function forgetKey(sql: Statements, space: number, of: { key: string; forgetting: Forgetting }): void {
  const name = keyCounter(of.key);
  const left = sql.get(
    "SELECT count(*) AS entries, coalesce(sum(seq > 0), 0) AS items FROM entry WHERE space = ? AND merge_key = ?",
    space,
    of.key,
  );
  if (Number(left?.["entries"]) > 0) {
    sql.run("UPDATE counter SET items = ? WHERE space = ? AND name = ?", Number(left?.["items"]), space, name);
    return;
  }
  const counter = sql.get("SELECT version FROM counter WHERE space = ? AND name = ?", space, name);
  of.forgetting.drop(of.key, BigInt(Number(counter?.["version"] ?? 0)));
  sql.run("DELETE FROM counter WHERE space = ? AND name = ?", space, name);
}

/** Writes the file anew without what is free in it, and empties the log, where the old pages still stand. */
function compact(database: Database): void {
  whileLocked(() => database.exec("VACUUM"));
  whileLocked(() => {
    const [state] = database.prepare<[], { busy: number }>("PRAGMA wal_checkpoint(TRUNCATE)").all();
    if (state?.busy === 0) return;
    const message = `${database.name}: the entries are forgotten, but a reader keeps the old log; forget again later`;
    throw new CosmoError("ENGRAM_FAILED", message);
  });
}

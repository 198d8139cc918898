import type { Database } from "better-sqlite3";
import {
  encodeOutcome,
  ENTRY_COLUMNS,
  entryValues,
  idCounter,
  ImprintBatch,
  IMPRINT_WINDOW_MS,
  keyCounter,
  placesOf,
  readCounter,
  readOutcome,
  readRow,
  TOMBSTONE_WINDOW_MS,
  type BatchStamp,
  type Changes,
  type Counter,
  type ImprintRequest,
  type Loaded,
  type Outcome,
  type Places,
  type Put,
  type Remembered,
  type Row,
} from "../index.js";
import { IndexStore } from "./index-store.js";
import type { Statements } from "./statements.js";

const columns = ENTRY_COLUMNS.join(", ");
const selectEntry = `SELECT number, ${columns} FROM entry WHERE space = ?`;
const insertEntry = `INSERT INTO entry (space, revision, ${columns}) VALUES (?, ?${", ?".repeat(ENTRY_COLUMNS.length)})`;
const updateEntry = `UPDATE entry SET revision = ?, ${ENTRY_COLUMNS.map((column) => `${column} = ?`).join(", ")} WHERE number = ?`;

/** How many expired rows one transaction takes up. */
const sweepMax = 1_000;

/** Stores batches of imprints. */
export class ImprintStore {
  readonly #database: Database;
  readonly #sql: Statements;

  constructor(database: Database, sql: Statements) {
    this.#database = database;
    this.#sql = sql;
  }

  /** Decides and stores imprints in one transaction: all of them or none (COS-OP-026). */
  imprint(space: number, requests: readonly ImprintRequest[], stamp: BatchStamp): readonly Outcome[] {
    // What has expired in great number goes first, in transactions of its own.
    while (this.#expired(space, stamp.nowMs).length === sweepMax) this.#transact(space, [], stamp);
    return this.#transact(space, requests, stamp);
  }

  #transact(space: number, requests: readonly ImprintRequest[], stamp: BatchStamp): readonly Outcome[] {
    return this.#database
      .transaction(() => {
        const own = this.#sql.get("SELECT revision, floor, floor_until_ms FROM space WHERE space = ?", space);
        const floor = stamp.nowMs < Number(own?.["floor_until_ms"]) ? BigInt(Number(own?.["floor"])) : 0n;
        const batch = new ImprintBatch({ ...this.#load(space, placesOf(requests), stamp.nowMs), floor }, stamp);
        const outcomes = requests.map((request) => batch.decide(request));
        this.#store({ space, revision: Number(own?.["revision"]) + 1, nowMs: stamp.nowMs }, batch.changes());
        this.#keepHouse(stamp.nowMs);
        return outcomes;
      })
      .immediate();
  }

  #expired(space: number, nowMs: number): readonly Row[] {
    return this.#sql.all(`${selectEntry} AND expires_ms <= ? LIMIT ${sweepMax}`, space, nowMs).map(readRow);
  }

  #load(space: number, places: Places, nowMs: number): Omit<Loaded, "floor"> {
    const rows = new Map<number, Row>();
    const counters = new Map<string, Counter>();
    const told = new Map<string, Remembered>();
    const add = (found: readonly Row[]): void => {
      for (const row of found) rows.set(row.number, row);
    };
    const loadCounter = (name: string): void => {
      const known = this.#sql.get("SELECT * FROM counter WHERE space = ? AND name = ?", space, name);
      if (known !== undefined) counters.set(name, readCounter(known));
    };
    add(this.#expired(space, nowMs));
    for (const id of places.ids) add(this.#entries("id = ?", space, id));
    for (const key of places.keys) add(this.#entries("merge_key = ? AND seq = 0", space, key));
    for (const key of places.wholeKeys) add(this.#entries("merge_key = ?", space, key));
    const keys = new Set(places.keys);
    for (const { entry } of rows.values()) if (entry.mergeKey !== undefined) keys.add(entry.mergeKey);
    for (const id of places.ids) loadCounter(idCounter(id));
    for (const key of keys) loadCounter(keyCounter(key));
    for (const imprintId of places.imprintIds) {
      const known = this.#told(space, imprintId, nowMs);
      if (known !== undefined) told.set(imprintId, known);
    }
    return { rows: [...rows.values()], counters, told };
  }

  #entries(condition: string, space: number, value: string): readonly Row[] {
    return this.#sql.all(`${selectEntry} AND ${condition}`, space, value).map(readRow);
  }

  #told(space: number, imprintId: string, nowMs: number): Remembered | undefined {
    const row = this.#sql.get(
      "SELECT fingerprint, receipt, rejection FROM told WHERE space = ? AND imprint_id = ? AND told_ms > ?",
      space,
      imprintId,
      nowMs - IMPRINT_WINDOW_MS,
    );
    return row && { fingerprint: String(row["fingerprint"]), outcome: readOutcome(row) };
  }

  #store(at: { space: number; revision: number; nowMs: number }, changes: Changes): void {
    const { space, revision, nowMs } = at;
    const index = new IndexStore(this.#sql, space);
    for (const { number, entry } of changes.removed) {
      this.#sql.run("DELETE FROM entry WHERE number = ?", number);
      index.remove(number, entry);
    }
    for (const put of changes.put) this.#put(index, { space, revision }, put);
    for (const [name, { version, lastSeq, items, buriedAtMs }] of changes.counters) {
      this.#sql.run(
        "INSERT OR REPLACE INTO counter VALUES (?, ?, ?, ?, ?, ?)",
        space,
        name,
        Number(version),
        Number(lastSeq),
        items,
        buriedAtMs ?? null,
      );
    }
    for (const [imprintId, { fingerprint, outcome }] of changes.told) {
      const { receipt, rejection } = encodeOutcome(outcome);
      this.#sql.run(
        "INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?, ?, ?)",
        space,
        imprintId,
        fingerprint,
        receipt,
        rejection,
        nowMs,
      );
    }
    this.#sql.run("UPDATE space SET revision = ? WHERE space = ?", revision, space);
  }

  #put(index: IndexStore, at: { space: number; revision: number }, { entry, before }: Put): void {
    const values = entryValues(entry);
    if (before === undefined) {
      index.add(this.#sql.run(insertEntry, at.space, at.revision, ...values), entry);
      return;
    }
    this.#sql.run(updateEntry, at.revision, ...values, before.number);
    index.replace(before.number, before.entry, entry);
  }

  /** Removes tombstones and imprint ids whose window has ended: more than a batch can add, and a bounded number. */
  #keepHouse(nowMs: number): void {
    this.#sql.run(
      `DELETE FROM counter WHERE (space, name) IN
        (SELECT space, name FROM counter WHERE buried_ms <= ? LIMIT ${sweepMax})`,
      nowMs - TOMBSTONE_WINDOW_MS,
    );
    this.#sql.run(
      `DELETE FROM told WHERE (space, imprint_id) IN
        (SELECT space, imprint_id FROM told WHERE told_ms <= ? LIMIT ${sweepMax})`,
      nowMs - IMPRINT_WINDOW_MS,
    );
  }
}

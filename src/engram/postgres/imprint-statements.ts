import {
  encodeOutcome,
  ENTRY_COLUMNS,
  entryValues,
  idCounter,
  IMPRINT_WINDOW_MS,
  indexWords,
  keyCounter,
  readCounter,
  readOutcome,
  readRow,
  TOMBSTONE_WINDOW_MS,
  type Changes,
  type Columns,
  type Digest,
  type Loaded,
  type Places,
  type Put,
  type Row,
} from "../index.js";
import type { Session } from "./connections.js";

/** The space that a transaction holds. */
export interface HeldSpace {
  /** Its number. */
  readonly space: number;
  /** The last stored batch. */
  readonly revision: number;
  /** The number of the last entry. */
  readonly lastNumber: number;
  /** The version above which places begin. */
  readonly floor: bigint;
  /** The store's clock. */
  readonly nowMs: number;
}

/** What was loaded, and whether more has expired than that. */
export type LoadedBatch = Loaded & { readonly isSwept: boolean };

/** How many expired rows one transaction takes up. */
const sweepMax = 1_000;

const columns = ENTRY_COLUMNS.join(", ");
const columnTypes = ENTRY_COLUMNS.map((column) => (/_ms$|^seq$|^version$/.test(column) ? "bigint[]" : "text[]"));

/** How long housekeeping rests, milliseconds, and how much it does then: what it removes is ignored already. */
const restMs = 1_000;
const houseMax = 20_000;

/** The statements that load and store a batch of imprints, in a schema. */
export class ImprintStatements {
  readonly #schema: string;
  readonly #digest: Digest;
  #keptMs = -Infinity;

  constructor(schema: string, digest: Digest) {
    this.#schema = schema;
    this.#digest = digest;
  }

  /** Loads what a batch needs to see, and what has expired. All statements go out together. */
  async load(session: Session, held: HeldSpace, places: Places): Promise<LoadedBatch> {
    const { space, nowMs } = held;
    const all = `SELECT number, ${columns} FROM ${this.#schema}.entry WHERE space = $1`;
    const names = [...places.ids.map(idCounter), ...places.keys.map(keyCounter)];
    const [byId, records, whole, expired, counters, told] = await Promise.all([
      ask(session, `${all} AND id = ANY($2)`, space, places.ids),
      ask(session, `${all} AND merge_key = ANY($2) AND seq = 0`, space, places.keys),
      ask(session, `${all} AND merge_key = ANY($2)`, space, places.wholeKeys),
      session.query(`${all} AND expires_ms <= $2 LIMIT ${sweepMax}`, [space, nowMs]),
      this.#counters(session, space, names),
      session.query(
        `SELECT imprint_id, fingerprint, receipt, rejection FROM ${this.#schema}.told
          WHERE space = $1 AND imprint_id = ANY($2) AND told_ms > $3`,
        [space, places.imprintIds, nowMs - IMPRINT_WINDOW_MS],
      ),
    ]);
    const rows = new Map(
      [...byId, ...records, ...whole, ...expired].map((row) => [Number(row["number"]), readRow(row)]),
    );
    const known = new Set(names);
    const others = Array.from(rows.values(), ({ entry }) => entry.mergeKey).filter((key) => key !== undefined);
    // Keys that only show in the rows: of entries that were addressed by id, or have expired.
    const late = [...new Set(others.map(keyCounter))].filter((name) => !known.has(name));
    const lateCounters = await this.#counters(session, space, late);
    return {
      rows: [...rows.values()],
      counters: new Map([...counters, ...lateCounters].map((row) => [String(row["name"]), readCounter(row)])),
      told: new Map(
        told.map((row) => [
          String(row["imprint_id"]),
          { fingerprint: String(row["fingerprint"]), outcome: readOutcome(row) },
        ]),
      ),
      floor: held.floor,
      isSwept: expired.length < sweepMax,
    };
  }

  async #counters(session: Session, space: number, names: readonly string[]): Promise<readonly Columns[]> {
    return ask(session, `SELECT * FROM ${this.#schema}.counter WHERE space = $1 AND name = ANY($2)`, space, names);
  }

  /** The statements that store the changes, in order; undefined ones have nothing to do. */
  store(session: Session, held: HeldSpace, changes: Changes): readonly Promise<unknown>[] {
    const { space } = held;
    const numbered = changes.put.map((put, index) => ({
      ...put,
      number: put.before?.number ?? held.lastNumber + index + 1,
    }));
    // Without the words that stay, a change of a long text is small.
    const stale = [...changes.removed, ...changes.put.flatMap(({ before }) => before ?? [])];
    return [
      ...this.remove(session, space, { gone: changes.removed, stale }),
      this.#putEntries(session, held, numbered),
      ...this.#index(session, space, numbered),
      this.#putCounters(session, space, changes.counters),
      this.#putTold(session, held, changes.told),
      session.query(`UPDATE ${this.#schema}.space SET revision = $2, last_number = $3 WHERE space = $1`, [
        space,
        held.revision + 1,
        held.lastNumber + numbered.length,
      ]),
      ...this.#keepHouse(session, held),
    ].filter((query) => query !== undefined);
  }

  /** Removes entries, and the index of these and of those that are about to be replaced. */
  remove(
    session: Session,
    space: number,
    { gone, stale }: { gone: readonly Row[]; stale: readonly Row[] },
  ): readonly Promise<unknown>[] {
    if (stale.length === 0) return [];
    const words = stale.flatMap(({ number, entry }) =>
      indexWords(entry, this.#digest).map(({ word, leaf }) => ({ word, number, leaf })),
    );
    const tags = stale.flatMap(({ number, entry }) => entry.tags.map((tag) => ({ tag, number })));
    const numbers = gone.map(({ number }) => number);
    return [
      session.query(
        `DELETE FROM ${this.#schema}.word w USING unnest($2::text[], $3::bigint[], $4::int[]) AS g (word, number, leaf)
          WHERE w.space = $1 AND w.word = g.word AND w.number = g.number AND w.leaf = g.leaf`,
        [space, words.map(({ word }) => word), words.map(({ number }) => number), words.map(({ leaf }) => leaf)],
      ),
      session.query(
        `DELETE FROM ${this.#schema}.tag t USING unnest($2::text[], $3::bigint[]) AS g (tag, number)
          WHERE t.space = $1 AND t.tag = g.tag AND t.number = g.number`,
        [space, tags.map(({ tag }) => tag), tags.map(({ number }) => number)],
      ),
      session.query(`DELETE FROM ${this.#schema}.entry WHERE space = $1 AND number = ANY($2)`, [space, numbers]),
    ];
  }

  #putEntries(session: Session, held: HeldSpace, puts: readonly NumberedPut[]): Promise<unknown> | undefined {
    if (puts.length === 0) return undefined;
    const values = puts.map(({ entry }) => entryValues(entry));
    const arrays = columnTypes.map((_, index) => values.map((row) => row[index]));
    const types = columnTypes.map((type, index) => `$${index + 4}::${type}`).join(", ");
    const changes = ["revision", ...ENTRY_COLUMNS].map((column) => `${column} = excluded.${column}`).join(", ");
    return session.query(
      `INSERT INTO ${this.#schema}.entry (space, revision, number, ${columns})
        SELECT $1::bigint, $2::bigint, * FROM unnest($3::bigint[], ${types})
        ON CONFLICT (space, number) DO UPDATE SET ${changes}`,
      [held.space, held.revision + 1, puts.map(({ number }) => number), ...arrays],
    );
  }

  #index(session: Session, space: number, puts: readonly NumberedPut[]): readonly Promise<unknown>[] {
    const words = puts.flatMap(({ number, entry }) =>
      indexWords(entry, this.#digest).map((word) => ({ ...word, number })),
    );
    const tags = puts.flatMap(({ number, entry }) => entry.tags.map((tag) => ({ tag, number })));
    const queries: Promise<unknown>[] = [];
    if (words.length > 0) {
      queries.push(
        session.query(
          `INSERT INTO ${this.#schema}.word (space, word, number, leaf, size)
            SELECT $1::bigint, * FROM unnest($2::text[], $3::bigint[], $4::int[], $5::int[])`,
          [
            space,
            words.map(({ word }) => word),
            words.map(({ number }) => number),
            words.map(({ leaf }) => leaf),
            words.map(({ size }) => size),
          ],
        ),
      );
    }
    if (tags.length > 0) {
      queries.push(
        session.query(
          `INSERT INTO ${this.#schema}.tag (space, tag, number) SELECT $1::bigint, * FROM unnest($2::text[], $3::bigint[])`,
          [space, tags.map(({ tag }) => tag), tags.map(({ number }) => number)],
        ),
      );
    }
    return queries;
  }

  #putCounters(session: Session, space: number, counters: Changes["counters"]): Promise<unknown> | undefined {
    if (counters.length === 0) return undefined;
    return session.query(
      `INSERT INTO ${this.#schema}.counter (space, name, version, last_seq, items, buried_ms)
        SELECT $1::bigint, * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
        ON CONFLICT (space, name) DO UPDATE SET version = excluded.version, last_seq = excluded.last_seq,
          items = excluded.items, buried_ms = excluded.buried_ms`,
      [
        space,
        counters.map(([name]) => name),
        counters.map(([, { version }]) => version),
        counters.map(([, { lastSeq }]) => lastSeq),
        counters.map(([, { items }]) => items),
        counters.map(([, { buriedAtMs }]) => buriedAtMs ?? null),
      ],
    );
  }

  #putTold(session: Session, { space, nowMs }: HeldSpace, told: Changes["told"]): Promise<unknown> | undefined {
    if (told.length === 0) return undefined;
    const outcomes = told.map(([, { outcome }]) => encodeOutcome(outcome));
    return session.query(
      `INSERT INTO ${this.#schema}.told (space, told_ms, imprint_id, fingerprint, receipt, rejection)
        SELECT $1::bigint, $2::bigint, * FROM unnest($3::text[], $4::text[], $5::bytea[], $6::bytea[])
        ON CONFLICT (space, imprint_id) DO UPDATE SET told_ms = excluded.told_ms,
          fingerprint = excluded.fingerprint, receipt = excluded.receipt, rejection = excluded.rejection`,
      [
        space,
        nowMs,
        told.map(([imprintId]) => imprintId),
        told.map(([, { fingerprint }]) => fingerprint),
        outcomes.map(({ receipt }) => receipt && Buffer.from(receipt)),
        outcomes.map(({ rejection }) => rejection && Buffer.from(rejection)),
      ],
    );
  }

  /** Removes tombstones and imprint ids whose window has ended: a bounded number, now and then. */
  #keepHouse(session: Session, { space, nowMs }: HeldSpace): readonly Promise<unknown>[] {
    if (nowMs - this.#keptMs < restMs && nowMs >= this.#keptMs) return [];
    this.#keptMs = nowMs;
    return [
      session.query(
        `DELETE FROM ${this.#schema}.counter WHERE space = $1 AND name IN
          (SELECT name FROM ${this.#schema}.counter WHERE space = $1 AND buried_ms <= $2 LIMIT ${houseMax})`,
        [space, nowMs - TOMBSTONE_WINDOW_MS],
      ),
      session.query(
        `DELETE FROM ${this.#schema}.told WHERE space = $1 AND imprint_id IN
          (SELECT imprint_id FROM ${this.#schema}.told WHERE space = $1 AND told_ms <= $2 LIMIT ${houseMax})`,
        [space, nowMs - IMPRINT_WINDOW_MS],
      ),
    ];
  }
}

/** Asks for the rows of several places; nothing if there are none. */
async function ask(
  session: Session,
  text: string,
  ...[space, places]: [space: number, places: readonly string[]]
): Promise<readonly Columns[]> {
  return places.length === 0 ? [] : session.query(text, [space, places]);
}

type NumberedPut = Put & { readonly number: number };

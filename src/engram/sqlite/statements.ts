import type { Database, Statement } from "better-sqlite3";
import type { Columns, Statement as NumberedStatement } from "../index.js";

/** A value that SQLite takes. */
export type SqlValue = string | number | Uint8Array | null;

/** Values in order, or by the number of their places. */
type Binding = SqlValue | Readonly<Record<string, SqlValue>>;

/** How many texts are kept: those of this driver, and the forms of recalls that come often. */
const textsMax = 256;

/** The prepared statements of a connection, each text prepared once. */
export class Statements {
  readonly #database: Database;
  readonly #prepared = new Map<string, Statement<Binding[], Columns>>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Runs a statement for its effect; the number of the last row that was inserted. */
  run(text: string, ...values: readonly SqlValue[]): number {
    return Number(this.#prepare(text).run(...values).lastInsertRowid);
  }

  /** The first row. */
  get(text: string, ...values: readonly SqlValue[]): Columns | undefined {
    return this.#prepare(text).get(...values);
  }

  /** All rows. */
  all(text: string, ...values: readonly SqlValue[]): readonly Columns[] {
    return this.#prepare(text).all(...values);
  }

  /** The rows of a statement whose places have numbers, one by one as they are asked for. */
  iterate({ text, values }: NumberedStatement): IterableIterator<Columns> {
    return this.#prepare(text).iterate(Object.fromEntries(values.map((value, index) => [index + 1, value])));
  }

  #prepare(text: string): Statement<Binding[], Columns> {
    const known = this.#prepared.get(text);
    if (known !== undefined) return known;
    if (this.#prepared.size >= textsMax) this.#prepared.clear();
    const statement = this.#database.prepare<Binding[], Columns>(text);
    this.#prepared.set(text, statement);
    return statement;
  }
}

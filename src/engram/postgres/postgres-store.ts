import { createHash } from "node:crypto";
import { Durability } from "../../../gen/cosmonapse/v1/memory.js";
import type { Clock } from "../../foundation/index.js";
import {
  ImprintBatch,
  placesOf,
  type Digest,
  type EngramStore,
  type ImprintRequest,
  type OpenedSpace,
  type Outcome,
  type QueryPlan,
  type Search,
  type SearchResult,
} from "../index.js";
import type { Connections, Session } from "./connections.js";
import { forgetRows } from "./forget-rows.js";
import { ImprintStatements, type HeldSpace } from "./imprint-statements.js";
import { migrate, quoteName, spaceTables } from "./schema.js";
import { searchAll } from "./search-rows.js";

/** What a `PostgresStore` is made of. */
export interface PostgresStoreOptions {
  readonly connections: Connections;
  readonly schema: string;
  readonly engramId: string;
  /** Undefined: the database's. */
  readonly clock: Clock | undefined;
  /** The id of the store, if the schema has none yet. */
  readonly storeId: string;
}

/** SHA-256 in hexadecimal digits. */
const digest: Digest = (text) => createHash("sha256").update(text).digest("hex");

/** The database's clock in whole milliseconds, at this moment. */
const clockSql = "floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/** The tables of one schema. Whoever changes a space holds its row, so that its imprints are decided one after another. */
export class PostgresStore implements EngramStore {
  readonly #options: PostgresStoreOptions;
  readonly #schema: string;
  readonly #imprints: ImprintStatements;
  #durability: Durability = Durability.DISK;

  constructor(options: PostgresStoreOptions) {
    this.#options = options;
    this.#schema = quoteName(options.schema);
    this.#imprints = new ImprintStatements(this.#schema, digest);
  }

  async open(namespace: string): Promise<OpenedSpace> {
    const { connections, schema, engramId } = this.#options;
    return connections.once(async (session) => {
      const storeId = await migrate(session, schema, this.#options.storeId);
      const [fsync] = await session.query("SHOW fsync");
      // Every transaction of ours waits for the log, whatever the server's default; without fsync that is the system's.
      this.#durability = fsync?.["fsync"] === "on" ? Durability.DISK : Durability.OS;
      const values = [namespace, engramId];
      const table = `${this.#schema}.space`;
      await session.query(`INSERT INTO ${table} (namespace, engram_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, values);
      const [row] = await session.query(`SELECT space FROM ${table} WHERE namespace = $1 AND engram_id = $2`, values);
      return { space: Number(row?.["space"]), storeId, durability: this.#durability };
    });
  }

  async imprint(space: number, requests: readonly ImprintRequest[]): Promise<readonly Outcome[]> {
    return this.#options.connections.use(async (session) => {
      for (;;) {
        const outcomes = await this.#transact(session, space, requests);
        if (outcomes !== undefined) return outcomes;
      }
    });
  }

  /** One transaction of two round trips. Undefined: so much has expired that it did only that. */
  async #transact(
    session: Session,
    space: number,
    requests: readonly ImprintRequest[],
  ): Promise<readonly Outcome[] | undefined> {
    const held = await this.#hold(session, space);
    const loaded = await this.#imprints.load(session, held, placesOf(requests));
    const batch = new ImprintBatch(loaded, {
      nowMs: held.nowMs,
      engramId: this.#options.engramId,
      durability: this.#durability,
      digest,
    });
    const outcomes = loaded.isSwept ? requests.map((request) => batch.decide(request)) : undefined;
    // The server refuses to commit if one of them failed.
    await Promise.all([...this.#imprints.store(session, held, batch.changes()), session.query("COMMIT")]);
    return outcomes;
  }

  /** Begins a transaction and waits for the space. */
  async #hold(session: Session, space: number): Promise<HeldSpace> {
    const [, [row], [clock]] = await Promise.all([
      session.query("BEGIN; SET LOCAL synchronous_commit TO on"),
      session.query(`SELECT * FROM ${this.#schema}.space WHERE space = $1 FOR UPDATE`, [space]),
      // A statement of its own: the one before would have read the clock before it waited.
      session.query(`SELECT ${clockSql} AS now_ms`),
    ]);
    const nowMs = this.#options.clock?.wallMs() ?? Number(clock?.["now_ms"]);
    return {
      space,
      nowMs,
      revision: Number(row?.["revision"]),
      lastNumber: Number(row?.["last_number"]),
      floor: nowMs < Number(row?.["floor_until_ms"]) ? BigInt(Number(row?.["floor"])) : 0n,
    };
  }

  async search(space: number, search: Search): Promise<SearchResult> {
    const nowMs = this.#options.clock?.wallMs() ?? { sql: clockSql.replace("clock_timestamp", "statement_timestamp") };
    return this.#options.connections.use((session) =>
      searchAll(session, { schema: this.#schema, digest }, { ...search, space, nowMs }),
    );
  }

  async forget(space: number, plan: QueryPlan | undefined): Promise<number> {
    const { connections } = this.#options;
    const purge = { schema: this.#schema, digest, imprints: this.#imprints };
    // What has expired goes first, as before every imprint.
    await this.imprint(space, []);
    const entries = await connections.use(async (session) => {
      const held = await this.#hold(session, space);
      const count = await forgetRows(session, purge, { held, plan });
      await session.query("COMMIT");
      return count;
    });
    await connections.use(async (session) => {
      // Rows that were removed stay in the files until they are written anew.
      for (const table of spaceTables) await session.query(`VACUUM FULL ${this.#schema}.${table}`);
    });
    return entries;
  }

  async close(): Promise<void> {
    await this.#options.connections.close();
  }
}

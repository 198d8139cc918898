import { setTimeout as pause } from "node:timers/promises";
import { createHash } from "node:crypto";
import { Effect } from "../../../gen/cosmonapse/v1/options.js";
import { CosmoError, describeThrown } from "../../errors/index.js";
import type { Columns } from "../index.js";

/** What this driver uses of a client of the package pg. */
export interface PostgresClient {
  query(query: string | { name?: string; text: string; values: unknown[] }): Promise<{ rows: Columns[] }>;
  on(event: "error", listener: (error: Error) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
  release(destroy?: boolean): void;
}

/** What this driver uses of a pool of the package pg: `new pg.Pool(…)` is one. */
export interface PostgresPool {
  /** Calls back as it hands out a client, in the same turn: an error of the client has a listener from the start. */
  connect(callback: (error: Error | undefined, client: PostgresClient | undefined) => void): void;
}

/** A connection while it is ours. */
export interface Session {
  /**
   * Runs a statement; its rows. Statements run in the order in which they were asked for. One with values is prepared
   * and kept by the connection, so their texts should be few.
   */
  readonly query: (text: string, values?: readonly unknown[]) => Promise<readonly Columns[]>;
  /** Runs a statement that is planned for its values. */
  readonly search: (text: string, values: readonly unknown[]) => Promise<readonly Columns[]>;
}

/** A pool that is made when it is needed, and closed. */
export interface OwnPool {
  readonly pool: PostgresPool;
  readonly end: () => Promise<void>;
}

/** How long to wait before each further attempt, milliseconds: a server that restarts is back within seconds. */
const pausesMs = [20, 100, 300, 1_000, 2_000];

/**
 * The connections of an Engram. What fails because a connection broke or the server restarts is done again on another,
 * for some seconds: every imprint has an id, so that doing it twice has one effect. Whatever else fails is
 * `ENGRAM_FAILED`; nothing is waited for without a bound (COS-OP-034).
 */
export class Connections {
  readonly #getPool: () => Promise<OwnPool>;
  #pool: Promise<OwnPool> | undefined;
  readonly #running = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(getPool: () => Promise<OwnPool>) {
    this.#getPool = getPool;
  }

  /** Does something on a connection, once. `CLOSED` after `close`. */
  async once<T>(run: (session: Session) => Promise<T>): Promise<T> {
    return this.#tracked(() => this.#persist(run, []));
  }

  /** Does something on a connection, again on another if the first broke. `CLOSED` after `close`. */
  async use<T>(run: (session: Session) => Promise<T>): Promise<T> {
    return this.#tracked(() => this.#persist(run, pausesMs));
  }

  async #persist<T>(run: (session: Session) => Promise<T>, pauses: readonly number[]): Promise<T> {
    for (const pauseMs of pauses) {
      try {
        return await this.#attempt(run);
      } catch (thrown) {
        if (!isPassing(thrown) || this.#isClosed) throw toEngramFailed(thrown);
      }
      // Unlike the clock's, this timer keeps the process alive: somebody waits for the answer.
      await pause(pauseMs * (0.5 + Math.random()));
    }
    try {
      return await this.#attempt(run);
    } catch (thrown) {
      throw toEngramFailed(thrown);
    }
  }

  async #attempt<T>(run: (session: Session) => Promise<T>): Promise<T> {
    const { pool } = await (this.#pool ??= this.#getPool());
    const client = await connect(pool);
    let isBroken = true;
    try {
      const result = await run(sessionOf(client));
      isBroken = false;
      return result;
    } finally {
      if (!isBroken) client.off("error", ignore);
      client.release(isBroken);
    }
  }

  async #tracked<T>(start: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new CosmoError("CLOSED", "the database is closed; use the Engram between open and close");
    const work = start();
    this.#running.add(work);
    try {
      return await work;
    } finally {
      this.#running.delete(work);
    }
  }

  /** Lets what runs end, then closes a pool of our own. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#running);
    const pool = await this.#pool?.catch(() => undefined);
    this.#pool = undefined;
    await pool?.end();
  }
}

/** A connection may break between two statements; the next one tells. */
function ignore(): void {}

/** Takes a client. One packet may bring a client's readiness and its end: whoever listens a turn later is too late. */
function connect(pool: PostgresPool): Promise<PostgresClient> {
  return new Promise((resolve, reject) => {
    pool.connect((error, client) => {
      if (client === undefined) {
        reject(error ?? new Error("the pool gave no client"));
        return;
      }
      client.on("error", ignore);
      resolve(client);
    });
  });
}

function sessionOf(client: PostgresClient): Session {
  return {
    query: async (text, values) => {
      const query = values === undefined ? text : { name: nameOf(text), text, values: [...values] };
      return (await client.query(query)).rows;
    },
    search: async (text, values) => (await client.query({ text, values: [...values] })).rows,
  };
}

/** The name of a statement, the same for the same text: a connection may be shared with others. */
function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `cosmonapse ${createHash("sha256").update(text).digest("base64url").slice(0, 22)}`;
  names.set(text, name);
  return name;
}

const names = new Map<string, string>();

function codeOf(thrown: unknown): string {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return "";
  return String(thrown.code);
}

/** True for what another attempt may mend: broken connections, a server that starts or stops, and deadlocks. */
function isPassing(thrown: unknown): boolean {
  if (/^(?:08...|57P0[123]|40001|40P01|53300|ECONN\w+|EPIPE|ENOENT)$/.test(codeOf(thrown))) return true;
  return (
    thrown instanceof Error && /Connection terminated|Client has encountered a connection error/.test(thrown.message)
  );
}

/** What went wrong with the database, as the one error of a failing backend: `ENGRAM_FAILED`. */
function toEngramFailed(thrown: unknown): CosmoError {
  if (thrown instanceof CosmoError) return thrown;
  const code = codeOf(thrown);
  const [, advice] = advices.find(([pattern]) => pattern.test(code)) ?? [];
  const what = thrown instanceof AggregateError ? thrown.errors.map(describeThrown).join("; ") : describeThrown(thrown);
  const message = `PostgreSQL: ${what}${code === "" ? "" : ` (${code})`}${advice === undefined ? "" : `; ${advice}`}`;
  return new CosmoError("ENGRAM_FAILED", message, { effect: Effect.UNKNOWN, cause: thrown });
}

const advices: readonly (readonly [code: RegExp, advice: string])[] = [
  [/^(?:ECONNREFUSED|ENOTFOUND|ENOENT|EAI_AGAIN)$/, "check the host and the port of the dsn"],
  [/^28/, "check the user and the password of the dsn"],
  [/^3D000$/, "create the database, or name another in the dsn"],
  [/^42501$/, "grant the user the right to create and use the schema"],
  [/^53100$/, "make room on the server's disk"],
];

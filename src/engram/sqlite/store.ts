import type { Database } from "better-sqlite3";
import type { Answers, Commands, Question, ThreadOptions } from "./commands.js";
import { durabilityOf, openDatabase, whileLocked } from "./database.js";
import { forget } from "./forget-store.js";
import { digest } from "./index-store.js";
import { ImprintStore } from "./imprint-store.js";
import { RecallStore } from "./recall-store.js";
import { migrate } from "./schema.js";
import { Statements } from "./statements.js";

/** One connection to the file, and everything that can be asked of it. Every method is done when it returns. */
export class Store {
  readonly #options: ThreadOptions;
  readonly #database: Database;
  readonly #sql: Statements;
  readonly #imprints: ImprintStore;
  readonly #recalls: RecallStore;

  constructor(options: ThreadOptions) {
    this.#options = options;
    this.#database = openDatabase(options.path);
    try {
      whileLocked(() => migrate(this.#database, options.storeId));
      if (options.isReader) this.#database.pragma("query_only = ON");
    } catch (thrown) {
      this.#database.close();
      throw thrown;
    }
    this.#sql = new Statements(this.#database);
    this.#imprints = new ImprintStore(this.#database, this.#sql);
    this.#recalls = new RecallStore(this.#sql);
  }

  /** Does what is asked. */
  answer(question: Question): Answers[keyof Answers] {
    switch (question.kind) {
      case "open":
        return whileLocked(() => this.#open(question.parts));
      case "imprint":
        return whileLocked(() => this.#imprint(question.parts));
      case "search":
        return whileLocked(() => this.#recalls.search(question.parts));
      case "forget":
        return this.#forget(question.parts);
    }
  }

  #open({ namespace }: Commands["open"]): Answers["open"] {
    const { engramId } = this.#options;
    this.#sql.run("INSERT INTO space (namespace, engram_id) VALUES (?, ?) ON CONFLICT DO NOTHING", namespace, engramId);
    const space = this.#sql.get("SELECT space FROM space WHERE namespace = ? AND engram_id = ?", namespace, engramId);
    return {
      space: Number(space?.["space"]),
      storeId: String(this.#sql.get("SELECT store_id FROM store")?.["store_id"]),
      durability: durabilityOf(this.#database),
    };
  }

  #imprint({ space, nowMs, requests }: Commands["imprint"]): Answers["imprint"] {
    const stamp = { nowMs, engramId: this.#options.engramId, durability: durabilityOf(this.#database), digest };
    return this.#imprints.imprint(space, requests, stamp);
  }

  #forget(command: Commands["forget"]): Answers["forget"] {
    const stores = { database: this.#database, sql: this.#sql, recalls: this.#recalls };
    // What has expired goes first, as before every imprint.
    whileLocked(() => this.#imprint({ ...command, requests: [] }));
    return forget(stores, command);
  }

  /** Closes the file. */
  close(): void {
    this.#database.close();
  }
}

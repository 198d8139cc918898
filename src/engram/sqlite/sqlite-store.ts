import type { Clock } from "../../foundation/index.js";
import type { EngramStore, ImprintRequest, OpenedSpace, Outcome, QueryPlan, Search, SearchResult } from "../index.js";
import { StoreThread } from "./store-thread.js";

/** What a `SqliteStore` is made of. */
export interface SqliteStoreOptions {
  readonly path: string;
  readonly engramId: string;
  /** The id of the store, if the file has none yet. */
  readonly storeId: string;
  readonly clock: Clock;
}

/** The file, behind two threads: one writes, the other answers recalls meanwhile. */
export class SqliteStore implements EngramStore {
  readonly #writer: StoreThread;
  readonly #reader: StoreThread;
  readonly #clock: Clock;

  constructor({ clock, ...thread }: SqliteStoreOptions) {
    this.#clock = clock;
    this.#writer = new StoreThread({ ...thread, isReader: false });
    this.#reader = new StoreThread({ ...thread, isReader: true });
  }

  async open(namespace: string): Promise<OpenedSpace> {
    return this.#writer.ask("open", { namespace });
  }

  async imprint(space: number, requests: readonly ImprintRequest[]): Promise<readonly Outcome[]> {
    return this.#writer.ask("imprint", { space, requests, nowMs: this.#clock.wallMs() });
  }

  async search(space: number, search: Search): Promise<SearchResult> {
    return this.#reader.ask("search", { space, ...search, nowMs: this.#clock.wallMs() });
  }

  async forget(space: number, plan: QueryPlan | undefined): Promise<number> {
    return this.#writer.ask("forget", { space, plan, nowMs: this.#clock.wallMs() });
  }

  async close(): Promise<void> {
    await Promise.all([this.#writer.close(), this.#reader.close()]);
  }
}

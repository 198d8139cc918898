import type { Durability } from "../../../gen/cosmonapse/v1/memory.js";
import type { Outcome } from "../outcome.js";
import type { Found } from "../page.js";
import type { QueryPlan } from "../query.js";
import type { ImprintRequest } from "./imprint-batch.js";

/** A space of a store: the entries of one namespace and Engram. */
export interface OpenedSpace {
  /** Its number in the store. */
  readonly space: number;
  /** The store. */
  readonly storeId: string;
  /** How safely the store keeps what it acknowledges. */
  readonly durability: Durability;
}

/** What a page is made of. */
export interface Search {
  /** The query. */
  readonly plan: QueryPlan;
  /** The last revision that counts; undefined: the present one. */
  readonly asOf: number | undefined;
  /** The room for the answer: nobody needs entries beyond it, but the first of them. */
  readonly pageBytes: number;
}

/** What a search found. */
export interface SearchResult {
  /** In the order of hits: up to `topK` and one more if there is one, or fewer that fill the room. */
  readonly found: readonly Found[];
  /** The revision that it saw. */
  readonly asOf: number;
}

/**
 * What a SQL database does for an Engram: load and store. Every decision is made above it. It fails with typed errors
 * only, never in silence.
 */
export interface EngramStore {
  /** Makes a namespace ready; the first time, the schema too. May be called again. */
  open(namespace: string): Promise<OpenedSpace>;
  /** Decides and stores imprints in one transaction, in order; resolves when it is as safe as it says. */
  imprint(space: number, requests: readonly ImprintRequest[]): Promise<readonly Outcome[]>;
  /** Finds entries in one consistent state. */
  search(space: number, search: Search): Promise<SearchResult>;
  /** Purges what matches, or the whole space; how many entries went. */
  forget(space: number, plan: QueryPlan | undefined): Promise<number>;
  /** Finishes what it was asked, then lets go of the database. May be called again. */
  close(): Promise<void>;
}

import type { ErrorDetail } from "../../../gen/cosmonapse/v1/error.js";
import type { ImprintRequest, OpenedSpace, Outcome, QueryPlan, Search, SearchResult } from "../index.js";

/** How a thread opens its file. */
export interface ThreadOptions {
  /** The file. */
  readonly path: string;
  /** The Engram. */
  readonly engramId: string;
  /** The id of the store, if the file has none yet. */
  readonly storeId: string;
  /** True for a thread that only answers recalls. */
  readonly isReader: boolean;
}

/** The space that is meant, and the time. */
interface At {
  readonly space: number;
  readonly nowMs: number;
}

/** What a thread can be asked: what an `EngramStore` does. */
export interface Commands {
  readonly open: { readonly namespace: string };
  readonly imprint: At & { readonly requests: readonly ImprintRequest[] };
  readonly search: At & Search;
  readonly forget: At & { readonly plan: QueryPlan | undefined };
}

/** What it answers. */
export interface Answers {
  readonly open: OpenedSpace;
  readonly imprint: readonly Outcome[];
  readonly search: SearchResult;
  readonly forget: number;
}

/** What travels to a thread. */
export type Question = {
  readonly [Kind in keyof Commands]: { readonly kind: Kind; readonly parts: Commands[Kind] };
}[keyof Commands] & { readonly number: number };

/** What travels back. */
export interface Reply {
  readonly number: number;
  readonly answer?: Answers[keyof Answers];
  readonly error?: ErrorDetail;
}

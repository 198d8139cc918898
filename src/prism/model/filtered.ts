import { Matcher, type Filter } from "../../doppler/index.js";
import { RecordList } from "./record-list.js";
import type { ViewRecord } from "./records.js";
import type { RecordStore } from "./store.js";

/** What a filter shows of a store. Gaps and notes are always shown: a filter hides Signals, not what is missing. */
export class FilteredRecords {
  readonly #store: RecordStore;
  readonly #matcher: Matcher | undefined;
  readonly #rows = new RecordList<ViewRecord>();
  #through = 0;
  #signals = 0;

  /** Without a filter, or with one of no terms, everything is shown. */
  constructor(store: RecordStore, filter?: Filter) {
    this.#store = store;
    const isOpen = filter === undefined || (filter.kind === "all" && filter.parts.length === 0);
    this.#matcher = isOpen ? undefined : new Matcher(filter);
  }

  /** What is shown, in order. */
  get rows(): Pick<RecordList<ViewRecord>, "length" | "at" | "last" | "slice" | "indexWhere"> {
    return this.#matcher === undefined ? this.#store.records : this.#rows;
  }

  /** How many Signals are shown. */
  get signals(): number {
    return this.#matcher === undefined ? this.#store.counts.kept : this.#signals;
  }

  /**
   * Looks at records that it has not seen, at most so many, and forgets what the store forgot. True if it has seen
   * everything; otherwise call it again, for example in the next frame.
   */
  update(recordsMax = 20_000): boolean {
    if (this.#matcher === undefined) return true;
    const { records } = this.#store;
    const firstKept = records.at(0)?.row ?? Infinity;
    for (let first = this.#rows.at(0); first !== undefined && first.row < firstKept; first = this.#rows.at(0)) {
      this.#rows.shift();
      if (first.kind === "signal") this.#signals -= 1;
    }
    const from = this.#store.indexOfRow(this.#through + 0.25);
    const to = Math.min(records.length, from + recordsMax);
    for (let index = from; index < to; index += 1) {
      const record = records.at(index);
      if (record === undefined) continue;
      this.#through = record.row;
      if (record.kind === "signal" && !this.#matcher.matches(record)) continue;
      this.#rows.push(record);
      if (record.kind === "signal") this.#signals += 1;
    }
    return to === records.length;
  }
}

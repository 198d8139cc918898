import { Completeness } from "./completeness.js";
import { RecordList } from "./record-list.js";
import { isFailure, type ViewGap, type ViewRecord, type ViewSignal } from "./records.js";

/** How much a store keeps. */
export interface StoreOptions {
  /** Records. Default: 250,000. */
  readonly recordsMax?: number;
  /** Bytes of published Signals. Default: 256 MiB. */
  readonly bytesMax?: number;
}

/** What was seen and what was not: `kept` and `missing` together are what was emitted, but for `unsure` gaps. */
export interface StoreCounts {
  /** Signals that are there to be shown. */
  readonly kept: number;
  /** Signals that gaps declare, those that were forgotten here among them. */
  readonly missing: number;
  /** Gaps of which nobody knows the size. */
  readonly unsure: number;
  /** Signals that were forgotten here, since a store is bounded. */
  readonly forgotten: number;
  /** Errors among what is kept. */
  readonly errors: number;
  /** Secrets that were replaced before anything came here, in what is kept. */
  readonly redactions: number;
}

/** The records of one trace, or those of one participant, as they came. */
export interface RecordIndex {
  /** The id of the trace, or of the participant. */
  readonly id: string;
  readonly records: RecordList<ViewSignal>;
  /** Grows with each change. */
  readonly version: number;
  /** Errors among its records. */
  readonly errors: number;
  /** True if its first records were forgotten. */
  readonly isCut: boolean;
}

interface Index extends RecordIndex {
  version: number;
  errors: number;
  isCut: boolean;
}

/**
 * The records that the views show: the newest ones, so many and no more. What it forgets becomes one gap that counts it,
 * and Signals whose numbers nobody told become gaps too, so that kept and missing ones are exactly what was emitted.
 * Appending takes constant time for each record. Views compare `version` and read what they show.
 */
export class RecordStore {
  readonly #recordsMax: number;
  readonly #bytesMax: number;
  readonly #records = new RecordList<ViewRecord>();
  readonly #gaps = new RecordList<ViewGap>();
  readonly #failures = new RecordList<ViewSignal>();
  readonly #traces = new Map<string, Index>();
  readonly #participants = new Map<string, Index>();
  readonly #signals = new Map<string, ViewSignal>();
  #version = 0;
  #bytes = 0;
  readonly #completeness = new Completeness();
  #forgotten: ViewGap | undefined;
  readonly #counts = { kept: 0, missing: 0, unsure: 0, forgotten: 0, errors: 0, redactions: 0 };

  constructor({ recordsMax = 250_000, bytesMax = 256 * 2 ** 20 }: StoreOptions = {}) {
    this.#recordsMax = Math.max(1, recordsMax);
    this.#bytesMax = bytesMax;
  }

  /** Grows with each batch. */
  get version(): number {
    return this.#version;
  }

  /** What was seen and what was not. */
  get counts(): StoreCounts {
    return { ...this.#counts };
  }

  /** The records in order, what was forgotten aside. */
  get records(): Pick<RecordList<ViewRecord>, "length" | "at" | "last" | "slice" | "indexWhere"> {
    return this.#records;
  }

  /** The gap that stands before everything that is kept; undefined while nothing was forgotten. */
  get forgotten(): ViewGap | undefined {
    return this.#forgotten;
  }

  /** The gaps among the records, in order. */
  get gaps(): Pick<RecordList<ViewGap>, "length" | "at" | "last" | "slice" | "indexWhere"> {
    return this.#gaps;
  }

  /** The errors and refusals among the records, in order: where one jumps from one to the next. */
  get failures(): Pick<RecordList<ViewSignal>, "length" | "at" | "last" | "slice" | "indexWhere"> {
    return this.#failures;
  }

  /** The number of the last record: what a page asks to go on after. 0: there was none. */
  get lastRow(): number {
    return this.#completeness.lastRow;
  }

  /** The traces, those that began last at the end. */
  get traces(): ReadonlyMap<string, RecordIndex> {
    return this.#traces;
  }

  /** Everybody who was a source, an address or asked, and what they were part of. */
  get participants(): ReadonlyMap<string, RecordIndex> {
    return this.#participants;
  }

  /** The Signal of an id, the way it was seen first; undefined if it is not kept. */
  signal(id: string): ViewSignal | undefined {
    return this.#signals.get(id);
  }

  /** The place of a row in `records`, or of the first one behind it. */
  indexOfRow(row: number): number {
    return this.#records.indexWhere((record) => record.row >= row);
  }

  /** True if Signals are missing after a row: what seems to have no answer may have had one. */
  hasGapAfter(row: number): boolean {
    return (this.#gaps.last()?.row ?? 0) > row;
  }

  /**
   * Takes whole messages of the feed over, in order; records that it has already, which a feed may repeat, are passed
   * over.
   */
  append(records: readonly ViewRecord[]): void {
    for (const record of this.#completeness.check(records)) {
      if (record.kind === "signal") this.#takeSignal(record);
      else if (record.kind === "gap") this.#takeGap(record);
      else this.#records.push(record);
      while (this.#records.length > this.#recordsMax || (this.#bytes > this.#bytesMax && this.#records.length > 1)) {
        this.#forgetOldest();
      }
    }
    this.#version += 1;
  }

  #takeSignal(record: ViewSignal): void {
    this.#records.push(record);
    this.#counts.kept += 1;
    this.#counts.redactions += record.redactions;
    if (isFailure(record)) {
      this.#counts.errors += 1;
      this.#failures.push(record);
    }
    this.#bytes += record.bytes.length;
    if (!this.#signals.has(record.id)) this.#signals.set(record.id, record);
    if (record.traceId !== "") addTo(this.#traces, record.traceId, record);
    for (const id of namesOf(record)) addTo(this.#participants, id, record);
  }

  #takeGap(gap: ViewGap): void {
    this.#counts.missing += Number(gap.missed ?? 0n);
    if (gap.missed === undefined) this.#counts.unsure += 1;
    this.#gaps.push(gap);
    this.#records.push(gap);
  }

  #forgetOldest(): void {
    const record = this.#records.shift();
    if (record === undefined) return;
    const isSignal = record.kind === "signal";
    if (isSignal) {
      this.#forgetSignal(record);
      this.#counts.forgotten += 1;
      this.#counts.missing += 1;
    }
    const own = isSignal ? 1n : record.kind === "gap" ? (record.missed ?? 0n) : 0n;
    if (record.kind === "gap") this.#gaps.shift();
    const reason = `older than what this page keeps, ${this.#recordsMax} records`;
    const { row, at, namespace } = record;
    const missed = (this.#forgotten?.missed ?? 0n) + own;
    this.#forgotten = { kind: "gap", row, at, namespace, missed, reason, by: "page" };
  }

  #forgetSignal(record: ViewSignal): void {
    this.#counts.kept -= 1;
    this.#counts.redactions -= record.redactions;
    if (isFailure(record)) {
      this.#counts.errors -= 1;
      this.#failures.shift();
    }
    this.#bytes -= record.bytes.length;
    if (this.#signals.get(record.id) === record) this.#signals.delete(record.id);
    if (record.traceId !== "") removeFrom(this.#traces, record.traceId, record);
    for (const id of namesOf(record)) removeFrom(this.#participants, id, record);
  }
}

/** Who took part in a Signal: its source, its address, those who were asked. */
function namesOf(record: ViewSignal): ReadonlySet<string> {
  const names = new Set(record.asked);
  names.add(record.source);
  if (record.target !== "") names.add(record.target);
  return names;
}

function addTo(indexes: Map<string, Index>, id: string, record: ViewSignal): void {
  let index = indexes.get(id);
  if (index === undefined) {
    index = { id, records: new RecordList(), version: 0, errors: 0, isCut: false };
    indexes.set(id, index);
  }
  index.records.push(record);
  index.version += 1;
  if (isFailure(record)) index.errors += 1;
}

function removeFrom(indexes: Map<string, Index>, id: string, record: ViewSignal): void {
  const index = indexes.get(id);
  if (index === undefined) return;
  index.records.shift();
  index.version += 1;
  index.isCut = true;
  if (isFailure(record)) index.errors -= 1;
  if (index.records.length === 0) indexes.delete(id);
}

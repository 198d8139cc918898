import { Matcher, parseFilter, Tap, toObserveFilter, viewRecord, writeRecord } from "../../doppler/index.js";
import type { DopplerRecord, Filter } from "../../doppler/index.js";
import type { Synapse } from "../../synapse/index.js";
import type { Output } from "../core/output.js";
import { paintLine } from "./paint.js";

/** What is shown while a tail runs. */
export interface ShowOptions {
  /** Default: everything. */
  readonly filter?: Filter;
  readonly output: Output;
  /** Ends after so many Signals. Default: never. */
  readonly count?: number;
  /** Sees every record that is shown, before the output does: to keep it in a file. */
  readonly onRecord?: (record: DopplerRecord) => void | Promise<void>;
}

/** What is tailed, and how. */
export interface TailOptions extends ShowOptions {
  readonly synapse: Synapse;
  /** The namespaces to watch, one session each. */
  readonly namespaces: readonly string[];
  /** Ends the tail. */
  readonly abort: AbortSignal;
}

/** What a tail saw. */
export interface TailSummary {
  /** Signals that were shown. */
  readonly seen: number;
  /** Signals that are known to be missing. */
  readonly missing: bigint;
  /** True if there are gaps whose size nobody knows. */
  readonly isUnsure: boolean;
}

/** The longest pause that a timer can have, nearly: all that counts is that it waits. */
const foreverMs = 2 ** 30;

/**
 * Writes every Signal of some namespaces as one line, until it is ended or has shown `count`. Gaps are lines too; notes go
 * to stderr. Rejects if the first session of a namespace is refused or the Synapse cannot be reached. Does not close the
 * Synapse, and leaves the records of JSON open: `output.endRecords` closes them.
 */
export async function tail({ synapse, namespaces, abort, ...show }: TailOptions): Promise<TailSummary> {
  const stop = new AbortController();
  const ended = AbortSignal.any([abort, stop.signal]);
  const filter = show.filter ?? parseFilter("");
  const shower = new Shower({ ...show, filter });
  // The timers of the SDK do not keep a process alive, and while a link is down nothing else would.
  const alive = setInterval(() => undefined, foreverMs);
  try {
    const watches = namespaces.map(async (namespace) => {
      for await (const record of new Tap({ synapse, namespace, filter: toObserveFilter(filter), abort: ended })) {
        if (await shower.show(record)) return stop.abort();
      }
    });
    await Promise.all(watches.map((watch) => watch.finally(() => stop.abort())));
  } finally {
    stop.abort();
    clearInterval(alive);
  }
  return shower.summary;
}

/** Shows records, and counts them. */
export class Shower {
  readonly #options: ShowOptions;
  readonly #matcher: Matcher;
  #previousAt: number | undefined;
  #seen = 0;
  #missing = 0n;
  #isUnsure = false;

  constructor(options: ShowOptions) {
    this.#options = options;
    this.#matcher = new Matcher(options.filter ?? parseFilter(""));
  }

  /** What it saw so far. */
  get summary(): TailSummary {
    return { seen: this.#seen, missing: this.#missing, isUnsure: this.#isUnsure };
  }

  /** Shows a record if the filter does. Resolves with true when enough was shown. */
  async show(record: DopplerRecord): Promise<boolean> {
    const { output, count = Number.POSITIVE_INFINITY, onRecord } = this.#options;
    if (this.#seen >= count) return true;
    if (record.kind === "signal" && !this.#matcher.matches(record)) return false;
    if (record.kind === "signal") this.#seen += 1;
    if (record.kind === "gap") this.#missed(record.missed);
    await onRecord?.(record);
    if (record.kind === "note") output.note(`${record.namespace}: ${viewRecord(record).text}`);
    else {
      const view = viewRecord(record, { width: output.columns, previousAt: this.#previousAt });
      await output.record(writeRecord(record), () => paintLine(view, record, output.colors));
      this.#previousAt = record.at;
    }
    return this.#seen >= count;
  }

  #missed(missed: bigint | undefined): void {
    this.#missing += missed ?? 0n;
    this.#isUnsure ||= missed === undefined;
  }
}

import type { RecordIndex, RecordStore } from "./store.js";
import { buildTrace, summarizeTrace, type Trace, type TraceSummary } from "./trace.js";

interface Kept {
  version: number;
  trace: Trace;
}

/** Traces that are kept in their order; the one that was used least is forgotten. */
const tracesMax = 64;
const summariesMax = 4_096;

/**
 * The traces of a store, put in order when they are looked at and not before, and again when they have changed. Keeps
 * 64 of them, and 4,096 rows.
 */
export class TraceCache {
  readonly #store: RecordStore;
  readonly #traces = new Map<string, Kept>();
  readonly #summaries = new Map<string, { readonly version: number; readonly summary: TraceSummary }>();

  constructor(store: RecordStore) {
    this.#store = store;
  }

  /** A trace in its order; undefined if nothing of it is kept. */
  trace(id: string): Trace | undefined {
    const index = this.#store.traces.get(id);
    if (index === undefined) {
      this.#traces.delete(id);
      return undefined;
    }
    const kept = this.#traces.get(id);
    const isFresh = kept !== undefined && kept.version === index.version;
    const trace = isFresh ? kept.trace : buildTrace(id, index.records.slice(), index.isCut);
    keep(this.#traces, { id, value: { version: index.version, trace }, max: tracesMax });
    return trace;
  }

  /** A trace on one row; undefined if nothing of it is kept. One that has ended is computed once. */
  summary(id: string, now: number): TraceSummary | undefined {
    const index = this.#store.traces.get(id);
    if (index === undefined) return undefined;
    const kept = this.#summaries.get(id);
    const hasEnded = kept !== undefined && kept.summary.outcome !== "open" && kept.summary.unanswered.length === 0;
    if (hasEnded && kept.version === index.version) return kept.summary;
    const built = this.#traces.get(id);
    const isFresh = built !== undefined && built.version === index.version;
    const trace = isFresh ? built.trace : buildTrace(id, index.records.slice(), index.isCut);
    const summary = summarizeTrace(trace, now);
    keep(this.#summaries, { id, value: { version: index.version, summary }, max: summariesMax });
    return summary;
  }
}

function keep<Value>(map: Map<string, Value>, { id, value, max }: { id: string; value: Value; max: number }): void {
  map.delete(id);
  map.set(id, value);
  if (map.size <= max) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

/** How rows of traces are ordered. `errors`: those with errors first. Both: those that began last before the others. */
export type TraceOrder = "newest" | "errors";

/** The ids of the traces of a store in the order of a list. Takes time in proportion to the number of traces. */
export function listTraces(store: RecordStore, order: TraceOrder = "errors"): readonly string[] {
  const all: RecordIndex[] = [...store.traces.values()].reverse();
  if (order === "newest") return all.map(({ id }) => id);
  const broken = all.filter(({ errors }) => errors > 0);
  const whole = all.filter(({ errors }) => errors === 0);
  return [...broken, ...whole].map(({ id }) => id);
}

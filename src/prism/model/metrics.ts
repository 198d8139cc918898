import { SignalType } from "../../../gen/cosmonapse/v1/signal.js";
import { signalTypeName } from "../../signal/index.js";
import { Histogram } from "./histogram.js";
import { isFailure, isOutcome, type ViewRecord, type ViewSignal } from "./records.js";

/** Durations of requests, from each to its outcome. */
export interface LatencyRow {
  /** The type of the request. */
  readonly type: string;
  /** Who answered; empty: all of them. */
  readonly participant: string;
  /** How many outcomes: the sample. */
  readonly sample: number;
  /** Milliseconds. undefined: there is no sample. */
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
  readonly max: number;
  /** Errors among the outcomes. */
  readonly failed: number;
}

/** Figures of one window of time. */
export interface Metrics {
  /** The window: milliseconds. It ends with the newest record and begins no earlier than the first. */
  readonly windowMs: number;
  readonly from: number;
  readonly to: number;
  /** Signals that were seen in it, and how many that is a second. */
  readonly signals: number;
  readonly perSecond: number;
  /** By type: the most frequent first. */
  readonly types: readonly { readonly type: string; readonly count: number; readonly perSecond: number }[];
  /** By type, then by type and participant; the largest samples first. */
  readonly latencies: readonly LatencyRow[];
  readonly recall: {
    /** RECALLs that Engrams answered well: the sample. */
    readonly answered: number;
    /** Those with at least one hit. */
    readonly withHits: number;
    /** `withHits` in `answered`, 0 to 1. undefined: there is no sample. */
    readonly rate: number | undefined;
  };
  /** By the name of the error: the most frequent first. */
  readonly errors: readonly { readonly code: string; readonly count: number }[];
  /** Second attempts and later ones. */
  readonly retries: number;
  readonly gaps: {
    readonly count: number;
    /** Signals that they declare missing: no figure here knows of these. */
    readonly missing: number;
    /** Gaps of unknown size. */
    readonly unsure: number;
  };
  /** Requests that have no outcome now. */
  readonly inFlight: number;
  /** Signals each second, the oldest first: for a curve. */
  readonly curve: {
    readonly at: readonly number[];
    readonly signals: readonly number[];
    readonly errors: readonly number[];
  };
}

interface Slot {
  readonly at: number;
  signals: number;
  errors: number;
  retries: number;
  gaps: number;
  missing: number;
  unsure: number;
  recalls: number;
  withHits: number;
  readonly types: Map<number, number>;
  readonly codes: Map<string, number>;
  readonly latencies: Map<string, { readonly times: Histogram; failed: number }>;
}

const slotMs = 1_000;
/** The longest window: a quarter of an hour. */
const slotsMax = 900;
/** Rows of latencies in one slot; those beyond count for their type alone. */
const rowsMax = 256;
const requestsMax = 100_000;

/**
 * Counts records by the second, for a quarter of an hour back. Show it every record, in order; time is the watcher's,
 * as the records say. Its size is bounded, whatever it is shown.
 */
export class MetricsCounter {
  readonly #slots = new Map<number, Slot>();
  readonly #requests = new Map<string, { readonly at: number; readonly type: number; awaits: number }>();
  #first = Infinity;
  #latest = 0;
  #version = 0;

  /** Grows with each batch. */
  get version(): number {
    return this.#version;
  }

  /** Takes records over. */
  observe(records: readonly ViewRecord[]): void {
    this.#version += 1;
    for (const record of records) {
      if (record.kind === "note") continue;
      const slot = this.#slotAt(record.at);
      if (slot === undefined) continue;
      if (record.kind === "signal") this.#count(slot, record);
      else {
        slot.gaps += 1;
        slot.missing += Number(record.missed ?? 0n);
        if (record.missed === undefined) slot.unsure += 1;
      }
    }
  }

  /** The figures of a window, at most 15 minutes long. It ends now, which is the newest record if it is not given. */
  read(longestMs: number, now = this.#latest): Metrics {
    const span = Math.min(Math.max(slotMs, longestMs), slotsMax * slotMs);
    const to = Math.floor(now / slotMs);
    const first = Math.min(to, Math.floor(this.#first / slotMs));
    const from = Math.max(first, to - Math.ceil(span / slotMs) + 1);
    const slots: Slot[] = [];
    const curve = { at: new Array<number>(), signals: new Array<number>(), errors: new Array<number>() };
    for (let second = from; second <= to; second += 1) {
      const slot = this.#slots.get(second);
      if (slot !== undefined) slots.push(slot);
      curve.at.push(second);
      curve.signals.push(slot?.signals ?? 0);
      curve.errors.push(slot?.errors ?? 0);
    }
    const inFlight = this.#requests.size;
    const windowMs = (to + 1 - from) * slotMs;
    return { windowMs, from: from * slotMs, to: (to + 1) * slotMs, inFlight, curve, ...sumUp(slots, windowMs) };
  }

  #slotAt(at: number): Slot | undefined {
    const second = Math.floor(at / slotMs);
    if (at > this.#latest) this.#latest = at;
    if (at < this.#first) this.#first = at;
    const oldest = Math.floor(this.#latest / slotMs) - slotsMax;
    // Only what is newer than all that is kept; a clock that went back writes into the past that is there.
    if (second <= oldest) return undefined;
    let slot = this.#slots.get(second);
    if (slot === undefined) {
      slot = createSlot(second);
      this.#slots.set(second, slot);
      if (this.#slots.size > slotsMax) {
        for (const key of this.#slots.keys()) if (key <= oldest) this.#slots.delete(key);
      }
    }
    return slot;
  }

  #count(slot: Slot, record: ViewSignal): void {
    const { type, failure, attempt, awaits } = record;
    slot.signals += 1;
    slot.types.set(type, (slot.types.get(type) ?? 0) + 1);
    if (isFailure(record)) {
      slot.errors += 1;
      slot.codes.set(failure, (slot.codes.get(failure) ?? 0) + 1);
    }
    if (awaits > 0) {
      if (attempt > 1) slot.retries += 1;
      this.#begin(record);
    } else if (isOutcome(record)) this.#end(slot, record);
  }

  #begin({ id, at, type, awaits }: ViewSignal): void {
    if (!this.#requests.has(id)) this.#requests.set(id, { at, type, awaits });
    if (this.#requests.size <= requestsMax) return;
    const [oldest] = this.#requests.keys();
    if (oldest !== undefined) this.#requests.delete(oldest);
  }

  #end(slot: Slot, reply: ViewSignal): void {
    if (reply.type === SignalType.RECALLED) {
      const { body } = reply.signal;
      slot.recalls += 1;
      if (body?.$case === "recalled" && body.value.hits.length > 0) slot.withHits += 1;
    }
    const request = this.#requests.get(reply.parentId);
    if (request === undefined) return;
    request.awaits -= 1;
    if (request.awaits <= 0) this.#requests.delete(reply.parentId);
    const tookMs = Math.max(0, reply.at - request.at);
    const hasFailed = reply.failure !== "";
    for (const participant of ["", reply.source]) {
      const key = `${request.type}\0${participant}`;
      let row = slot.latencies.get(key);
      if (row === undefined) {
        if (participant !== "" && slot.latencies.size >= rowsMax) continue;
        row = { times: new Histogram(), failed: 0 };
        slot.latencies.set(key, row);
      }
      row.times.add(tookMs);
      if (hasFailed) row.failed += 1;
    }
  }
}

function createSlot(at: number): Slot {
  const counts = { signals: 0, errors: 0, retries: 0, gaps: 0, missing: 0, unsure: 0, recalls: 0, withHits: 0 };
  return { at, ...counts, types: new Map(), codes: new Map(), latencies: new Map() };
}

function sumUp(
  slots: readonly Slot[],
  windowMs: number,
): Omit<Metrics, "windowMs" | "from" | "to" | "inFlight" | "curve"> {
  const types = new Map<number, number>();
  const codes = new Map<string, number>();
  const latencies = new Map<string, { readonly times: Histogram; failed: number }>();
  const sum = createSlot(0);
  for (const slot of slots) {
    for (const name of ["signals", "retries", "gaps", "missing", "unsure", "recalls", "withHits"] as const) {
      sum[name] += slot[name];
    }
    addCounts(types, slot.types);
    addCounts(codes, slot.codes);
    for (const [key, { times, failed }] of slot.latencies) {
      const row = latencies.get(key) ?? { times: new Histogram(), failed: 0 };
      row.times.addAll(times);
      row.failed += failed;
      latencies.set(key, row);
    }
  }
  const { signals, retries, gaps, missing, unsure, recalls, withHits } = sum;
  const perSecond = (count: number): number => (count * 1_000) / windowMs;
  return {
    signals,
    perSecond: perSecond(signals),
    types: byCount(types).map(([type, count]) => ({ type: signalTypeName(type), count, perSecond: perSecond(count) })),
    latencies: [...latencies].map(showLatency).sort(compareLatencies),
    recall: { answered: recalls, withHits, rate: recalls === 0 ? undefined : withHits / recalls },
    errors: byCount(codes).map(([code, count]) => ({ code, count })),
    retries,
    gaps: { count: gaps, missing, unsure },
  };
}

function addCounts<Key>(into: Map<Key, number>, counts: ReadonlyMap<Key, number>): void {
  for (const [key, count] of counts) into.set(key, (into.get(key) ?? 0) + count);
}

function byCount<Key>(counts: ReadonlyMap<Key, number>): readonly (readonly [Key, number])[] {
  return [...counts].sort(([, one], [, other]) => other - one);
}

function showLatency([key, { times, failed }]: readonly [string, { times: Histogram; failed: number }]): LatencyRow {
  const [type = "", participant = ""] = key.split("\0");
  const [p50, p95, p99] = [times.quantile(0.5), times.quantile(0.95), times.quantile(0.99)];
  return {
    type: signalTypeName(Number(type)),
    participant,
    sample: times.count,
    p50,
    p95,
    p99,
    max: times.max,
    failed,
  };
}

function compareLatencies(one: LatencyRow, other: LatencyRow): number {
  const isAll = (row: LatencyRow): number => (row.participant === "" ? 0 : 1);
  return isAll(one) - isAll(other) || other.sample - one.sample || one.type.localeCompare(other.type);
}

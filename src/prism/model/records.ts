import type { ErrorDetail } from "../../../gen/cosmonapse/v1/error.js";
import { Exchange } from "../../../gen/cosmonapse/v1/options.js";
import { Fanout, type Signal } from "../../../gen/cosmonapse/v1/signal.js";
import { FinalStatus } from "../../../gen/cosmonapse/v1/task.js";
import { NoteAbout, type Record as FeedRecord } from "../../../gen/cosmonapse/prism/v1/prism.js";
import type { DopplerRecord, GapRecord, NoteRecord, SignalRecord } from "../../doppler/index.js";
import { describeThrown, errorName } from "../../errors/index.js";
import { decodeSignal, peekSignal, SignalPeek } from "../../signal/index.js";

/** What stands in the place of a secret. */
export const REDACTED = "[redacted]";

/** A Signal as the views show it. The bytes are kept, and read again when `signal` is asked for. */
export interface ViewSignal extends SignalRecord {
  /** The number of the record in its feed: from 1, ascending. */
  readonly row: number;
  readonly id: string;
  /** Empty: it belongs to no trace. */
  readonly traceId: string;
  /** Empty: it has no parent. */
  readonly parentId: string;
  readonly exchange: number;
  readonly source: string;
  /** The id in its address; empty: none. */
  readonly target: string;
  /** How many outcomes a request waits for; 0: it is no request. */
  readonly awaits: number;
  /** The name of the error that it is, or was refused with; empty: none. */
  readonly failure: string;
  /** How many secrets were replaced in it. */
  readonly redactions: number;
}

/** Signals that are not shown. */
export interface ViewGap extends GapRecord {
  /** As that of a Signal; of a gap in a feed, the number of the last record that is missing. */
  readonly row: number;
  /** Who counted: the watcher in front of the Synapse, the feed, or this page, which keeps so much and no more. */
  readonly by: "watcher" | "feed" | "page";
}

/** What is told beside Signals. */
export interface ViewNote extends NoteRecord {
  readonly row: number;
}

/** One row of the views. */
export type ViewRecord = ViewSignal | ViewGap | ViewNote;

/** The Signals that were read last, so that a row that is painted again is not read again: two generations of them. */
let recent = new Map<Uint8Array, Signal>();
let older = recent;
const generation = 1_024;
const peek = new SignalPeek();
const nobody: readonly string[] = [];

function read(bytes: Uint8Array): Signal {
  const known = recent.get(bytes) ?? older.get(bytes);
  if (known !== undefined) return known;
  const signal = decodeSignal(bytes);
  keepRecent(bytes, signal);
  return signal;
}

function keepRecent(bytes: Uint8Array, signal: Signal): void {
  if (recent.size >= generation) {
    older = recent;
    recent = new Map();
  }
  recent.set(bytes, signal);
}

/** What a record says of a Signal beside the Signal itself. */
type Circumstances = Pick<
  ViewSignal,
  "row" | "number" | "at" | "namespace" | "isSnapshot" | "asked" | "attempt" | "position" | "redactions"
> & { readonly refused: ErrorDetail | undefined };

class SeenSignal implements ViewSignal {
  readonly kind = "signal";
  readonly row: number;
  readonly number: number;
  readonly at: number;
  readonly namespace: string;
  readonly bytes: Uint8Array;
  readonly type: number;
  readonly id: string;
  readonly traceId: string;
  readonly parentId: string;
  readonly exchange: number;
  readonly source: string;
  readonly target: string;
  readonly awaits: number;
  readonly failure: string;
  readonly isSnapshot: boolean;
  readonly asked: readonly string[];
  readonly attempt: number;
  readonly redactions: number;
  readonly position: bigint;
  declare readonly refused?: ErrorDetail;

  constructor(bytes: Uint8Array, signal: Signal, { refused, ...circumstances }: Circumstances) {
    peekSignal(bytes, peek);
    this.row = circumstances.row;
    this.number = circumstances.number;
    this.at = circumstances.at;
    this.namespace = circumstances.namespace;
    this.bytes = bytes;
    this.type = peek.type;
    this.id = signal.id;
    this.traceId = signal.traceId;
    this.parentId = signal.parentId;
    this.exchange = signal.exchange;
    this.source = signal.source;
    this.target = signal.directed?.id ?? "";
    this.isSnapshot = circumstances.isSnapshot;
    this.asked = circumstances.asked.length === 0 ? nobody : circumstances.asked;
    this.attempt = circumstances.attempt;
    this.redactions = circumstances.redactions;
    this.position = circumstances.position;
    this.awaits = awaitsOf(signal, this.asked);
    this.failure = failureOf(signal, refused);
    if (refused !== undefined) this.refused = refused;
  }

  get signal(): Signal {
    return read(this.bytes);
  }
}

function awaitsOf({ exchange, directed }: Signal, asked: readonly string[]): number {
  if (exchange !== Exchange.REQUEST) return 0;
  return directed?.fanout === Fanout.ALL ? Math.max(1, asked.length) : 1;
}

function failureOf({ body }: Signal, refused: ErrorDetail | undefined): string {
  if (refused !== undefined) return errorName(refused.code);
  if (body?.$case === "error") return errorName(body.value.detail?.code ?? 0);
  const hasFailed = body?.$case === "final" && body.value.status !== FinalStatus.COMPLETED;
  return hasFailed && body.value.detail !== undefined ? errorName(body.value.detail.code) : "";
}

function makeSignal(bytes: Uint8Array, circumstances: Circumstances): ViewSignal | ViewGap {
  try {
    const signal = decodeSignal(bytes);
    const seen = new SeenSignal(bytes, signal, circumstances);
    keepRecent(bytes, signal);
    return seen;
  } catch (thrown) {
    const { row, at, namespace, position } = circumstances;
    const reason = `it cannot be read: ${describeThrown(thrown)}`;
    return { kind: "gap", row, at, namespace, missed: 1n, first: position, last: position, reason, by: "watcher" };
  }
}

/**
 * A record of the feed as a row; undefined for what a later version of the server says. A Signal that cannot be read
 * becomes a gap of one. Never throws.
 */
export function fromFeed({ number, atUnixMs, what }: FeedRecord, namespace: string): ViewRecord | undefined {
  const stem = { row: Number(number), at: Number(atUnixMs), namespace };
  switch (what?.$case) {
    case "seen": {
      const { signalNumber, signal, position, isSnapshot, asked, attempt, refused, redactions } = what.value;
      const circumstances = { position, isSnapshot, asked, attempt, refused, redactions };
      return makeSignal(signal, { ...stem, number: Number(signalNumber), ...circumstances });
    }
    case "missing": {
      const { count, first, last, reason } = what.value;
      const where = first === 0n ? {} : { first, last };
      // What the watcher misses has a place in the namespace; what the feed has lost is counted alone.
      const by = first === 0n && count !== undefined ? "feed" : "watcher";
      return { kind: "gap", ...stem, missed: count, ...where, reason, by };
    }
    case "note": {
      const { about, text } = what.value;
      if (about === NoteAbout.UNSPECIFIED) return undefined;
      return { kind: "note", ...stem, about: about === NoteAbout.LIVE ? "live" : "lost", text };
    }
    default:
      return undefined;
  }
}

/** A record of doppler, as one reads it from a recording, as the row of that number. Never throws. */
export function fromRecording(record: DopplerRecord, row: number): ViewRecord {
  if (record.kind === "note") return { ...record, row };
  if (record.kind === "gap") return { ...record, row, by: "watcher" };
  const { number, at, namespace, bytes, position, isSnapshot, asked, attempt, refused } = record;
  const circumstances = { position, isSnapshot, asked, attempt, refused, redactions: 0 };
  return makeSignal(bytes, { row, number, at, namespace, ...circumstances });
}

/** True if a Signal ends a request: the reply that is its outcome, refused ones aside (COS-TASK-002). */
export function isOutcome({ exchange, refused }: ViewSignal): boolean {
  return exchange === Exchange.REPLY && refused === undefined;
}

/** True if a Signal asks for an outcome. */
export function isRequest({ awaits }: ViewSignal): boolean {
  return awaits > 0;
}

/** True if a Signal is an error, or was refused. A FINAL repeats why the root failed: it is none of its own. */
export function isFailure({ failure, exchange }: ViewSignal): boolean {
  return failure !== "" && exchange !== Exchange.CONTROL;
}

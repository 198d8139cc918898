import { Record as FeedRecord } from "../../gen/cosmonapse/prism/v1/prism.js";
import type { DopplerRecord } from "../doppler/index.js";
import { toFeedRecord } from "./feed-record.js";
import type { Emitted, Kept } from "./kept.js";
import { Live } from "./live.js";

/** How much is kept for pages that open late. */
export interface HistoryOptions {
  /** Records. Default: 250,000. */
  readonly records?: number;
  /** Bytes of their encoded form. Default: 256 MiB. */
  readonly bytes?: number;
}

const nothing: Emitted = { signals: 0, missed: 0n, unsure: 0 };

/**
 * The newest records, so many and no more, numbered from 1 without holes. Pages read it at their own pace, each with a
 * place of its own: it keeps no queue for anybody.
 */
export class History {
  readonly #recordsMax: number;
  readonly #bytesMax: number;
  readonly #kept: Kept[] = [];
  readonly #live = new Live();
  /** The place of the oldest in `#kept`: what stands before is cut off in one go. */
  #start = 0;
  #bytes = 0;
  #newest = 0;
  #emitted = nothing;

  constructor({ records = 250_000, bytes = 256 * 2 ** 20 }: HistoryOptions = {}) {
    this.#recordsMax = Math.max(1, records);
    this.#bytesMax = bytes;
  }

  /** The number of the newest record; 0: there is none. */
  get newest(): number {
    return this.#newest;
  }

  /** The number of the oldest one that is kept; 0: there is none. */
  get oldest(): number {
    return this.#kept[this.#start]?.number ?? 0;
  }

  /** What was emitted up to the newest record. */
  get emitted(): Emitted {
    return this.#emitted;
  }

  /** Appends a record of a tap. `redactions`: how many secrets were replaced in it. */
  add(record: DopplerRecord, redactions: number): void {
    this.#newest += 1;
    const before = this.#emitted;
    this.#emitted = addTo(before, record);
    const bytes = FeedRecord.encode(toFeedRecord(record, this.#newest, redactions)).finish();
    const kept = { number: this.#newest, bytes, before, emitted: this.#emitted };
    this.#kept.push(kept);
    this.#bytes += bytes.length;
    this.#live.take(record, kept);
    while (this.#kept.length - this.#start > this.#recordsMax || this.#bytes > this.#bytesMax) {
      if (this.#kept.length - this.#start <= 1) break;
      this.#bytes -= this.#kept[this.#start]?.bytes.length ?? 0;
      this.#start += 1;
    }
    if (this.#start > 1_024 && this.#start * 2 > this.#kept.length) {
      this.#kept.splice(0, this.#start);
      this.#start = 0;
    }
  }

  /** The first record behind a number; undefined if there is none yet. */
  after(number: number): Kept | undefined {
    const oldest = this.oldest;
    if (oldest === 0 || number >= this.#newest) return undefined;
    return this.#kept[this.#start + Math.max(0, number + 1 - oldest)];
  }

  /** What was emitted up to a number; undefined if neither it nor the one behind it is kept. */
  emittedAt(number: number): Emitted | undefined {
    if (number === 0) return nothing;
    if (number < this.oldest - 1 || number > this.#newest) return undefined;
    const next = this.after(number);
    return next === undefined ? this.#emitted : next.before;
  }

  /** The registrations of participants that are there, of which the history itself has no record any more. */
  forgottenLive(): readonly Kept[] {
    return this.#live.before(this.oldest);
  }
}

function addTo({ signals, missed, unsure }: Emitted, record: DopplerRecord): Emitted {
  if (record.kind === "signal") return { signals: signals + 1, missed, unsure };
  if (record.kind === "note") return { signals, missed, unsure };
  if (record.missed === undefined) return { signals, missed, unsure: unsure + 1 };
  return { signals, missed: missed + record.missed, unsure };
}

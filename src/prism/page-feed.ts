import type { WebSocket } from "ws";
import {
  PageMessage,
  Record as FeedRecord,
  ServerMessage,
  type Ending,
  type Opening,
} from "../../gen/cosmonapse/prism/v1/prism.js";
import { missingRecord } from "./feed-record.js";
import type { History } from "./history.js";
import type { Emitted, Kept } from "./kept.js";

/** What a page may have on its way: it takes some before it gets more. */
const window = { records: 2_048, bytes: 4 * 2 ** 20 };

/** The most that stands in one message. */
const batch = { records: 256, bytes: 256 * 1_024 };

/** How long a page may take for its first message, milliseconds. */
const patienceMs = 5_000;

/** How often a page that takes nothing is told how far behind it is, milliseconds. */
const behindMs = 500;

const nothing: Emitted = { signals: 0, missed: 0n, unsure: 0 };

/** Codes of RFC 6455 beside the normal end. */
const closeCodes = { malformed: 1_007, refused: 1_008, serverError: 1_011 } as const;

/** What a page was told of, up to a record. */
export interface Place {
  readonly number: number;
  readonly bytes: number;
  readonly emitted: Emitted;
}

/** What a feed is made of. */
export interface PageFeedOptions {
  readonly socket: WebSocket;
  readonly history: History;
  /** Where the pages of session keys were when they went, so that they are told what they missed since. */
  readonly places: Map<string, readonly Place[]>;
  /** Changes a token for a session key; undefined: refused. */
  readonly enter: (token: string) => string | undefined;
  /** What the page is connected to. */
  readonly opening: (sessionKey: string) => Opening;
  /** Why nothing follows what is kept; undefined: something may. */
  readonly ending: () => Ending | undefined;
  readonly onClosed: () => void;
}

/**
 * What one page is told. It keeps no queue for the page, only a place in the history: a page that takes nothing gets
 * nothing, and when the history has moved past its place it is told how many it missed.
 */
export class PageFeed {
  readonly #options: PageFeedOptions;
  readonly #onTheWay: Place[] = [];
  readonly #late: NodeJS.Timeout;
  #behind: NodeJS.Timeout | undefined;
  #key = "";
  #taken: Place = { number: 0, bytes: 0, emitted: nothing };
  #bytesOnTheWay = 0;
  #hasEntered = false;
  #hasEnded = false;
  /** The number of the last record that it was told of. */
  #at = 0;
  #emitted = nothing;

  constructor(options: PageFeedOptions) {
    this.#options = options;
    const { socket, onClosed } = options;
    this.#late = setTimeout(() => this.#refuse("The page said nothing"), patienceMs);
    this.#late.unref();
    socket.binaryType = "nodebuffer";
    socket.on("message", (data: Buffer, isBinary: boolean) => this.#take(data, isBinary));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearTimeout(this.#late);
      clearTimeout(this.#behind);
      if (this.#hasEntered) options.places.set(this.#key, [this.#taken, ...this.#onTheWay]);
      onClosed();
    });
  }

  /** Sends what the page has room for. */
  pump(): void {
    if (!this.#hasEntered) return;
    while (this.#hasRoom()) {
      const next = this.#options.history.after(this.#at);
      if (next === undefined) return this.#sayEnding(this.#options.ending());
      this.#send(next.number > this.#at + 1 ? this.#catchUp(next) : this.#nextBatch());
    }
    this.#behind ??= setTimeout(() => this.#sayBehind(), behindMs).unref();
  }

  #sayBehind(): void {
    this.#behind = undefined;
    const { newest } = this.#options.history;
    if (this.#hasRoom() || newest === this.#at) return;
    this.#say({ $case: "behind", value: { newest: BigInt(newest) } });
    this.pump();
  }

  /** Tells the page that nothing follows, once it was sent all that it had room for. */
  end(reason: string): void {
    if (this.#hasEntered) {
      this.pump();
      this.#sayEnding({ reason, detail: undefined });
    }
    this.#options.socket.close(1_000, "over");
  }

  #hasRoom(): boolean {
    return this.#onTheWay.length < window.records && this.#bytesOnTheWay < window.bytes;
  }

  /** The records that stand next, as many as one message takes. */
  #nextBatch(): readonly Kept[] {
    const records: Kept[] = [];
    let bytes = 0;
    while (records.length < batch.records && bytes < batch.bytes) {
      const next = this.#options.history.after(records.at(-1)?.number ?? this.#at);
      if (next === undefined) break;
      records.push(next);
      bytes += next.bytes.length;
    }
    return records;
  }

  /** Those who are there, and in the places between them how much of what was before is not shown. */
  #catchUp(oldest: Kept): readonly Kept[] {
    const live = this.#options.history.forgottenLive().filter(({ number }) => number > this.#at);
    const records: Kept[] = [];
    let at = this.#at;
    let emitted = this.#emitted;
    for (const next of [...live, oldest]) {
      if (next.number > at + 1) records.push(...missingBetween({ number: at, bytes: 0, emitted }, next));
      if (next !== oldest) records.push(next);
      at = next.number;
      emitted = next.emitted;
    }
    return records;
  }

  #send(records: readonly Kept[]): void {
    for (const { number, bytes, emitted } of records) {
      this.#at = number;
      this.#emitted = emitted;
      this.#onTheWay.push({ number, bytes: bytes.length, emitted });
      this.#bytesOnTheWay += bytes.length;
    }
    this.#options.socket.send(wrap(records.map(({ bytes }) => bytes)));
  }

  #say(message: NonNullable<ServerMessage["message"]>): void {
    this.#options.socket.send(ServerMessage.encode({ message }).finish());
  }

  #sayEnding(ending: Ending | undefined): void {
    if (ending === undefined || this.#hasEnded) return;
    this.#hasEnded = true;
    this.#say({ $case: "ending", value: ending });
  }

  #take(data: Buffer, isBinary: boolean): void {
    const message = isBinary ? read(data) : undefined;
    if (message?.$case === "enter" && !this.#hasEntered) this.#enter(message.value.token, Number(message.value.after));
    else if (message?.$case === "taken" && this.#hasEntered) this.#takeOver(Number(message.value.through));
    else this.#options.socket.close(closeCodes.malformed, "not what a page says here");
  }

  #enter(token: string, after: number): void {
    const { history, enter, opening, places } = this.#options;
    const key = enter(token);
    if (key === undefined) return this.#refuse("The link was used already, or is none");
    clearTimeout(this.#late);
    this.#say({ $case: "opening", value: opening(key) });
    this.#hasEntered = true;
    this.#key = key;
    const left = places.get(key)?.find(({ number }) => number === after);
    const emitted = left?.emitted ?? history.emittedAt(after);
    places.delete(key);
    // A place that nobody knows is no place: it begins anew.
    if (emitted !== undefined) {
      this.#at = after;
      this.#emitted = emitted;
    }
    return this.pump();
  }

  #takeOver(through: number): void {
    while ((this.#onTheWay[0]?.number ?? Number.POSITIVE_INFINITY) <= through) {
      this.#taken = this.#onTheWay.shift() ?? this.#taken;
      this.#bytesOnTheWay -= this.#taken.bytes;
    }
    this.pump();
  }

  #refuse(reason: string): void {
    this.#options.socket.close(closeCodes.refused, reason);
  }
}

/**
 * What stands for all that was emitted after one place and before a record. A gap of unknown size among it stays one: it
 * is told beside the count, or alone where there is nothing to count.
 */
function missingBetween(from: Place, { number, before }: Kept): readonly Kept[] {
  const { signals, missed, unsure } = from.emitted;
  const count = BigInt(before.signals - signals) + before.missed - missed;
  const isUnsure = before.unsure > unsure;
  const counts = [...(count > 0n || !isUnsure ? [count] : []), ...(isUnsure ? [undefined] : [])];
  return counts.map((one, index) => {
    const at = number - counts.length + index;
    const reason = one === undefined ? "older than what is kept: nobody knows how many" : "older than what is kept";
    const missing = missingRecord(at, Date.now(), { count: one, first: 0n, last: 0n, reason });
    return { number: at, bytes: FeedRecord.encode(missing).finish(), before: from.emitted, emitted: before };
  });
}

function read(data: Buffer): PageMessage["message"] {
  try {
    return PageMessage.decode(new Uint8Array(data)).message;
  } catch {
    return undefined;
  }
}

/** Records that are encoded already, as one message of the server: `ServerMessage { records { records } }`. */
function wrap(records: readonly Uint8Array[]): Uint8Array {
  const framed = records.map((bytes) => Buffer.concat([head(1, bytes.length), bytes]));
  const length = framed.reduce((sum, one) => sum + one.length, 0);
  return Buffer.concat([head(2, length), ...framed]);
}

/** The tag of a field with bytes, and their length. */
function head(field: number, length: number): Buffer {
  const bytes = [(field << 3) | 2];
  for (let rest = length; ; rest >>>= 7) {
    bytes.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) return Buffer.from(bytes);
  }
}

import { Exchange } from "../../../gen/cosmonapse/v1/options.js";
import type { Signal } from "../../../gen/cosmonapse/v1/signal.js";
import type { Record as FeedRecord } from "../../../gen/cosmonapse/prism/v1/prism.js";
import { createErrorDetail, type ErrorName } from "../../errors/index.js";
import { systemClock } from "../../foundation/index.js";
import { createIdSource, createSignal, encodeJson, encodeSignal, type SignalDraft } from "../../signal/index.js";
import { fromFeed, type ViewRecord, type ViewSignal } from "./records.js";

/** The trace of a scene. */
export const traceId = "trc_01JFDZ00000000000000000000";

/** What a record says beside its Signal. */
export interface Seen {
  readonly asked?: readonly string[];
  readonly attempt?: number;
  readonly refused?: ErrorName;
  readonly isSnapshot?: boolean;
}

/** A bus that is played: what is said on it comes out as records, numbered, at the times that the scene says. */
export class Scene {
  /** The watcher's clock, milliseconds since 1970. Set it, or move it with `pass`. */
  at = Date.UTC(2026, 0, 2, 3, 4, 5);
  readonly feed: FeedRecord[] = [];
  readonly #clock = { ...systemClock, wallMs: (): number => this.at };
  readonly #ids = createIdSource(this.#clock);
  #row = 0;
  #number = 0;

  /** Time passes, milliseconds. */
  pass(ms: number): this {
    this.at += ms;
    return this;
  }

  /** The records as views take them. */
  get records(): readonly ViewRecord[] {
    return this.feed.map((record) => fromFeed(record, "demo")).filter((record) => record !== undefined);
  }

  /** The Signals among them. */
  get signals(): readonly ViewSignal[] {
    return this.records.filter((record) => record.kind === "signal");
  }

  /** A Signal is seen; answers it. */
  say(draft: SignalDraft, { asked = [], attempt = 1, refused, isSnapshot = false }: Seen = {}): Signal {
    const signal = createSignal({ traceId, ...draft }, this.#ids, this.#clock);
    this.#row += 1;
    this.#number += 1;
    const seen = {
      signalNumber: BigInt(this.#number),
      signal: encodeSignal(signal),
      position: isSnapshot ? 0n : BigInt(this.#number),
      isSnapshot,
      asked: [...asked],
      attempt,
      refused: refused === undefined ? undefined : createErrorDetail(refused, "no"),
      redactions: 0,
    };
    this.#push({ $case: "seen", value: seen });
    return signal;
  }

  /** Signals are missing for the page: the feed skips so many records, and says so unless it is told to be silent. */
  skip(count: number, isSilent = false): this {
    this.#row += count;
    this.#number += count;
    const value = { count: BigInt(count), first: 0n, last: 0n, reason: "this page was too slow" };
    if (!isSilent) this.#push({ $case: "missing", value });
    return this;
  }

  /** The watcher misses Signals that never had a number; undefined: nobody knows how many. */
  miss(count: number | undefined): this {
    this.#row += 1;
    const known = count === undefined ? {} : { count: BigInt(count) };
    const value = { ...known, first: 7n, last: 9n, reason: "this watcher was too slow" };
    this.#push({ $case: "missing", value });
    return this;
  }

  /** A TASK for somebody. */
  task(source: string, neuron: string, parent?: Signal): Signal {
    const value = { input: encodeJson({ question: "how far is it" }, "MALFORMED"), context: undefined };
    const below = parent === undefined ? {} : { parentId: parent.id };
    return this.say({ source, ...below, body: { $case: "task", value } }, { asked: [neuron] });
  }

  /** The answer to a TASK. */
  answer(task: Signal, source: string, exchange: Exchange = Exchange.REPLY): Signal {
    const value = { output: encodeJson({ km: 42 }, "MALFORMED"), part: 0, parts: 0 };
    return this.say({ source, parentId: task.id, exchange, body: { $case: "agentOutput", value } });
  }

  /** An ERROR in place of an answer. */
  fail(request: Signal, source: string, code: ErrorName = "NEURON_FAILED"): Signal {
    const detail = createErrorDetail(code, "it broke", { currentVersion: 7n });
    return this.say({ source, parentId: request.id, body: { $case: "error", value: { detail } } });
  }

  #push(what: FeedRecord["what"]): void {
    this.feed.push({ number: BigInt(this.#row), atUnixMs: BigInt(this.at), what });
  }
}

import type { Journey } from "./graph-types.js";
import { RecordList } from "./record-list.js";
import { isOutcome, type ViewSignal } from "./records.js";

/** Replies that a journey remembers: the parts of an answer may be many. */
const repliesMax = 64;

/** A journey that may go on, and who has yet to answer. */
interface Going extends Journey {
  readonly to: string[];
  readonly replies: { readonly from: string; readonly at: number; readonly hasFailed: boolean }[];
  readonly waitsFor: Set<string>;
  isOver: boolean;
  lastAt: number;
  awaits: number;
}

/** What changed by a request or a reply. */
export interface JourneyChange {
  readonly journey: Journey;
  /** Who has one request more to answer, or one less. */
  readonly names: readonly string[];
}

/** Requests and their replies, each with its replies one journey. The oldest are forgotten. */
export class Journeys {
  readonly #max: number;
  readonly #byId = new Map<string, Going>();
  readonly #order = new RecordList<string>();

  constructor(max: number) {
    this.#max = Math.max(1, max);
  }

  /** The journeys of which something was seen after an instant, as they began. */
  since(at: number): readonly Journey[] {
    return [...this.#byId.values()].filter(({ lastAt }) => lastAt > at);
  }

  /** A request: a journey begins, or goes on with another attempt. Names those who have it to answer now. */
  depart(request: ViewSignal): JourneyChange {
    const { id, type, traceId, source, target, asked, at, awaits } = request;
    const to = asked.length > 0 ? asked : target === "" ? [] : [target];
    const known = this.#byId.get(id);
    if (known !== undefined) {
      const names = to.filter((name) => !known.waitsFor.has(name));
      known.lastAt = at;
      for (const name of names) {
        known.waitsFor.add(name);
        if (!known.to.includes(name)) known.to.push(name);
      }
      return { journey: known, names };
    }
    const stem = { id, type, traceId, from: source, to: [...to], startedAt: at, lastAt: at };
    const journey: Going = { ...stem, replies: [], isOver: false, awaits, waitsFor: new Set(to) };
    this.#byId.set(id, journey);
    this.#order.push(id);
    return { journey, names: to };
  }

  /** A reply, or a part of one. Names those who no longer have it to answer. undefined: its request is unknown. */
  arrive(reply: ViewSignal): JourneyChange | undefined {
    const journey = this.#byId.get(reply.parentId);
    if (journey === undefined) return undefined;
    const { source, at, failure } = reply;
    journey.lastAt = at;
    journey.replies.push({ from: source, at, hasFailed: failure !== "" });
    if (journey.replies.length > repliesMax) journey.replies.shift();
    if (!isOutcome(reply)) return { journey, names: [] };
    journey.awaits -= 1;
    journey.isOver = journey.awaits <= 0;
    const names = journey.isOver ? [...journey.waitsFor] : journey.waitsFor.has(source) ? [source] : [];
    for (const name of names) journey.waitsFor.delete(name);
    return { journey, names };
  }

  /** Forgets the oldest journey if there are too many. Names those whose answer nobody waits for any more. */
  makeRoom(): readonly string[] {
    if (this.#order.length <= this.#max) return [];
    const id = this.#order.shift() ?? "";
    const waitsFor = this.#byId.get(id)?.waitsFor ?? [];
    this.#byId.delete(id);
    return [...waitsFor];
  }
}

import { isList, type ValueObject } from "../wire/value.js";
import { objectOf, textOf, toCount } from "../synapse/read-value.js";
import type { Shown } from "./model.js";
import { wrong } from "./wrong.js";

/** What is missing, if anything is. */
interface Missing {
  readonly first: number;
  last: number;
  count: number;
}

/** What a subscription needs of its session. */
export interface Screen {
  /** True if what is shown now need not wait. */
  readonly hasRoom: boolean;
  show(bytes: Uint8Array, note: ValueObject): void;
  tell(gap: ValueObject): void;
}

/** A filter, and what waits for a slow observer. */
export class Subscription {
  readonly id: string;
  readonly #types: readonly number[];
  readonly #traces: readonly string[];
  readonly #participants: readonly string[];
  readonly #most: { readonly signals: number; readonly bytes: number };
  readonly #screen: Screen;
  readonly #waiting: Shown[] = [];
  #bytes = 0;
  #missing: Missing | undefined;

  constructor(
    { id, filter }: { readonly id: string; readonly filter: ValueObject },
    most: { readonly signals: number; readonly bytes: number },
    screen: Screen,
  ) {
    const listOf = (name: string): readonly unknown[] => {
      const given = filter[name];
      return isList(given) ? given : [];
    };
    this.id = id;
    this.#types = listOf("types").map(Number);
    this.#traces = listOf("trace_ids").map(String);
    this.#participants = listOf("participants").map(String);
    this.#most = most;
    this.#screen = screen;
  }

  /** The traces that its filter names. */
  get traces(): readonly string[] {
    return this.#traces;
  }

  /** Shows a Signal now, or later, or as a part of a gap. (COS-OBS-001, COS-OBS-007) */
  see(shown: Shown): void {
    if (!this.#matches(shown)) return;
    if (this.#screen.hasRoom && this.#waiting.length === 0 && this.#missing === undefined) return this.#show(shown);
    const isFull = this.#waiting.length >= this.#most.signals || this.#bytes + shown.bytes.length > this.#most.bytes;
    if (!isFull && this.#missing === undefined) {
      this.#waiting.push(shown);
      this.#bytes += shown.bytes.length;
      return;
    }
    if (wrong("gaps-untold")) return;
    const position = toCount(shown.note["position"]);
    // What was refused has no position, and so no place in a gap.
    if (position === 0 && !wrong("gaps-count-what-was-refused")) return;
    this.#missing ??= { first: position, last: position, count: 0 };
    this.#missing.last = Math.max(this.#missing.last, position);
    this.#missing.count += wrong("gaps-miscounted") ? 2 : 1;
  }

  /** Shows what waited, as far as there is room. */
  flush(): void {
    while (this.#screen.hasRoom) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.#bytes -= next.bytes.length;
      this.#show(next);
    }
    if (this.#missing === undefined || this.#waiting.length > 0 || !this.#screen.hasRoom) return;
    const { first, last, count } = this.#missing;
    this.#missing = undefined;
    this.#screen.tell({ subscription_id: this.id, first: BigInt(first), last: BigInt(last), missed: BigInt(count) });
  }

  #show({ bytes, type, note }: Shown): void {
    const said = wrong("types-unsaid") ? 0 : type;
    this.#screen.show(bytes, { ...note, type: said, reason: "OBSERVED", subscription_id: this.id });
  }

  #matches({ type, traceId, participants }: Shown): boolean {
    const has = (wanted: readonly unknown[], ...those: readonly unknown[]): boolean =>
      wanted.length === 0 || those.some((one) => wanted.includes(one));
    const parts = [has(this.#types, type), has(this.#traces, traceId), has(this.#participants, ...participants)];
    return wrong("filters-of-either-part") ? parts.some(Boolean) : parts.every(Boolean);
  }
}

/** Which subscription a frame means, and its filter. */
export function readSubscribe(frame: ValueObject): { readonly id: string; readonly filter: ValueObject } {
  return { id: textOf(frame["subscription_id"]), filter: objectOf(frame["filter"]) };
}

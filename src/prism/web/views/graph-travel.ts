import type { Journey } from "../../model/index.js";
import type { Place } from "./graph-layout.js";

/** A Signal on its way, as it is painted. */
export interface Traveller {
  readonly type: number;
  /** From the participant to the Synapse, then on to another. */
  readonly from: string;
  readonly to: string;
  readonly isReply: boolean;
  readonly hasFailed: boolean;
  /** When it left: the clock of the page, milliseconds. */
  readonly leftAt: number;
}

/** How long a Signal is on its way in the picture, milliseconds: slow enough to be seen. */
export const travelMs = 750;
/** Signals on their way at once; what is beyond shows as heat alone. */
const travellersMax = 240;

/**
 * Lets Signals travel: a request through the Synapse to everybody who was asked, and each reply back the same way, as
 * one journey. Each is shown once, however often it is told of.
 */
export class Travel {
  readonly #shown = new Map<string, { request: boolean; replies: number }>();
  #travellers: Traveller[] = [];
  #skipped = 0;

  /** How many were not painted since there were too many at once. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Takes journeys over, `now` being the clock of the page. */
  add(journeys: readonly Journey[], now: number): void {
    for (const { id, type, from, to, replies } of journeys) {
      const shown = this.#shown.get(id) ?? { request: false, replies: 0 };
      if (!shown.request) for (const name of to) this.#leave({ type, from, to: name, isReply: false }, now);
      for (const { from: source, hasFailed } of replies.slice(shown.replies)) {
        // A reply waits until its request has arrived, so that one sees which it belongs to.
        const leftAt = shown.request ? now : now + travelMs;
        this.#leave({ type, from: source, to: from, isReply: true, hasFailed }, leftAt);
      }
      this.#shown.delete(id);
      this.#shown.set(id, { request: true, replies: replies.length });
    }
    while (this.#shown.size > 4_096) {
      const [oldest] = this.#shown.keys();
      if (oldest === undefined) break;
      this.#shown.delete(oldest);
    }
  }

  /** Those on their way now; those that have arrived are forgotten. */
  under(now: number): readonly Traveller[] {
    this.#travellers = this.#travellers.filter(({ leftAt }) => now - leftAt < travelMs);
    return this.#travellers.filter(({ leftAt }) => leftAt <= now);
  }

  /** True while somebody is on the way or about to leave. */
  get isBusy(): boolean {
    return this.#travellers.length > 0;
  }

  #leave(one: Omit<Traveller, "leftAt" | "hasFailed"> & { readonly hasFailed?: boolean }, leftAt: number): void {
    if (this.#travellers.length >= travellersMax) this.#skipped += 1;
    else this.#travellers.push({ hasFailed: false, ...one, leftAt });
  }
}

/** Where a traveller is between its ends, by way of the middle, after a part of its time from 0 to 1. */
export function pointOf(ends: { readonly from: Place; readonly over: Place; readonly to: Place }, part: number): Place {
  const { from, over, to } = ends;
  const [start, end, rest] = part < 0.5 ? [from, over, part * 2] : [over, to, part * 2 - 1];
  const eased = part < 0.5 ? rest * rest * (1.5 - rest / 2) : 1 - (1 - rest) * (1 - rest) * (1 + rest / 2);
  return { x: start.x + (end.x - start.x) * eased, y: start.y + (end.y - start.y) * eased };
}

import type { Clock } from "../../foundation/index.js";
import type { Counters } from "./counters.js";
import type { Leg, Registration } from "./model.js";
import { deliverWork } from "./notes.js";
import type { Registry } from "./registry.js";
import { WorkQueue } from "./work-queue.js";

/** What became of a leg that looked for someone. */
export type Assignment = "held" | "queued" | "full" | "nobody";

/** What a router needs. */
export interface RouterOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  /** Requests that wait for one address. */
  readonly addressQueueMax: number;
  /** The silence after which a participant gets no new work, milliseconds. */
  readonly suspectMs: number;
  readonly counters: Counters;
}

/** Chooses who gets a request: free first, least busy, no suspects; what finds nobody free waits in its queue. */
export class Router {
  readonly #options: RouterOptions;
  readonly #queue: WorkQueue;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#queue = new WorkQueue(options.addressQueueMax);
  }

  /** How many requests wait for a free slot. */
  get queued(): number {
    return this.#queue.size;
  }

  /** True if a registration is silent for too long. */
  isSuspect(registration: Registration): boolean {
    return this.#options.clock.monotonicMs() - registration.lastSeenMs > this.#options.suspectMs;
  }

  /** Gives the leg to someone free, or queues it. */
  assign(leg: Leg): Assignment {
    const candidates = [...this.#options.registry.match(leg.wanted).values()].flat();
    if (candidates.length === 0) return "nobody";
    const free = this.#leastBusy(candidates);
    if (free !== undefined) {
      this.#give(leg, free);
      return "held";
    }
    if (!this.#queue.add(leg)) return "full";
    leg.state = "queued";
    return "queued";
  }

  /** Takes a leg out of its queue, if it waits in one. */
  withdraw(leg: Leg): void {
    if (leg.state === "queued") this.#queue.remove(leg);
  }

  /** Frees the slot that the leg takes, and gives it to the next. */
  release(registration: Registration, leg: Leg): void {
    registration.session.held.delete(leg);
    if (registration.inFlight.delete(leg)) this.refill(registration);
  }

  /** Gives queued requests to a registration while it has room: those that were accepted before a position. */
  refill(registration: Registration, before = Infinity): void {
    while (this.#hasRoom(registration)) {
      const next = this.#queue.oldestFor(registration);
      if (next === undefined || next.request.position > before) return;
      this.#queue.remove(next);
      this.#give(next, registration);
    }
  }

  /** The queued legs that nobody serves any more, taken out of their queues. */
  takeStranded(): Leg[] {
    const legs = this.#queue.select((wanted) => this.#options.registry.match(wanted).size === 0);
    for (const leg of legs) this.#queue.remove(leg);
    return legs;
  }

  #hasRoom(registration: Registration): boolean {
    const { session, body } = registration;
    return (
      session.isLinked &&
      session.registrations.get(body.id) === registration &&
      registration.inFlight.size < registration.maxInFlight &&
      !this.isSuspect(registration)
    );
  }

  #leastBusy(candidates: readonly Registration[]): Registration | undefined {
    const load = ({ inFlight, maxInFlight }: Registration): number => inFlight.size / maxInFlight;
    let best: Registration | undefined;
    for (const one of candidates) {
      if (!this.#hasRoom(one)) continue;
      const difference = best === undefined ? -1 : load(one) - load(best) || one.given - best.given;
      if (difference < 0) best = one;
    }
    return best;
  }

  #give(leg: Leg, registration: Registration): void {
    leg.state = "held";
    leg.participant = registration.body.id;
    leg.registration = registration;
    leg.attempt += 1;
    leg.written = false;
    if (leg.attempt > 1) this.#options.counters.redelivered += 1;
    registration.given += 1;
    registration.inFlight.add(leg);
    registration.session.held.add(leg);
    deliverWork(leg, registration.session, leg.request.deadlineMs - this.#options.clock.monotonicMs());
  }
}

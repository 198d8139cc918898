import type { ErrorDetail } from "../../../gen/cosmonapse/v1/error.js";
import { DeliveryReason, type ObserveFilter } from "../../../gen/cosmonapse/v1/frames.js";
import { SYNAPSE_SOURCE, type SignalHeader } from "../../signal/index.js";
import type { Counters } from "./counters.js";
import type { HubSession } from "./model.js";
import { createNote, type Sighted } from "./notes.js";
import type { DeliveryOwner } from "./outbox.js";

/** A Signal as observers judge it. */
export interface Sighting {
  readonly bytes: Uint8Array;
  readonly type: number;
  readonly traceId: string;
  readonly source: string;
  readonly directedId: string;
  /** Of a request: the ids of those who were asked. */
  readonly asked?: readonly string[];
  /** Of a reply: the attempt that made it. */
  readonly attempt?: number;
}

/** A published Signal as observers judge it. */
export function sightingOf({ bytes, type, traceId, source, directed }: SignalHeader): Sighting {
  return { bytes, type, traceId, source, directedId: directed?.id ?? "" };
}

/** A Signal of the Synapse itself as observers judge it. */
export function ownSighting(bytes: Uint8Array, type: number, traceId: string): Sighting {
  return { bytes, type, traceId, source: SYNAPSE_SOURCE, directedId: "" };
}

/** One observer, and what waits for it: no object of its own for each Signal that it sees. */
class Subscription implements DeliveryOwner {
  readonly id: string;
  readonly session: HubSession;
  readonly matches: (sighting: Sighting) => boolean;
  signals = 0;
  bytes = 0;
  gap: { first: number; last: number; missed: number } | undefined;
  readonly #counters: Counters;
  #isOver = false;

  constructor(watch: { id: string; session: HubSession }, filter: ObserveFilter, counters: Counters) {
    this.id = watch.id;
    this.session = watch.session;
    this.#counters = counters;
    this.matches = createMatcher(filter);
  }

  isStale(): boolean {
    return this.#isOver;
  }

  /** What waits for it is not delivered any more. */
  end(): void {
    this.#isOver = true;
  }

  taken(signal: Uint8Array): void {
    this.signals -= 1;
    this.bytes -= signal.length;
    if (this.signals === 0) this.flushGap();
  }

  /** Tells what was missed so far, if anything was. */
  flushGap(): void {
    if (this.gap === undefined) return;
    const { first, last, missed } = this.gap;
    this.gap = undefined;
    this.#counters.gaps += 1;
    this.session.outbox.push({
      kind: "gap",
      gap: { subscriptionId: this.id, first: BigInt(first), last: BigInt(last), missed: BigInt(missed) },
    });
  }
}

/** The bounds of one subscription's buffer. */
export interface ObserverBounds {
  readonly signalsMax: number;
  readonly bytesMax: number;
  /** What is missed is counted. */
  readonly counters: Counters;
}

function createMatcher({ types, traceIds, participants }: ObserveFilter): (sighting: Sighting) => boolean {
  const typeSet = new Set(types);
  const traceSet = new Set(traceIds);
  const participantSet = new Set(participants);
  return ({ type, traceId, source, directedId }) =>
    (typeSet.size === 0 || typeSet.has(type)) &&
    (traceSet.size === 0 || traceSet.has(traceId)) &&
    (participantSet.size === 0 || participantSet.has(source) || participantSet.has(directedId));
}

/**
 * Numbers the accepted Signals of a namespace and shows each to every subscription that wants it. A subscription whose
 * buffer is full gets a gap in place of what did not fit; it never slows the others.
 */
export class Observers {
  readonly #bounds: ObserverBounds;
  readonly #subscriptions = new Map<HubSession, Map<string, Subscription>>();
  #position = 0;

  constructor(bounds: ObserverBounds) {
    this.#bounds = bounds;
  }

  /** The number of the latest accepted Signal. */
  get position(): number {
    return this.#position;
  }

  /** How many subscriptions a session has, besides the one of that id. */
  countOthers(session: HubSession, id: string): number {
    const own = this.#subscriptions.get(session);
    return own === undefined ? 0 : own.size - (own.has(id) ? 1 : 0);
  }

  /** Begins a subscription; what is recorded from now on can follow. One of the same id ends. */
  add(session: HubSession, id: string, filter: ObserveFilter): void {
    const own = this.#subscriptions.get(session) ?? new Map<string, Subscription>();
    own.get(id)?.end();
    own.set(id, new Subscription({ id, session }, filter, this.#bounds.counters));
    this.#subscriptions.set(session, own);
  }

  /** Ends one subscription of a session. */
  remove(session: HubSession, id: string): void {
    const own = this.#subscriptions.get(session);
    own?.get(id)?.end();
    if (own?.delete(id) === true && own.size === 0) this.#subscriptions.delete(session);
  }

  /** Ends all subscriptions of a session. */
  removeAll(session: HubSession): void {
    this.#subscriptions.delete(session);
  }

  /** Tells a session now what its observers missed so far, so that what comes after it comes after that. */
  flushGaps(session: HubSession): void {
    for (const subscription of this.#subscriptions.get(session)?.values() ?? []) subscription.flushGap();
  }

  /** Gives an accepted Signal its number and shows it. */
  record(sighting: Sighting): number {
    this.#position += 1;
    this.#show(sighting, this.#position, undefined);
    return this.#position;
  }

  /** Shows a reply that was refused to its sender; it has no number of its own. */
  showRefused(sighting: Sighting, refused: ErrorDetail): void {
    this.#show(sighting, 0, refused);
  }

  #show(sighting: Sighting, position: number, refused: ErrorDetail | undefined): void {
    for (const own of this.#subscriptions.values()) {
      for (const subscription of own.values()) {
        if (subscription.matches(sighting)) this.#deliver(subscription, sighting, { position, refused });
      }
    }
  }

  #deliver(
    subscription: Subscription,
    sighting: Sighting,
    { position, refused }: { position: number; refused: ErrorDetail | undefined },
  ): void {
    const { bytes, type, asked = [], attempt = 0 } = sighting;
    const isFull =
      subscription.signals >= this.#bounds.signalsMax ||
      (subscription.signals > 0 && subscription.bytes + bytes.length > this.#bounds.bytesMax);
    if (isFull) {
      // A reply that was refused has no position, and so no place in a gap.
      if (position === 0) return;
      const first = subscription.gap?.first ?? this.#position;
      subscription.gap = { first, last: this.#position, missed: (subscription.gap?.missed ?? 0) + 1 };
      // Now, not when it is told: who never reads is told nothing, and is the one to look for.
      this.#bounds.counters.missed += 1;
      return;
    }
    subscription.flushGap();
    subscription.signals += 1;
    subscription.bytes += bytes.length;
    const sighted: Sighted = { position, type };
    const note = createNote(DeliveryReason.OBSERVED, sighted, {
      attempt,
      asked: [...asked],
      refused,
      subscriptionId: subscription.id,
    });
    subscription.session.outbox.push({ kind: "deliver", signal: bytes, note, owner: subscription });
  }
}

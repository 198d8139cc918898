import type { Leg, Registration, Wanted } from "./model.js";
import { serves } from "./registry.js";

interface AddressQueue {
  readonly wanted: Wanted;
  /** In the order of their acceptance. */
  readonly legs: Set<Leg>;
  /** The position of the last. */
  latest: number;
}

/** What was lost and waits again was accepted before those that came since. */
function sortByAcceptance(legs: Set<Leg>): void {
  const sorted = [...legs].sort((one, other) => one.request.position - other.request.position);
  legs.clear();
  for (const leg of sorted) legs.add(leg);
}

function addressKey({ address, role }: Wanted): string {
  if (address === undefined) return `${role}`;
  return `${role} ${address.id} ${address.type} ${[...address.capabilities].sort().join(" ")}`;
}

/** Requests that wait for a free slot, by address, first come first served. */
export class WorkQueue {
  readonly #queues = new Map<string, AddressQueue>();
  readonly #perAddressMax: number;

  constructor(perAddressMax: number) {
    this.#perAddressMax = perAddressMax;
  }

  /** How many requests wait, over all addresses. */
  get size(): number {
    let size = 0;
    for (const { legs } of this.#queues.values()) size += legs.size;
    return size;
  }

  /** Puts a leg into its address's queue, behind those that were accepted before it; false if that is full. */
  add(leg: Leg): boolean {
    const { wanted } = leg;
    const key = addressKey(wanted);
    const queue = this.#queues.get(key) ?? { wanted, legs: new Set(), latest: 0 };
    if (queue.legs.size >= this.#perAddressMax) return false;
    queue.legs.add(leg);
    this.#queues.set(key, queue);
    const { position } = leg.request;
    if (position < queue.latest) sortByAcceptance(queue.legs);
    else queue.latest = position;
    return true;
  }

  /** Takes a leg out, wherever it waits. */
  remove(leg: Leg): void {
    const key = addressKey(leg.wanted);
    const queue = this.#queues.get(key);
    if (queue?.legs.delete(leg) === true && queue.legs.size === 0) this.#queues.delete(key);
  }

  /** The leg that was accepted first among those that the registration serves. It stays queued. */
  oldestFor(registration: Registration): Leg | undefined {
    let oldest: Leg | undefined;
    for (const { wanted, legs } of this.#queues.values()) {
      if (!serves(registration.body, wanted)) continue;
      const [first] = legs;
      if (first !== undefined && (oldest === undefined || first.request.position < oldest.request.position)) {
        oldest = first;
      }
    }
    return oldest;
  }

  /** The legs whose address satisfies `stranded`. */
  select(stranded: (wanted: Wanted) => boolean): Leg[] {
    return [...this.#queues.values()].filter(({ wanted }) => stranded(wanted)).flatMap(({ legs }) => [...legs]);
  }
}

import type { Leg, Registration, Wanted } from "./model.js";
import { serves } from "./registry.js";

interface AddressQueue {
  readonly wanted: Wanted;
  readonly legs: Set<Leg>;
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

  /** Puts a leg at the end of its address's queue; false if that is full. */
  add(leg: Leg): boolean {
    const { wanted } = leg;
    const key = addressKey(wanted);
    const queue = this.#queues.get(key) ?? { wanted, legs: new Set() };
    if (queue.legs.size >= this.#perAddressMax) return false;
    queue.legs.add(leg);
    this.#queues.set(key, queue);
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

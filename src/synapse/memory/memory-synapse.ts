import { CosmoError } from "../../errors/index.js";
import { createDeferred, systemClock, type Clock } from "../../foundation/index.js";
import {
  Hub,
  type HubOptions,
  type Session,
  type SessionReceiver,
  type SessionRequest,
  type Synapse,
} from "../index.js";
import type { MemorySession } from "./memory-session.js";
import { openMemorySession } from "./open-session.js";

/** How a `MemorySynapse` is made. */
export type MemorySynapseOptions = HubOptions;

/**
 * The bus inside one process: the same hub as over the network, and the same path through the codec, so that nothing
 * works here that would not on the wire. It keeps nothing on disk. Once closed it stays closed.
 */
export class MemorySynapse implements Synapse {
  readonly #hub: Hub;
  readonly #clock: Clock;
  readonly #sessions = new Set<MemorySession>();
  #isClosed = false;

  constructor(options: MemorySynapseOptions = {}) {
    this.#hub = new Hub(options);
    this.#clock = options.clock ?? systemClock;
  }

  connect(): Promise<void> {
    return this.#isClosed ? Promise.reject(isOver()) : Promise.resolve();
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what the hub throws becomes a rejection
  async open(request: SessionRequest, receiver: SessionReceiver): Promise<Session> {
    if (this.#isClosed) throw isOver();
    const session: MemorySession = openMemorySession(this.#hub, request, {
      receiver,
      onEnded: () => void this.#sessions.delete(session),
    });
    this.#sessions.add(session);
    return session;
  }

  /** As every Synapse; a receiver that takes nothing is waited for as long as the grace of a session. */
  async drain(): Promise<void> {
    await this.#hub.drain();
    const late = createDeferred<void>();
    const cancel = this.#clock.schedule(this.#hub.limits.sessionGraceMs, late.resolve);
    await Promise.race([late.promise, Promise.all([...this.#sessions].map((session) => session.settled()))]);
    cancel();
    await this.close();
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#hub.close(closed());
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.drain();
  }
}

function isOver(): CosmoError {
  return new CosmoError("CLOSED", "The Synapse was closed");
}

function closed(): CosmoError {
  return new CosmoError("UNAVAILABLE", "The Synapse was closed");
}

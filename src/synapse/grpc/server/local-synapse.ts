import type { Hub, Session, SessionReceiver, SessionRequest, Synapse } from "../../index.js";
import { openMemorySession } from "../../memory/index.js";

/** The bus of a server for the process that it runs in: no link, no credential. It closes its own sessions only. */
export class LocalSynapse implements Synapse {
  readonly #hub: Hub;
  readonly #sessions = new Set<Session>();

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  connect(): Promise<void> {
    return Promise.resolve();
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what the hub throws becomes a rejection
  async open(request: SessionRequest, receiver: SessionReceiver): Promise<Session> {
    const session: Session = openMemorySession(this.#hub, request, {
      receiver,
      onEnded: () => void this.#sessions.delete(session),
    });
    this.#sessions.add(session);
    return session;
  }

  drain(): Promise<void> {
    return this.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

import { CosmoError } from "../../errors/index.js";
import type { Hub, SessionReceiver, SessionRequest } from "../index.js";
import { MemorySession } from "./memory-session.js";

/** Whose session is opened, beside what is asked of the hub. */
export interface MemorySessionOwner {
  readonly receiver: SessionReceiver;
  /** Called once, when the session is over. */
  readonly onEnded: () => void;
}

/** Opens a session of a hub in its own process. Throws what the hub refuses, and CANCELLED. */
export function openMemorySession(
  hub: Hub,
  request: SessionRequest,
  { receiver, onEnded }: MemorySessionOwner,
): MemorySession {
  if (request.abort?.aborted === true) throw new CosmoError("CANCELLED", "Opening the session was given up");
  let session: MemorySession | undefined;
  const opened = hub.open({
    namespace: request.namespace,
    dendriteId: request.dendriteId,
    ...(request.rights === undefined ? {} : { rights: request.rights }),
    onEnded: (reason) => {
      if (session === undefined) return;
      onEnded();
      session.ended(reason);
    },
  });
  session = new MemorySession(hub, opened, receiver);
  return session;
}

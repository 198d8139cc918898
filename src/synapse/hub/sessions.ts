import { DeregisterReason } from "../../../gen/cosmonapse/v1/participant.js";
import { SignalType } from "../../../gen/cosmonapse/v1/signal.js";
import type { CosmoError } from "../../errors/index.js";
import { closeTrace } from "./close-trace.js";
import type { HubSession, Registration } from "./model.js";
import type { Namespace } from "./namespace.js";
import { ownSighting } from "./observers.js";

/** Ends a registration: it takes no new work. Queued requests that nobody serves any more end. */
export function withdrawRegistration(namespace: Namespace, registration: Registration): void {
  namespace.registry.remove(registration);
  namespace.requests.failStranded();
}

function deregister(namespace: Namespace, registration: Registration, reason: DeregisterReason): void {
  namespace.registry.remove(registration);
  const bytes = namespace.signals.deregister(registration.body.id, reason);
  namespace.observers.record(ownSighting(bytes, SignalType.DEREGISTER, ""));
}

/** The session takes no new work; what it holds it still may answer. */
export function drainSession(namespace: Namespace, session: HubSession): void {
  if (session.state !== "live") return;
  session.state = "draining";
  for (const registration of [...session.registrations.values()]) {
    deregister(namespace, registration, DeregisterReason.DRAINED);
  }
  namespace.requests.failStranded();
}

/**
 * Ends a session: its registrations go, what it holds goes to others or ends with WORKER_LOST, the FINALs that it owes
 * are sent, and the traces that it opened may become idle. What it asked runs on.
 */
export function endSession(namespace: Namespace, session: HubSession, reason: CosmoError | undefined): void {
  if (session.state === "ended") return;
  session.state = "ended";
  namespace.sessions.delete(session.id);
  namespace.observers.removeAll(session);
  for (const registration of [...session.registrations.values()]) {
    deregister(namespace, registration, DeregisterReason.SESSION_ENDED);
  }
  for (const leg of [...session.held]) namespace.requests.lose(leg);
  session.held.clear();
  namespace.requests.failStranded();
  for (const trace of [...session.closing]) closeTrace(namespace, trace, { kind: "completed" });
  for (const trace of session.opened) namespace.traces.watchIdle(trace);
  session.outbox.clear();
  session.onEnded(reason);
}

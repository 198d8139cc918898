import type { Unnumbered } from "../synapse.js";
import type { Credit, ObserveFilter, Receipt } from "../../../gen/cosmonapse/v1/frames.js";
import { Right } from "../../../gen/cosmonapse/v1/frames.js";
import type { Limits } from "../../../gen/cosmonapse/v1/limits.js";
import type { Address } from "../../../gen/cosmonapse/v1/signal.js";
import type {
  ListRequestsResponse,
  ParticipantSummary,
  StopNamespaceResponse,
} from "../../../gen/cosmonapse/v1/synapse_service.js";
import { CosmoError, createErrorDetail } from "../../errors/index.js";
import { systemClock, type CancelTimer, type Clock } from "../../foundation/index.js";
import { createIdSource, isName, resolveLimits, SYNAPSE_SOURCE, type IdSource } from "../../signal/index.js";
import { acceptSignal } from "./accept.js";
import type { Counters } from "./counters.js";
import type { HubSession } from "./model.js";
import type { Namespace } from "./namespace.js";
import { createNamespace } from "./create-namespace.js";
import { deliverSnapshot, rejectedReceipt } from "./notes.js";
import { listParticipants, listRequests, stopTraces } from "./operate.js";
import { Outbox } from "./outbox.js";
import { refuse } from "./refusals.js";
import { drainSession, endSession } from "./sessions.js";

/** What a hub is made with. */
export interface HubOptions {
  /** Limits that differ from the standard. */
  readonly limits?: Partial<Limits>;
  /** Time. Default: the machine's. */
  readonly clock?: Clock;
  /** Where the ids of the Synapse's own Signals come from. Default: random ULIDs. */
  readonly ids?: IdSource;
}

/** Who opens a session of the hub. */
export interface HubSessionRequest {
  readonly namespace: string;
  readonly dendriteId: string;
  /** The credential's identity. Default: the dendrite id. */
  readonly principal?: string;
  /** What the session may do. Default: everything. */
  readonly rights?: readonly Right[];
  /** The ids that it may register. Default: any. */
  readonly ids?: ReadonlySet<string> | "all";
  /** Called once, when the hub ends the session. */
  readonly onEnded: (reason: CosmoError | undefined) => void;
}

/** One namespace, in figures. */
export interface NamespaceFigures {
  readonly namespace: string;
  readonly sessions: number;
  readonly participants: number;
  readonly requests: number;
  readonly queued: number;
  readonly traces: number;
  readonly position: number;
  /** What waits for the links of its sessions. */
  readonly waiting: number;
  /** What it counted since it is there; not to be changed. */
  readonly counters: Counters;
}

const allRights: readonly Right[] = [Right.OBSERVE, Right.PARTICIPATE, Right.OPERATE];

/**
 * The router behind every Synapse: sessions put Signals in, and find what is for them in their outbox. It is one
 * synchronous state machine: each call has its whole effect before it returns, and time comes from its clock. It reads
 * headers, the bodies of CONTROL Signals, and of an ERROR that ends a trace why; all other bytes it forwards as they came.
 */
export class Hub {
  readonly limits: Limits;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #namespaces = new Map<string, Namespace>();
  readonly #homes = new Map<HubSession, Namespace>();
  /** The timers of namespaces without sessions. */
  readonly #forgetting = new Map<Namespace, CancelTimer>();
  #draining: Promise<void> | undefined;

  constructor({ limits = {}, clock = systemClock, ids }: HubOptions = {}) {
    this.limits = resolveLimits(limits);
    this.#clock = clock;
    this.#ids = ids ?? createIdSource(clock);
  }

  /** Opens a session. Throws MALFORMED for wrong names, OVERLOADED over the limit, UNAVAILABLE while draining. */
  open({ namespace: name, dendriteId, principal, rights, ids = "all", onEnded }: HubSessionRequest): HubSession {
    if (this.#draining !== undefined)
      refuse("UNAVAILABLE", "The Synapse drains and takes no new sessions", "COS-SES-009");
    if (!isName(name)) refuse("MALFORMED", `'${name}' is no name of a namespace: [A-Za-z0-9_-]{1,64}`, "COS-SES-002");
    if (!isName(dendriteId) || dendriteId === SYNAPSE_SOURCE) {
      refuse("MALFORMED", `'${dendriteId}' is no dendrite id: [A-Za-z0-9_-]{1,64}, not 'synapse'`, "COS-SES-002");
    }
    const namespace = this.#namespaceOf(name);
    if (namespace.sessions.size >= this.limits.sessions) {
      refuse("OVERLOADED", `The namespace has ${this.limits.sessions} sessions; close some`, "COS-LIM-004");
    }
    const session: HubSession = {
      id: `ses_${this.#ids.signalId().slice(4)}`,
      dendriteId,
      principal: principal ?? dendriteId,
      ids,
      rights: new Set(rights === undefined || rights.length === 0 ? allRights : rights),
      outbox: new Outbox(namespace.counters),
      registrations: new Map(),
      asked: new Set(),
      held: new Set(),
      opened: new Set(),
      closing: new Set(),
      state: "live",
      isLinked: true,
      onEnded,
    };
    this.#remember(namespace);
    namespace.sessions.set(session.id, session);
    this.#homes.set(session, namespace);
    return session;
  }

  /** Decides about one published Signal; never throws. */
  publish(session: HubSession, bytes: Uint8Array, attempt = 0): Receipt {
    const namespace = this.#homes.get(session);
    if (namespace !== undefined) return acceptSignal(namespace, session, { bytes, attempt });
    return rejectedReceipt(createErrorDetail("SESSION_LOST", "The session has ended", { requirement: "COS-SES-006" }));
  }

  /** Begins to observe: the live registrations first, then a Live with the number of the first Signal that can follow. */
  subscribe(session: HubSession, subscriptionId: string, filter: ObserveFilter): void {
    const { limits, observers, registry, traces } = this.#homeOf(session);
    if (session.state === "ended") refuse("SESSION_LOST", "The session has ended", "COS-SES-006");
    if (!isName(subscriptionId)) refuse("MALFORMED", `'${subscriptionId}' is no subscription id`, "COS-OBS-002");
    const isOwn = filter.traceIds.length > 0 && filter.traceIds.every((id) => traces.find(id)?.opener === session);
    if (!session.rights.has(Right.OBSERVE) && !isOwn) {
      refuse("PERMISSION_DENIED", "This session may observe only traces that it opened", "COS-OBS-003");
    }
    if (observers.countOthers(session, subscriptionId) >= limits.subscriptions) {
      refuse("OVERLOADED", `The session has ${limits.subscriptions} subscriptions; end some`, "COS-LIM-004");
    }
    deliverSnapshot(session, registry.all(), { subscriptionId, position: BigInt(observers.position + 1) });
    observers.add(session, subscriptionId, filter);
  }

  /** Ends a subscription; of an unknown one, does nothing. */
  unsubscribe(session: HubSession, subscriptionId: string): void {
    this.#homeOf(session).observers.remove(session, subscriptionId);
  }

  /** The asker consumed PARTIALs: the holder may send as many more. */
  credit(session: HubSession, { requestId, partials, participant }: Unnumbered<Credit>): void {
    const request = this.#homeOf(session).requests.find(requestId);
    if (request?.asker !== session) return;
    const leg = request.legs.find((one) => participant === "" || one.participant === participant);
    if (leg?.state !== "held" || leg.registration === undefined) return;
    const consumed = Math.min(partials, leg.unconsumed);
    if (consumed === 0) return;
    leg.unconsumed -= consumed;
    const credit: Unnumbered<Credit> = { requestId, partials: consumed, participant: leg.participant };
    leg.registration.session.outbox.push({ kind: "credit", credit });
  }

  /** The session lost its link: it keeps what it has, and gets no new work until it has one again (COS-SES-007). */
  unlink(session: HubSession): void {
    session.isLinked = false;
  }

  /** The session has a link again. */
  relink(session: HubSession): void {
    session.isLinked = true;
    const namespace = this.#homes.get(session);
    for (const registration of session.registrations.values()) namespace?.router.refill(registration);
  }

  /** The session takes no new work. */
  drainSession(session: HubSession): void {
    drainSession(this.#homeOf(session), session);
  }

  /** Ends a session; `reason` is undefined when its owner asked for it. */
  endSession(session: HubSession, reason?: CosmoError): void {
    const namespace = this.#homes.get(session);
    if (namespace === undefined) return;
    this.#homes.delete(session);
    endSession(namespace, session, reason);
    if (namespace.sessions.size === 0) this.#forgetLater(namespace);
  }

  /** Takes no new sessions and requests; resolves when every request in flight has its outcome. */
  drain(): Promise<void> {
    this.#draining ??= Promise.all([...this.#namespaces.values()].map(drainNamespace)).then(() => undefined);
    return this.#draining;
  }

  /** Ends all sessions. */
  close(reason?: CosmoError): void {
    this.#draining ??= Promise.resolve();
    for (const session of [...this.#homes.keys()]) this.endSession(session, reason);
    for (const namespace of this.#namespaces.values()) {
      this.#remember(namespace);
      namespace.traces.clear();
      namespace.requests.clear();
    }
    this.#namespaces.clear();
  }

  /** The namespaces in figures, by name. */
  figures(): NamespaceFigures[] {
    return [...this.#namespaces.values()]
      .map(({ name, sessions, registry, requests, router, traces, observers, counters }) => ({
        namespace: name,
        sessions: sessions.size,
        participants: registry.size,
        requests: requests.size,
        queued: router.queued,
        traces: traces.size,
        position: observers.position,
        waiting: [...sessions.values()].reduce((sum, { outbox }) => sum + outbox.size, 0),
        counters,
      }))
      .sort((one, other) => (one.namespace < other.namespace ? -1 : 1));
  }

  /** The live registrations of a namespace that match an address, by id; none of one that is not there. */
  participants(name: string, address?: Address): ParticipantSummary[] {
    const namespace = this.#namespaces.get(name);
    return namespace === undefined ? [] : listParticipants(namespace, address);
  }

  /** The requests of a namespace without an outcome: the oldest thousand, and how many there are. */
  requests(name: string): ListRequestsResponse {
    const namespace = this.#namespaces.get(name);
    return namespace === undefined ? { requests: [], total: 0 } : listRequests(namespace);
  }

  /** Ends every trace of a namespace, and its sessions with `endSessions`; tells how many there were (COS-GRPC-022). */
  stopNamespace(name: string, reason: string, endSessions: boolean): StopNamespaceResponse {
    const namespace = this.#namespaces.get(name);
    if (namespace === undefined) return { traces: 0, requests: 0, sessions: 0, failures: [] };
    const stopped = stopTraces(namespace, reason);
    const sessions = endSessions ? [...namespace.sessions.values()] : [];
    const why = new CosmoError("CANCELLED", `An operator ended the sessions${reason === "" ? "" : `: ${reason}`}`);
    for (const session of sessions) this.endSession(session, why);
    return { ...stopped, sessions: sessions.length, failures: [] };
  }

  #namespaceOf(name: string): Namespace {
    const known = this.#namespaces.get(name);
    if (known !== undefined) return known;
    if (this.#namespaces.size >= this.limits.namespaces) {
      refuse("OVERLOADED", `The Synapse has ${this.limits.namespaces} namespaces`, "COS-LIM-004");
    }
    const made = createNamespace({ name, clock: this.#clock, ids: this.#ids, limits: this.limits });
    this.#namespaces.set(name, made);
    return made;
  }

  #homeOf(session: HubSession): Namespace {
    const namespace = this.#homes.get(session);
    return namespace ?? refuse("SESSION_LOST", "The session has ended", "COS-SES-006");
  }

  /** Forgets a namespace that stays without sessions for as long as its tombstones last. */
  #forgetLater(namespace: Namespace): void {
    const forget = (): void => {
      this.#forgetting.delete(namespace);
      namespace.traces.clear();
      this.#namespaces.delete(namespace.name);
    };
    this.#forgetting.set(namespace, this.#clock.schedule(this.limits.timeoutMs + this.limits.sessionGraceMs, forget));
  }

  #remember(namespace: Namespace): void {
    this.#forgetting.get(namespace)?.();
    this.#forgetting.delete(namespace);
  }
}

function drainNamespace(namespace: Namespace): Promise<void> {
  namespace.isDraining = true;
  return new Promise((resolve) => {
    const check = (): void => {
      if (namespace.requests.size === 0) resolve();
    };
    namespace.onRequestEnded = check;
    check();
  });
}

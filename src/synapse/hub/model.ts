import type { ErrorDetail } from "../../../gen/cosmonapse/v1/error.js";
import type { Right } from "../../../gen/cosmonapse/v1/frames.js";
import type { ParticipantRole } from "../../../gen/cosmonapse/v1/options.js";
import type { RegisterBody } from "../../../gen/cosmonapse/v1/participant.js";
import type { Address } from "../../../gen/cosmonapse/v1/signal.js";
import type { CosmoError } from "../../errors/index.js";
import type { SignalHeader } from "../../signal/index.js";
import type { Outbox } from "./outbox.js";

/** What a request looks for: an address, and the role that serves its type (unspecified: any). */
export interface Wanted {
  readonly address: Address | undefined;
  readonly role: ParticipantRole;
}

/**
 * The state of a session: `live` takes work, `draining` holds what it has and takes no more, `ended` holds nothing.
 * live → draining → ended, live → ended.
 */
export type SessionState = "live" | "draining" | "ended";

/** A session as the hub keeps it. */
export interface HubSession {
  readonly id: string;
  readonly dendriteId: string;
  /** Whose Signals are de-duplicated together: the credential's identity, else the dendrite id. */
  readonly principal: string;
  readonly rights: ReadonlySet<Right>;
  /** The ids that it may register. */
  readonly ids: ReadonlySet<string> | "all";
  readonly outbox: Outbox;
  readonly registrations: Map<string, Registration>;
  /** Requests of this session that have no outcome yet. */
  readonly asked: Set<PendingRequest>;
  /** What it was given and has not answered, ended requests and withdrawn registrations included. */
  readonly held: Set<Leg>;
  /** Open traces that this session opened. */
  readonly opened: Set<Trace>;
  /** Traces whose FINAL this session owes. */
  readonly closing: Set<Trace>;
  state: SessionState;
  /** False while it waits to be resumed: it keeps what it has and gets no new work (COS-SES-007). */
  isLinked: boolean;
  /** Called once, when the hub ends the session. */
  onEnded: (reason: CosmoError | undefined) => void;
}

/** One session's declaration that it serves an id. */
export interface Registration {
  readonly session: HubSession;
  readonly body: RegisterBody;
  /** The REGISTER as it was published, for snapshots. */
  readonly signal: Uint8Array;
  readonly maxInFlight: number;
  /** What it was given and has not answered, ended requests included: each takes a slot. */
  readonly inFlight: Set<Leg>;
  /** How many requests it was ever given. */
  given: number;
  /** The instant of its last heartbeat, on the monotonic clock. */
  lastSeenMs: number;
}

/**
 * The state of a leg: `waiting` for someone to serve its address, `queued` until one of those is free, `held` by a
 * session, `ended` with its outcome. A lost worker takes it from held back to queued.
 */
export type LegState = "waiting" | "queued" | "held" | "ended";

/** One outcome that a request is to have: a request to one has one leg, a request to all has one for each id. */
export interface Leg {
  readonly request: PendingRequest;
  /** Whom it looks for. */
  readonly wanted: Wanted;
  /** The id that is asked; empty until someone is chosen. */
  participant: string;
  state: LegState;
  /** Counts those who were given it, from 1. */
  attempt: number;
  /** Who holds it. */
  registration: Registration | undefined;
  /** True once the holder's link took it: from then on it may have been started. */
  written: boolean;
  /** True once a PARTIAL was forwarded: no other attempt may follow. */
  committed: boolean;
  /** PARTIALs that were forwarded and that the asker has not consumed. */
  unconsumed: number;
  /** Requests that its holder sent below it and that have no outcome yet, or have such below them. */
  readonly children: Set<PendingRequest>;
}

/** How a leg ended. */
export interface Outcome {
  /** The reply, or the Synapse's ERROR. */
  readonly signal: Uint8Array;
  /** The type of that Signal. */
  readonly type: number;
  /** Why it failed, as the Synapse says; undefined for an answer of the one who was asked. */
  readonly detail: ErrorDetail | undefined;
}

/** A request that has not all its outcomes. */
export interface PendingRequest {
  readonly header: SignalHeader;
  readonly position: number;
  readonly asker: HubSession;
  readonly trace: Trace;
  /** The leg below which it was sent; undefined for one that its trace's opener sent beside any. */
  readonly parent: Leg | undefined;
  readonly acceptedMs: number;
  readonly deadlineMs: number;
  readonly legs: Leg[];
  /** Of its outcomes so far: the first error, and before any other one that was stopped. */
  failure: Outcome | undefined;
  /** Stops its timers. */
  cancelTimers: () => void;
}

/** A tree of work that is open. */
export interface Trace {
  readonly id: string;
  readonly opener: HubSession;
  /** Requests of the trace without an outcome. */
  readonly pending: Set<PendingRequest>;
  /** The id of its first request; empty before that. */
  rootId: string;
  /** The session that answered a root with `close_trace` and owes the FINAL. */
  closer: HubSession | undefined;
  /** Requests below which nothing may arrive any more, with the code of the refusal. */
  readonly barred: Map<string, "CANCELLED" | "LATE">;
  /** Stops the idle timer. */
  cancelIdle: () => void;
}

import type { ErrorDetail } from "../../../gen/cosmonapse/v1/error.js";
import { DeliveryReason } from "../../../gen/cosmonapse/v1/frames.js";
import type { Limits } from "../../../gen/cosmonapse/v1/limits.js";
import { Effect, Exchange, ParticipantRole } from "../../../gen/cosmonapse/v1/options.js";
import { Fanout, SignalType } from "../../../gen/cosmonapse/v1/signal.js";
import { createErrorDetail } from "../../errors/index.js";
import type { Clock } from "../../foundation/index.js";
import { signalTraits, type SignalHeader } from "../../signal/index.js";
import { Counters } from "./counters.js";
import type { HubSession, Leg, Outcome, PendingRequest, Registration, Trace, Wanted } from "./model.js";
import { createLeg, leaveParent, requestsBelow, standardTimeoutMs, wasGiven, wasStopped, withId } from "./legs.js";
import { createNote } from "./notes.js";
import { ownSighting, sightingOf, type Observers } from "./observers.js";
import { AVAILABLE_MAX, overloaded, unroutable, workerLost } from "./refusals.js";
import { serves, type Registry } from "./registry.js";
import type { Router } from "./router.js";
import type { SynapseSignals } from "./synapse-signals.js";
import type { TraceBook } from "./trace-book.js";

/** What a request book works with. */
export interface RequestBookOptions {
  readonly registry: Registry;
  readonly router: Router;
  readonly observers: Observers;
  readonly traces: TraceBook;
  readonly signals: SynapseSignals;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly counters: Counters;
  /** Called when a request has all its outcomes, after the last was delivered. */
  readonly onFinished: (request: PendingRequest) => void;
}

/** The Signal by which a holder learns that its work is over. */
export interface Telling {
  readonly signal: Uint8Array;
  readonly type: number;
  readonly position: number;
}

/** Where a request joins the work. */
export interface RequestPlace {
  readonly trace: Trace;
  readonly parent: Leg | undefined;
}

/** The requests of a namespace from acceptance to their last outcome. It decides each outcome, once. */
export class RequestBook {
  readonly #options: RequestBookOptions;
  readonly #pending = new Map<string, PendingRequest>();
  /** The legs that wait for a route. */
  readonly #waiting = new Set<Leg>();

  constructor(options: RequestBookOptions) {
    this.#options = options;
  }

  /** How many requests have no outcome yet. */
  get size(): number {
    return this.#pending.size;
  }

  /** The request of that id, if it has not all its outcomes. */
  find(id: string): PendingRequest | undefined {
    return this.#pending.get(id);
  }

  /** All requests without an outcome, oldest first. */
  all(): PendingRequest[] {
    return [...this.#pending.values()];
  }

  /** Accepts a request and gives it to those who serve it; returns its number and who was asked. */
  begin(asker: HubSession, header: SignalHeader, place: RequestPlace): { position: number; asked: string[] } {
    const { clock, observers, registry } = this.#options;
    const traits = signalTraits(header.type);
    const wanted: Wanted = { address: header.directed, role: traits?.servedBy ?? ParticipantRole.UNSPECIFIED };
    const ids = [...registry.match(wanted).keys()];
    const isFanout = header.directed?.fanout === Fanout.ALL && ids.length > 0;
    const asked = isFanout || ids.length === 1 ? ids : [];
    const position = observers.record({ ...sightingOf(header), asked });
    const acceptedMs = clock.monotonicMs();
    const ownDeadlineMs = acceptedMs + (header.timeoutMs ?? standardTimeoutMs(header.type));
    const request: PendingRequest = {
      header,
      position,
      asker,
      ...place,
      acceptedMs,
      deadlineMs: Math.min(ownDeadlineMs, place.parent?.request.deadlineMs ?? Infinity),
      legs: [],
      failure: undefined,
      cancelTimers: () => undefined,
    };
    for (const id of isFanout ? ids : [""])
      request.legs.push(createLeg(request, isFanout ? withId(wanted, id) : wanted));
    this.#admit(request);
    this.#start(request, ids);
    return { position, asked };
  }

  /** Takes a reply of the one who holds the leg. PARTIALs leave it open, a REPLY ends it. */
  answer(leg: Leg, header: SignalHeader): number {
    const { observers, router } = this.#options;
    const position = observers.record({ ...sightingOf(header), attempt: leg.attempt });
    if (header.exchange === Exchange.PARTIAL) {
      // Whoever sends a part has the request, also if its link did not take it yet.
      leg.written = true;
      leg.committed = true;
      leg.unconsumed += 1;
      this.#deliverReply(leg, header.bytes, { position, type: header.type });
      return position;
    }
    const holder = leg.registration;
    this.#conclude(leg, { signal: header.bytes, type: header.type, detail: undefined }, position);
    if (holder !== undefined) router.release(holder, leg);
    return position;
  }

  /** Ends a leg that has no outcome yet with an error of the Synapse, and everything below it. */
  fail(leg: Leg, error: ErrorDetail, told?: Telling): void {
    if (leg.state === "ended") return;
    const { observers, router, signals } = this.#options;
    router.withdraw(leg);
    const isFanout = leg.request.header.directed?.fanout === Fanout.ALL;
    const detail: ErrorDetail = {
      ...error,
      effect: wasGiven(leg) ? Effect.UNKNOWN : Effect.NONE,
      participant: isFanout ? leg.participant || (leg.wanted.address?.id ?? "") : "",
    };
    Counters.add(this.#options.counters.ended, detail.code);
    const signal = signals.error(leg, detail);
    const position = observers.record(ownSighting(signal, SignalType.ERROR, leg.request.header.traceId));
    this.#tellHolder(leg, told ?? { signal, type: SignalType.ERROR, position });
    this.#conclude(leg, { signal, type: SignalType.ERROR, detail }, position);
  }

  /** Ends all legs of a request, as `fail`. */
  failRequest(request: PendingRequest, error: ErrorDetail, told?: Telling): void {
    for (const leg of request.legs) this.fail(leg, error, told);
  }

  /** Ends what was sent below a leg, at any depth. */
  cancelBelow(leg: Leg, reason: string): void {
    const detail = createErrorDetail("CANCELLED", reason, { requirement: "COS-STOP-006" });
    // The deepest first: then none has any below it when it ends, however deep they go.
    for (const request of requestsBelow(leg).reverse()) this.failRequest(request, detail);
  }

  /** The holder's session ended: the leg goes to another, or ends with WORKER_LOST. */
  lose(leg: Leg): void {
    const { registration } = leg;
    if (leg.state !== "held" || registration === undefined) return;
    this.cancelBelow(leg, "The attempt that sent this was lost with its session");
    const wasWritten = leg.written;
    if (!wasWritten) leg.attempt -= 1;
    leg.registration = undefined;
    leg.state = "waiting";
    const attemptsMax = leg.request.header.maxAttempts || this.#defaultAttempts(leg, registration.body.retrySafe);
    const mayRetry = !leg.committed && leg.attempt < attemptsMax;
    const assignment = mayRetry ? this.#options.router.assign(leg) : "nobody";
    if (assignment === "held" || assignment === "queued") return;
    this.fail(leg, assignment === "full" && !wasGiven(leg) ? overloaded(leg.request.header) : this.#unserved(leg));
  }

  /** Gives the requests that wait to who registered, in the order of their acceptance: for a route or for a slot. */
  welcome(registration: Registration): void {
    const { router } = this.#options;
    for (const leg of this.#waiting) {
      if (!serves(registration.body, leg.wanted)) continue;
      router.refill(registration, leg.request.position);
      this.#waiting.delete(leg);
      if (router.assign(leg) === "full") this.fail(leg, overloaded(leg.request.header));
    }
    router.refill(registration);
  }

  /** Ends the queued requests that nobody serves any more. */
  failStranded(): void {
    for (const leg of this.#options.router.takeStranded()) this.fail(leg, this.#unserved(leg));
  }

  /** Forgets all requests, and stops their timers. */
  clear(): void {
    for (const { cancelTimers } of this.#pending.values()) cancelTimers();
    this.#pending.clear();
    this.#waiting.clear();
  }

  #unserved(leg: Leg): ErrorDetail {
    const { header } = leg.request;
    return wasGiven(leg) ? workerLost(header) : unroutable(header, this.#options.registry);
  }

  #admit(request: PendingRequest): void {
    const { clock } = this.#options;
    this.#pending.set(request.header.id, request);
    request.trace.pending.add(request);
    request.trace.rootId ||= request.header.id;
    request.asker.asked.add(request);
    request.parent?.children.add(request);
    request.cancelTimers = clock.schedule(request.deadlineMs - clock.monotonicMs(), () => {
      const message = `No outcome came within ${Math.round(request.deadlineMs - request.acceptedMs)} ms`;
      this.failRequest(request, createErrorDetail("DEADLINE_EXCEEDED", message, { requirement: "COS-TASK-005" }));
    });
  }

  #start(request: PendingRequest, ids: readonly string[]): void {
    const { limits, router } = this.#options;
    if (request.asker.asked.size > limits.sessionPending) {
      this.failRequest(request, overloaded(request.header));
      return;
    }
    if (request.header.type === SignalType.IMPRINT && ids.length > 1 && request.legs.length === 1) {
      const message = `${ids.length} Engrams serve this address and the IMPRINT asks for one`;
      const options = { requirement: "COS-MODE-010", available: ids.slice(0, AVAILABLE_MAX) };
      this.failRequest(request, createErrorDetail("AMBIGUOUS", message, options));
      return;
    }
    for (const leg of request.legs) {
      const assignment = router.assign(leg);
      if (assignment === "full") this.fail(leg, overloaded(request.header));
      if (assignment === "nobody") this.#waitForRoute(leg);
    }
  }

  #waitForRoute(leg: Leg): void {
    const { request } = leg;
    const waitMs = request.header.waitForRouteMs ?? 0;
    if (waitMs === 0) {
      this.fail(leg, unroutable(request.header, this.#options.registry));
      return;
    }
    this.#waiting.add(leg);
    const cancelDeadline = request.cancelTimers;
    const cancelWait = this.#options.clock.schedule(waitMs, () => {
      if (this.#waiting.has(leg)) this.fail(leg, unroutable(request.header, this.#options.registry));
    });
    request.cancelTimers = () => {
      cancelDeadline();
      cancelWait();
    };
  }

  #conclude(leg: Leg, outcome: Outcome, position: number): void {
    leg.state = "ended";
    this.#waiting.delete(leg);
    const { request } = leg;
    this.#deliverReply(leg, outcome.signal, { position, type: outcome.type });
    if (outcome.type === SignalType.ERROR) {
      if (request.failure === undefined || wasStopped(outcome)) request.failure = outcome;
      this.#options.traces.bar(request.trace, request.header.id, wasStopped(outcome) ? "CANCELLED" : "LATE");
      this.cancelBelow(leg, "The request above this one ended with an error");
    }
    if (request.legs.some(({ state }) => state !== "ended")) return;
    request.cancelTimers();
    this.#pending.delete(request.header.id);
    request.trace.pending.delete(request);
    request.asker.asked.delete(request);
    leaveParent(request);
    this.#options.onFinished(request);
  }

  #deliverReply(leg: Leg, signal: Uint8Array, sighted: { position: number; type: number }): void {
    const { asker } = leg.request;
    if (asker.state === "ended") return;
    const note = createNote(DeliveryReason.REPLY, sighted, { attempt: leg.attempt, participant: leg.participant });
    asker.outbox.push({ kind: "deliver", signal, note });
  }

  /** Lets the holder know that its work is not wanted any more; what was never written just leaves its slot. */
  #tellHolder(leg: Leg, { signal, type, position }: Telling): void {
    const { registration } = leg;
    if (leg.state !== "held" || registration === undefined) return;
    if (!leg.written) {
      leg.state = "ended";
      this.#options.router.release(registration, leg);
      return;
    }
    const note = createNote(
      DeliveryReason.STOP,
      { position, type },
      {
        attempt: leg.attempt,
        participant: leg.participant,
        requestId: leg.request.header.id,
      },
    );
    registration.session.outbox.push({ kind: "deliver", signal, note });
  }

  #defaultAttempts(leg: Leg, isRetrySafe: boolean): number {
    return isRetrySafe || leg.wanted.role === ParticipantRole.ENGRAM ? this.#options.limits.maxAttempts : 1;
  }
}

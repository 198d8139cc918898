import { ErrorCode, type ErrorDetail } from "../../../../gen/cosmonapse/v1/error.js";
import type { DeliveryNote } from "../../../../gen/cosmonapse/v1/frames.js";
import { Effect, Exchange } from "../../../../gen/cosmonapse/v1/options.js";
import { Fanout, SignalType, type Signal } from "../../../../gen/cosmonapse/v1/signal.js";
import { FinalStatus } from "../../../../gen/cosmonapse/v1/task.js";
import type { HubSession } from "../../../synapse/index.js";
import { check, checkEqual } from "../../check.js";

/** One outcome that is due, as everybody can see it. */
export interface SeenLeg {
  readonly request: SeenRequest;
  /** The id that was asked; empty for a request to one. */
  readonly participant: string;
  /** How many attempts somebody got. */
  attempts: number;
  /** Who got the latest. */
  holder: HubSession | undefined;
  /** True if that one registered as `retry_safe`. */
  isRetrySafe: boolean;
  hasPart: boolean;
  isEnded: boolean;
  isFailed: boolean;
}

/** A request that was accepted. */
export interface SeenRequest {
  readonly signal: Signal;
  readonly type: number;
  readonly position: number;
  readonly asker: HubSession;
  readonly deadlineMs: number;
  /** Until when it waits for somebody who serves it. */
  readonly routeUntilMs: number;
  /** The leg below which it was asked. */
  readonly below: SeenLeg | undefined;
  readonly legs: readonly SeenLeg[];
  /** Positions of replies that its asker did not get yet. */
  readonly due: number[];
  /** True if who held it before any link took it may have ended. */
  isMoved: boolean;
}

/** What an accepted Signal was, by its position. */
export interface SeenSignal {
  readonly position: number;
  readonly type: number;
}

/** Who publishes now, and when. */
export interface Publication {
  readonly session: HubSession;
  readonly nowMs: number;
}

const standardMs: Readonly<Record<number, number>> = {
  [SignalType.TASK]: 60_000,
  [SignalType.RECALL]: 2_000,
};

/**
 * What an observer of everything knows. It checks what it sees: positions without holes, each outcome once and after
 * its request, and nothing in a trace after its FINAL.
 */
export class Ledger {
  readonly requests = new Map<string, SeenRequest>();
  readonly signals: SeenSignal[] = [];
  /** The position of the FINAL of each closed trace. */
  readonly finals = new Map<string, number>();
  readonly openers = new Map<string, HubSession>();
  /** The first request of each trace. */
  readonly roots = new Map<string, SeenRequest>();
  #publication: Publication | undefined;

  /** Runs what makes the Synapse accept Signals; who publishes is known meanwhile. */
  during<T>(publication: Publication, act: () => T): T {
    this.#publication = publication;
    const result = act();
    this.#publication = undefined;
    return result;
  }

  /** The requests that have not all their outcomes. */
  open(): SeenRequest[] {
    return [...this.requests.values()].filter(({ legs }) => legs.some(({ isEnded }) => !isEnded));
  }

  /** The leg that a session would answer under an id. */
  legOf(requestId: string, participant: string): SeenLeg {
    const legs = this.requests.get(requestId)?.legs ?? [];
    const leg = legs.find((one) => one.participant === "" || one.participant === participant);
    check(leg !== undefined, `${requestId} asked '${participant}'`);
    return leg;
  }

  /** Sees what the Synapse showed. */
  see(signal: Signal, note: DeliveryNote): void {
    if (note.refused !== undefined) {
      checkEqual([note.position, [11, 12].includes(note.refused.code)], [0n, true], "a refused reply");
      return;
    }
    const position = Number(note.position);
    checkEqual(position, this.signals.length + 1, "the next position");
    this.signals.push({ position, type: note.type });
    const { traceId, exchange } = signal;
    check(!this.finals.has(traceId), `nothing follows the FINAL of ${traceId}, but ${signal.body?.$case ?? ""}`);
    if (exchange === Exchange.REQUEST) this.#seeRequest(signal, note);
    if (exchange === Exchange.PARTIAL || exchange === Exchange.REPLY) this.#seeReply(signal, note);
    if (note.type === SignalType.FINAL) this.#seeFinal(signal, position);
  }

  #seeRequest(signal: Signal, note: DeliveryNote): void {
    check(this.#publication !== undefined, "somebody asks");
    const { session, nowMs } = this.#publication;
    if (!this.openers.has(signal.traceId)) this.openers.set(signal.traceId, session);
    const ownMs = signal.timeout === undefined ? standardMs[note.type] : Number(signal.timeout.seconds) * 1000;
    const held = this.requests.get(signal.parentId)?.legs.filter((leg) => !leg.isEnded && leg.holder === session) ?? [];
    const below = held.find(({ participant }) => participant === signal.source) ?? held[0];
    const legs: SeenLeg[] = [];
    const request: SeenRequest = {
      signal,
      type: note.type,
      position: Number(note.position),
      asker: session,
      deadlineMs: Math.min(nowMs + (ownMs ?? 0), below?.request.deadlineMs ?? Infinity),
      routeUntilMs: nowMs + Number(signal.waitForRoute?.seconds ?? 0n) * 1000,
      below,
      legs,
      due: [],
      isMoved: false,
    };
    const isFanout = signal.directed?.fanout === Fanout.ALL && note.asked.length > 0;
    for (const participant of isFanout ? note.asked : [""]) {
      const nothing = { attempts: 0, holder: undefined, isRetrySafe: false };
      legs.push({ request, participant, ...nothing, hasPart: false, isEnded: false, isFailed: false });
    }
    this.requests.set(signal.id, request);
    if (!this.roots.has(signal.traceId)) this.roots.set(signal.traceId, request);
  }

  #seeReply(signal: Signal, note: DeliveryNote): void {
    const { body, source } = signal;
    const detail = body?.$case === "error" ? body.value.detail : undefined;
    const leg = this.legOf(signal.parentId, source === "synapse" ? (detail?.participant ?? "") : source);
    check(!leg.isEnded, `${signal.parentId} has one outcome of '${leg.participant}'`);
    if (signal.exchange === Exchange.PARTIAL) leg.hasPart = true;
    else leg.isEnded = true;
    leg.isFailed = detail !== undefined;
    if (source === "synapse" && detail !== undefined) checkMade(leg, detail);
    leg.request.due.push(Number(note.position));
  }

  #seeFinal({ traceId, source, body }: Signal, position: number): void {
    const pending = this.open().filter(({ signal }) => signal.traceId === traceId);
    checkEqual(pending.length, 0, "requests without an outcome at the FINAL");
    this.finals.set(traceId, position);
    const status = body?.$case === "final" ? body.value.status : 0;
    const root = this.roots.get(traceId);
    if (source !== "synapse" || root === undefined) return;
    const [asksForIt, hasFailed] = [root.signal.closeTrace, root.legs.some(({ isFailed }) => isFailed)];
    if (status === FinalStatus.COMPLETED) checkEqual([asksForIt, hasFailed], [true, false], "what is completed");
    if (status === FinalStatus.FAILED) checkEqual([asksForIt, hasFailed], [true, true], "what has failed");
    if (status === FinalStatus.ABANDONED) checkEqual(this.openers.get(traceId)?.state, "ended", "who abandons");
  }
}

/** Checks an outcome that the Synapse made by what became of the request before. */
function checkMade({ attempts, isFailed }: SeenLeg, { code, effect }: ErrorDetail): void {
  checkEqual([isFailed, effect], [true, attempts === 0 ? Effect.NONE : Effect.UNKNOWN], "the effect");
  if (code === ErrorCode.WORKER_LOST) check(attempts > 0, "somebody got what was lost");
  if (code === ErrorCode.UNROUTABLE || code === ErrorCode.OVERLOADED)
    checkEqual(attempts, 0, "who got what found nobody");
}

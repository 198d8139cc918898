import type { ValueObject } from "../wire/value.js";
import type { Header } from "./header.js";
import { isEnded, type Ask, type Leg, type Party, type Registration, type Trace } from "./model.js";
import { wrong } from "./wrong.js";
import { detailOf, type Told } from "./refused.js";
import { isMatch, type Accepted, type Space } from "./space.js";

const [errorType, finalType] = [24, 19];
const taskType = 17;
const availableMost = 20;

/** A leg that nobody was given yet. */
export function newLeg(ask: Ask, id: string): Leg {
  const counts = { attempt: 0, forwarded: 0, unconsumed: 0, isWritten: false, wasWritten: false };
  const open = { holder: undefined, outcome: undefined, detail: undefined };
  return { ask, id, below: new Set(), given: new Set(), ...counts, ...open };
}

/** What was asked in a namespace: who is given it, what becomes of it, and when its trace ends. */
export class Work {
  readonly #space: Space;
  /** Legs that nobody holds, in the order in which they were accepted. */
  readonly #waiting = new Set<Leg>();

  constructor(space: Space) {
    this.#space = space;
  }

  /** Who serves a type and matches an address. (COS-ROUTE-001, COS-TYPE-010, COS-TYPE-011) */
  candidates({ header: { type, address } }: Pick<Ask, "header">, id = ""): readonly Registration[] {
    const role = this.#space.book.types.get(type)?.servedBy ?? "";
    if (wrong("types-of-the-future-unserved") && role === "") return [];
    return [...this.#space.registrations()].filter(
      (one) =>
        !(wrong("suspects-match-nothing") && one.isSuspect) &&
        (role === "" || one.role === role || wrong("any-role-serves")) &&
        isMatch(one, address) &&
        (id === "" || one.id === id),
    );
  }

  /** Begins with an accepted request. */
  begin(ask: Ask): void {
    const time = ask.deadline - Date.now();
    if (!wrong("no-deadline")) ask.timer = setTimeout(() => this.#expire(ask), Math.max(0, time));
    const { waitMs } = ask.header;
    const found = ask.legs.some(({ id }) => this.candidates(ask, id).length > 0);
    if (!found && waitMs > 0) {
      const wait = Math.min(waitMs, time);
      ask.wait = setTimeout(() => {
        ask.wait = undefined;
        this.reconsider();
      }, wait);
    }
    for (const leg of ask.legs) this.#assign(leg);
  }

  /** Whoever waits gets what is free now, and ends if nobody is left to wait for. (COS-ROUTE-008, COS-ROUTE-015) */
  reconsider(): void {
    const inOrder = [...this.#waiting];
    for (const leg of wrong("last-come-first-served") ? inOrder.reverse() : inOrder) {
      if (this.#waiting.delete(leg)) this.#assign(leg, true);
    }
  }

  /** How many wait for the same address. */
  waitingFor({ header }: Pick<Ask, "header">): number {
    const key = (one: Header): string => JSON.stringify([one.type, one.address]);
    return [...this.#waiting].filter(({ ask }) => key(ask.header) === key(header)).length;
  }

  /** A slot is free. */
  release(leg: Leg): void {
    leg.holder?.slots.delete(leg);
    leg.holder?.session.held.delete(leg);
    this.reconsider();
  }

  /** Whether observers and the asker see it: the outcome of a leg. (COS-TASK-002, COS-TASK-022) */
  finish(leg: Leg, signal: Accepted, end: { readonly detail?: ValueObject; readonly stop?: Accepted }): void {
    const { ask, holder } = leg;
    if (leg.outcome !== undefined && !wrong("several-outcomes")) return;
    this.#waiting.delete(leg);
    const isFirst = leg.outcome === undefined;
    leg.outcome = signal.type === errorType ? "error" : "good";
    leg.detail = end.detail;
    const attempt = leg.attempt;
    const position = this.#space.accept(signal, { attempt });
    if (isFirst) ask.asker.pending -= 1;
    this.answer(leg, signal, position);
    if (signal.source === "synapse") this.#tell(leg, end.stop ?? signal, position);
    if (leg.outcome === "error" || wrong("good-outcomes-cancel-below")) this.cancelBelow(leg);
    if (isEnded(ask)) this.#ended(ask, holder?.session);
  }

  /** Lets its holder know. What was never written leaves it, as if it had never come. (COS-STOP-007, COS-TASK-018) */
  #tell(leg: Leg, { bytes, type }: Accepted, position: number): void {
    const { ask, holder } = leg;
    if (holder?.session.held.has(leg) !== true || wrong("holders-untold")) return;
    if (!leg.isWritten && !wrong("stopped-is-written")) return this.release(leg);
    const note = { reason: "STOP", request_id: ask.header.id, participant: holder.id, position: BigInt(position) };
    holder.session.deliver(bytes, { ...note, type });
  }

  /** Delivers to who asked. (COS-TASK-013, COS-TASK-022) */
  answer({ ask, holder, id }: Leg, { bytes, type }: Accepted, position: number): void {
    const participant = wrong("answers-of-nobody") ? "" : id === "" ? (holder?.id ?? "") : id;
    if (ask.asker.isEnded) return;
    const changed = wrong("last-byte-changed")
      ? bytes.map((one, at) => (at === bytes.length - 1 ? one ^ 1 : one))
      : bytes;
    ask.asker.deliver(changed, { reason: "REPLY", position: BigInt(position), type, participant });
  }

  /** Ends a leg with an ERROR of the Synapse. (COS-TASK-017, COS-TASK-018) */
  fail(leg: Leg, code: string, { stop, ...told }: Told & { readonly stop?: Accepted } = {}): void {
    if (leg.outcome !== undefined) return;
    const { ask } = leg;
    const isNone = !leg.wasWritten && !wrong("effects-always-unknown");
    const participant = ask.header.address?.isToAll === true && !wrong("errors-of-nobody") ? leg.id : "";
    const detail = detailOf(this.#space.book, code, { effect: isNone ? "NONE" : "UNKNOWN", participant, ...told });
    const { id: parent, traceId: trace } = ask.header;
    const value = { exchange: "REPLY", parent_id: parent, trace_id: trace, error: { detail } };
    this.finish(leg, this.#space.make(errorType, value), { detail, ...(stop === undefined ? {} : { stop }) });
  }

  /** Ends all that was sent below. (COS-STOP-006, COS-RED-010) */
  cancelBelow(leg: Leg): void {
    if (wrong("errors-spare-below")) return;
    for (const ask of leg.below) {
      for (const one of ask.legs) {
        this.fail(one, "CANCELLED");
        // What ended well may have left others below it.
        if (!wrong("ends-well-ends-the-tree")) this.cancelBelow(one);
      }
    }
  }

  /** Ends a request and all below it, at any depth. (COS-STOP-001, COS-STOP-003) */
  stop(ask: Ask, stop: Accepted): void {
    ask.isStopped = true;
    const code = wrong("stopped-is-closed") ? "TRACE_CLOSED" : "CANCELLED";
    const below = wrong("stops-spare-below") ? [] : ask.legs.flatMap((leg) => [...leg.below]);
    for (const one of below) this.stop(one, stop);
    for (const leg of ask.legs) this.fail(leg, code, { stop });
  }

  /** The session that held a leg has ended. (COS-RED-002, COS-RED-005 to COS-RED-008, COS-RED-013) */
  lose(leg: Leg, { isRetrySafe }: Registration): void {
    leg.holder = undefined;
    if (leg.outcome !== undefined) return;
    const { header } = leg.ask;
    const others = this.candidates(leg.ask, leg.id);
    if (!leg.isWritten) return others.length === 0 ? this.fail(leg, "UNROUTABLE") : this.#wait(leg);
    this.cancelBelow(leg);
    const isMemory = header.type !== taskType && this.#space.book.types.get(header.type) !== undefined;
    const isSafe = (isRetrySafe && !wrong("nothing-is-retry-safe")) || (isMemory && !wrong("memory-once"));
    const most = header.maxAttempts > 0 ? header.maxAttempts : isSafe ? this.#space.limits.of("max_attempts") : 1;
    const isOver = leg.attempt >= most && !wrong("attempts-unbounded");
    if (isOver || (leg.forwarded > 0 && !wrong("parts-repeated")) || others.length === 0) {
      return this.fail(leg, wrong("lost-is-unroutable") ? "UNROUTABLE" : "WORKER_LOST");
    }
    this.#wait(leg);
  }

  /** Publishes a FINAL, once whatever is pending has ended. (COS-TRACE-006, COS-TRACE-008, COS-TRACE-012) */
  close(trace: Trace, final: Accepted): void {
    if (!wrong("finals-before-outcomes")) this.#endAll(trace);
    clearTimeout(trace.idle);
    trace.isClosed = true;
    trace.owedBy = undefined;
    const position = this.#space.accept(final);
    this.#endAll(trace);
    if (trace.opener.isEnded || wrong("finals-undelivered")) return;
    trace.opener.deliver(final.bytes, { reason: "REPLY", position: BigInt(position), type: final.type });
  }

  /** Closes a trace in the name of the Synapse. */
  closeAs(trace: Trace, status: string, detail?: ValueObject): void {
    if (trace.isClosed) return;
    const body = detail === undefined ? { status } : { status, detail };
    this.close(trace, this.#space.make(finalType, { exchange: "CONTROL", trace_id: trace.id, final: body }));
  }

  /** Ends every request of a trace. */
  stopAll({ asks }: Trace, stop: Accepted): void {
    for (const ask of asks.values()) this.stop(ask, stop);
  }

  /** A session has ended: what it owed and what it opened. (COS-TRACE-013, COS-TRACE-014) */
  leave(session: Party): void {
    for (const trace of this.#space.traces.values()) {
      if (trace.owedBy === session && !wrong("owed-finals-forgotten")) this.closeAs(trace, "COMPLETED");
      this.#checkIdle(trace);
    }
  }

  #endAll({ asks }: Trace): void {
    for (const ask of asks.values()) for (const leg of ask.legs) this.fail(leg, "TRACE_CLOSED");
  }

  #expire(ask: Ask): void {
    for (const leg of ask.legs) this.fail(leg, "DEADLINE_EXCEEDED");
  }

  #wait(leg: Leg): void {
    this.#waiting.add(leg);
    const sorted = [...this.#waiting].sort((one, two) => one.ask.position - two.ask.position);
    this.#waiting.clear();
    for (const one of sorted) this.#waiting.add(one);
    this.reconsider();
  }

  #assign(leg: Leg, isWaiting = false): void {
    const { ask } = leg;
    if (leg.outcome !== undefined) return;
    const all = this.candidates(ask, leg.id);
    if (all.length === 0) {
      if (ask.wait === undefined && !wrong("unroutable-waits")) {
        return this.fail(leg, leg.wasWritten ? "WORKER_LOST" : "UNROUTABLE", { available: this.#served(ask) });
      }
      this.#waiting.add(leg);
      return;
    }
    const free = all.filter((one) => this.#isFree(one)).sort((one, two) => one.slots.size - two.slots.size);
    const [chosen] = free;
    if (chosen !== undefined) return this.#give(leg, chosen);
    const isFull = !isWaiting && this.waitingFor(ask) >= this.#space.limits.of("address_queue");
    if (isFull && !wrong("queues-unbounded")) return this.fail(leg, "OVERLOADED");
    this.#waiting.add(leg);
  }

  #isFree({ slots, room, isSuspect, session }: Registration): boolean {
    const isThere = session.isLinked || wrong("work-without-a-link");
    const hasRoom = slots.size < room || wrong("more-than-its-room");
    return hasRoom && (!isSuspect || wrong("suspects-get-work")) && isThere && !session.isDraining;
  }

  #give(leg: Leg, to: Registration): void {
    const isNext = (leg.attempt === 0 || leg.isWritten) && !(wrong("attempts-stay") && leg.attempt > 0);
    if (isNext) leg.attempt += 1;
    leg.holder = to;
    leg.isWritten = false;
    leg.unconsumed = 0;
    leg.given.add(to.session);
    to.slots.add(leg);
    to.session.held.add(leg);
    const { header, position, deadline } = leg.ask;
    const left = wrong("whole-time-left") ? header.timeoutMs : Math.max(0, deadline - Date.now());
    const remaining = `${(left / 1_000).toFixed(3)}s`;
    const again = wrong("time-anew") && leg.attempt > 1 ? { remaining: "3600s" } : {};
    const said = { reason: "WORK", position: BigInt(position), type: header.type, attempt: leg.attempt, remaining };
    const note = { ...said, ...again };
    const { attempt } = leg;
    to.session.deliver(
      header.bytes,
      { ...note, participant: to.id },
      {
        isWanted: () => wrong("stopped-is-written") || (leg.outcome === undefined && leg.attempt === attempt),
        written: () => {
          leg.isWritten = true;
          leg.wasWritten = true;
        },
      },
    );
  }

  #served({ header }: Ask): readonly string[] {
    const role = this.#space.book.types.get(header.type)?.servedBy ?? "";
    const those = [...this.#space.registrations()].filter((one) => role === "" || one.role === role);
    return [...new Set(those.map(({ id }) => id))].slice(0, availableMost);
  }

  #ended(ask: Ask, last: Party | undefined): void {
    clearTimeout(ask.timer);
    clearTimeout(ask.wait);
    const { trace, header, legs } = ask;
    if (ask.isClosing && !trace.isClosed) {
      const failed = legs.find(({ outcome }) => outcome === "error");
      if (failed === undefined && header.address?.isToAll !== true) trace.owedBy = last;
      else if (!wrong("failures-leave-open")) this.#closeAfter(ask, failed);
    }
    this.#checkIdle(trace);
  }

  #closeAfter({ trace, isStopped }: Ask, failed: Leg | undefined): void {
    if (failed === undefined) return this.closeAs(trace, "COMPLETED");
    const status = isStopped && !wrong("stopped-is-failed") ? "STOPPED" : "FAILED";
    this.closeAs(trace, status, failed.detail ?? detailOf(this.#space.book, "INTERNAL", {}));
  }

  #checkIdle(trace: Trace): void {
    const isPending = [...trace.asks.values()].some((ask) => !isEnded(ask));
    if (trace.isClosed || !trace.opener.isEnded || isPending || wrong("abandoned-for-ever")) return;
    clearTimeout(trace.idle);
    const why = detailOf(this.#space.book, "SESSION_LOST", { effect: "UNKNOWN", requirement: "COS-TRACE-014" });
    trace.idle = setTimeout(() => this.closeAs(trace, "ABANDONED", why), this.#space.limits.of("trace_idle_ms"));
  }
}

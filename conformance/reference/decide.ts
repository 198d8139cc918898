import { objectOf, textOf } from "../synapse/read-value.js";
import type { ValueObject } from "../wire/value.js";
import { decodeBody, isId, readDetail, readHeader, type Header } from "./header.js";
import type { Ask, Leg, Trace } from "./model.js";
import { wrong } from "./wrong.js";
import { detailOf, Refused } from "./refused.js";
import { Registry } from "./registry.js";
import { Repeats } from "./repeats.js";
import type { Session } from "./session.js";
import { ownSource, Space } from "./space.js";
import { findAsk, joinTrace, legAbove, mayStop, openTrace } from "./traces.js";
import { newLeg, Work } from "./work.js";
import type { Book, Limits } from "./book.js";

const finalStatuses: readonly string[] = ["COMPLETED", "FAILED", "STOPPED", "ABANDONED"];
const [imprintType, stopType] = [22, 28];

/** Decides every Signal of a namespace: what it does, and what its receipt says. */
export class Hub {
  readonly space: Space;
  readonly registry: Registry;
  readonly #work: Work;
  readonly #repeats: Repeats;
  #settled: (() => void) | undefined;
  readonly #ignored = new Set<Leg>();
  #kept: (() => void) | undefined;

  constructor(name: string, book: Book, limits: Limits) {
    this.space = new Space(name, book, limits);
    this.#work = new Work(this.space);
    this.registry = new Registry(this.space, this.#work);
    this.#repeats = new Repeats(limits);
  }

  /** True if nothing that was asked is without an outcome. */
  get isIdle(): boolean {
    return [...this.space.sessions].every(({ pending }) => pending === 0);
  }

  /** No new requests are taken; tells when nothing may be in flight any more. */
  drain(settled: () => void): void {
    this.#settled = settled;
    for (const session of this.space.sessions) session.send({ drain: { within: "30s" } });
    settled();
  }

  /** What came in is decided: if it drains, it may be at its end. */
  settle(): void {
    this.#settled?.();
  }

  /** The receipt of a Signal, without its number. */
  decide(session: Session, bytes: Uint8Array, attempt: number): ValueObject {
    try {
      const header = readHeader(this.space.book, this.space.limits, bytes);
      const isStop = this.#nameOf(header) === "STOP";
      const mayPublish = session.rights.has("PARTICIPATE") || (isStop && session.rights.has("OPERATE"));
      if (!mayPublish && !wrong("anybody-publishes")) throw new Refused("PERMISSION_DENIED", "COS-SEC-006");
      return this.#repeats.once(session, header, () => this.#act(session, header, attempt));
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown;
      if (wrong("too-large-ends-the-link") && thrown.code === "TOO_LARGE")
        throw new Refused("TOO_LARGE", "COS-LIM-003");
      if (wrong("refused-without-a-code")) return { rejection: { message: thrown.code, effect: "NONE" } };
      return { rejection: detailOf(this.space.book, thrown.code, thrown.told) };
    }
  }

  /** An asker has consumed PARTIALs. (COS-TASK-011, COS-GRPC-018) */
  credit(session: Session, { request_id: id, partials, participant }: ValueObject): void {
    const ask = findAsk(this.space, textOf(id));
    if (ask === undefined || (ask.asker !== session && !wrong("credit-of-anybody"))) return;
    const named = textOf(participant);
    const [only] = ask.legs.filter((one) => named === "" || one.id === named || one.holder?.id === named);
    if (only?.holder === undefined || only.outcome !== undefined || (named === "" && ask.legs.length > 1)) return;
    const count = wrong("credit-beyond-what-is-out") ? Number(partials) : Math.min(Number(partials), only.unconsumed);
    only.unconsumed -= Math.min(count, only.unconsumed);
    if (count === 0 || wrong("credit-kept")) return;
    only.holder.session.send({ credit: { request_id: textOf(id), partials: count, participant: only.holder.id } });
  }

  /** An operator stops a trace. */
  stopTrace(trace: Trace): void {
    const { space } = this;
    const stop = space.make(stopType, { exchange: "CONTROL", trace_id: trace.id, stop: {} });
    this.#work.stopAll(trace, stop);
    const why = detailOf(space.book, "CANCELLED", { effect: "UNKNOWN", requirement: "COS-GRPC-022" });
    this.#work.closeAs(trace, "STOPPED", why);
  }

  /** A session is over. */
  leave(session: Session): void {
    session.end();
    if (this.space.sessions.has(session)) this.registry.leave(session);
  }

  #nameOf({ type }: Header): string {
    return this.space.book.types.get(type)?.name ?? "";
  }

  #act(session: Session, header: Header, attempt: number): ValueObject {
    const name = this.#nameOf(header);
    if (name === "REGISTER") return this.registry.register(session, header);
    this.#checkSource(session, header);
    if (name === "DEREGISTER") return this.registry.deregister(session, header);
    if (name === "HEARTBEAT") return this.registry.heartbeat(session, header);
    if (name === "DISCOVER") return this.registry.discover(session, header);
    if (name === "STOP") return this.#stop(session, header);
    if (name === "FINAL") return this.#final(session, header);
    const isNew = header.exchange === "REQUEST" && this.#settled !== undefined;
    if (isNew && !wrong("drains-and-goes-on")) throw new Refused("UNAVAILABLE", "COS-SES-009");
    if (header.exchange === "REQUEST") return this.#request(session, header, attempt);
    if (header.exchange === "EVENT") return this.#event(session, header);
    return this.#reply(session, header, attempt);
  }

  #checkSource(session: Session, { source }: Header): void {
    if (source === ownSource) {
      if (wrong("speaks-as-the-synapse")) return;
      throw new Refused("PERMISSION_DENIED", "COS-ENV-011");
    }
    const holds = [...session.held].some(({ holder }) => holder?.id === source);
    const isOwn = source === session.dendrite || session.registrations.has(source) || holds;
    if (!isOwn && !wrong("any-source")) throw new Refused("PERMISSION_DENIED", "COS-ENV-010");
  }

  #request(session: Session, header: Header, attempt: number): ValueObject {
    const { limits } = this.space;
    const { trace, isNew } = joinTrace(this.space, session, header);
    const above = isNew ? undefined : legAbove(this.space, session, { trace, parentId: header.parentId, attempt });
    const row = this.space.book.types.get(header.type);
    const standard = row?.timeMs ?? this.#standardMs("TASK");
    const own = Date.now() + (header.timeoutMs > 0 && !wrong("times-unread") ? header.timeoutMs : standard);
    const deadline = above === undefined || wrong("time-beyond-its-parent") ? own : Math.min(own, above.ask.deadline);
    if (wrong("unroutable-is-refused") && this.#work.candidates({ header }).length === 0 && header.waitMs === 0) {
      throw new Refused("UNROUTABLE", "COS-ERR-008");
    }
    const isClosing = header.closesTrace && (isNew || wrong("any-request-closes"));
    const ask: Ask = {
      header,
      position: this.space.next,
      asker: session,
      trace,
      above,
      legs: [],
      deadline,
      isClosing,
      timer: undefined,
      wait: undefined,
      isStopped: false,
    };
    const ids = [...new Set(this.#work.candidates(ask).map(({ id }) => id))];
    const isToAll = header.address?.isToAll === true && !wrong("all-is-one");
    ask.legs.push(...(isToAll && ids.length > 0 ? ids.map((id) => newLeg(ask, id)) : [newLeg(ask, "")]));
    trace.asks.set(header.id, ask);
    if (above !== undefined) above.below.add(ask);
    session.pending += ask.legs.length;
    const asked = wrong("asked-unsaid") ? [] : isToAll || ids.length === 1 ? ids : [];
    const position = this.space.accept(header, wrong("observers-see-nobody-asked") ? {} : { asked });
    if (header.type === imprintType && !isToAll && ids.length > 1 && !wrong("ambiguous-to-one")) {
      for (const leg of ask.legs) this.#work.fail(leg, "AMBIGUOUS", { available: ids });
    } else if (session.pending > limits.of("session_pending") && !wrong("pending-unbounded")) {
      for (const leg of ask.legs) this.#work.fail(leg, "OVERLOADED");
    } else this.#work.begin(ask);
    return { position: BigInt(position), asked };
  }

  #standardMs(name: string): number {
    return [...this.space.book.types.values()].find((one) => one.name === name)?.timeMs ?? 0;
  }

  #event(session: Session, header: Header): ValueObject {
    if (header.traceId !== "") {
      const { trace, isNew } = joinTrace(this.space, session, header);
      const ask = trace.asks.get(header.parentId);
      const holds = ask?.legs.some(({ given }) => given.has(session)) === true;
      if (!isNew && trace.opener !== session && !holds && !wrong("strangers-join")) {
        throw new Refused("PERMISSION_DENIED", "COS-TRACE-002");
      }
    }
    const position = this.space.accept(header);
    const stopped = this.#nameOf(header) === "STOPPED" ? findAsk(this.space, header.parentId) : undefined;
    for (const leg of stopped?.legs ?? []) {
      const isFreed = leg.outcome !== undefined && session.held.has(leg);
      if (isFreed && !wrong("stopped-keeps-its-slot")) this.#work.release(leg);
      if (wrong("stopped-is-an-outcome") && leg.outcome === undefined) this.#work.fail(leg, "CANCELLED");
    }
    return { position: BigInt(position) };
  }

  #reply(session: Session, header: Header, attempt: number): ValueObject {
    const ask = findAsk(this.space, header.parentId);
    if (ask === undefined) return this.#late(header, "LATE", "COS-TASK-003");
    if (ask.header.traceId !== header.traceId && !wrong("replies-of-any-trace")) {
      throw new Refused("MALFORMED", "COS-ENV-005");
    }
    const row = this.space.book.types.get(ask.header.type);
    const type = this.#nameOf(header);
    const isError = type === "ERROR" && header.exchange === "REPLY";
    if (row !== undefined && type !== row.answeredBy && !isError && !wrong("answers-of-any-type")) {
      throw new Refused("MALFORMED", "COS-TYPE-004");
    }
    const leg =
      ask.legs.find((one) => one.given.has(session) && (one.id === "" || one.id === header.source)) ??
      (wrong("answers-of-anybody") ? ask.legs[0] : undefined);
    if (leg === undefined) throw new Refused("PERMISSION_DENIED", "COS-TASK-004");
    const asked = leg.holder?.session === session ? leg.holder.id : leg.id;
    if (asked !== header.source && asked !== "" && !wrong("answers-under-any-name")) {
      throw new Refused("PERMISSION_DENIED", "COS-TASK-004");
    }
    const isOld = leg.holder?.session !== session || (attempt > 0 && attempt !== leg.attempt);
    if (isOld && leg.outcome === undefined && !wrong("old-attempts-answer")) {
      return this.#late(header, "SUPERSEDED", "COS-RED-003");
    }
    if (leg.outcome !== undefined && !wrong("several-outcomes")) {
      if (header.exchange === "REPLY" && !wrong("late-answers-keep-the-slot")) this.#work.release(leg);
      return this.#late(header, wrong("late-is-superseded") ? "SUPERSEDED" : "LATE", "COS-TASK-003");
    }
    return header.exchange === "PARTIAL" ? this.#part(leg, header) : this.#outcome(leg, header);
  }

  #part(leg: Leg, header: Header): ValueObject {
    if (leg.unconsumed >= this.space.limits.of("partial_window") && !wrong("parts-unbounded")) {
      throw new Refused("OVERLOADED", "COS-TASK-009");
    }
    leg.forwarded += 1;
    leg.unconsumed += 1;
    const position = this.space.accept(header, { attempt: leg.attempt });
    const answer = (): void => this.#work.answer(leg, header, position);
    if (wrong("parts-in-any-order") && leg.forwarded === 1) this.#kept = answer;
    else if (!wrong("parts-lost") || leg.forwarded !== 2) answer();
    if (leg.forwarded > 1) this.#kept?.();
    if (wrong("parts-twice")) this.#work.answer(leg, header, position);
    return { position: BigInt(position) };
  }

  #outcome(leg: Leg, header: Header): ValueObject {
    if (wrong("first-answer-ignored") && !this.#ignored.has(leg)) {
      this.#ignored.add(leg);
      return { position: BigInt(this.space.accept(header)) };
    }
    const position = this.space.next;
    const detail = readDetail(this.space.book, header);
    const isError = this.#nameOf(header) === "ERROR";
    if (isError && wrong("errors-try-again") && leg.attempt < 2 && leg.holder !== undefined) {
      const { holder } = leg;
      this.#work.release(leg);
      this.#work.lose(leg, { ...holder, isRetrySafe: true });
      return { position: BigInt(position) };
    }
    this.#work.finish(leg, header, isError && detail !== undefined ? { detail } : {});
    if (!wrong("answers-keep-the-slot")) this.#work.release(leg);
    return { position: BigInt(position) };
  }

  #late(header: Header, code: string, requirement: string): never {
    const refused = new Refused(code, requirement);
    this.space.showRefused(header, detailOf(this.space.book, code, refused.told));
    throw refused;
  }

  #stop(session: Session, header: Header): ValueObject {
    const { request_id: id } = decodeBody(this.space.book, "StopBody", header);
    const named = textOf(id);
    if (named !== "" && !isId(named)) throw new Refused("MALFORMED", "COS-TYPE-013");
    const trace = openTrace(this.space, header);
    const ask = trace.asks.get(named) ?? (wrong("stops-anywhere") ? findAsk(this.space, named) : undefined);
    if (!mayStop(session, trace, ask)) throw new Refused("PERMISSION_DENIED", "COS-STOP-005");
    const position = this.space.accept(header);
    if (named === "" || wrong("stops-all")) {
      this.#work.stopAll(trace, header);
      const why = detailOf(this.space.book, "CANCELLED", { effect: "UNKNOWN", requirement: "COS-STOP-002" });
      if (!wrong("stops-without-final")) this.#work.closeAs(trace, "STOPPED", why);
    } else if (ask !== undefined) this.#work.stop(ask, header);
    return { position: BigInt(position) };
  }

  #final(session: Session, header: Header): ValueObject {
    const { status, detail } = decodeBody(this.space.book, "FinalBody", header);
    const isStated = finalStatuses.includes(textOf(status)) && (status === "COMPLETED" || detail !== undefined);
    if (!isStated && !wrong("finals-of-any-status")) throw new Refused("MALFORMED", "COS-TRACE-016");
    if (detail !== undefined && objectOf(detail)["code"] === undefined) throw new Refused("MALFORMED", "COS-ERR-001");
    const trace = openTrace(this.space, header);
    if (trace.opener !== session && trace.owedBy !== session && !wrong("finals-of-anybody")) {
      throw new Refused("PERMISSION_DENIED", "COS-TRACE-005");
    }
    this.#work.close(trace, header);
    return { position: BigInt(this.space.next - 1) };
  }
}

import { objectOf, textOf, toCount } from "../synapse/read-value.js";
import { isList, type ValueObject } from "../wire/value.js";
import { decodeBody, isName, type Header } from "./header.js";
import type { Registration } from "./model.js";
import { wrong } from "./wrong.js";
import { Refused } from "./refused.js";
import type { Session } from "./session.js";
import { isMatch, ownSource, type Space } from "./space.js";
import { readSubscribe, Subscription } from "./subscription.js";
import type { Work } from "./work.js";

const [registerType, deregisterType] = [16, 26];
const versionBytes = 64;

/** Who is there: registrations, their heartbeats, and those who look. */
export class Registry {
  readonly #space: Space;
  readonly #work: Work;

  constructor(space: Space, work: Work) {
    this.#space = space;
    this.#work = work;
  }

  /** Takes a REGISTER. Throws Refused. */
  register(session: Session, header: Header): ValueObject {
    const body = decodeBody(this.#space.book, "RegisterBody", header);
    const registration = this.#read(session, header, body);
    if (session.isDraining && !wrong("registers-while-draining")) throw new Refused("UNAVAILABLE", "COS-REG-010");
    for (const other of this.#space.registrations()) {
      if (other.id !== registration.id || other.session === session) continue;
      const isSameRole = other.role === registration.role;
      if (!isSameRole && !wrong("roles-may-differ")) throw new Refused("CONFLICT", "COS-REG-006");
      if (isSameRole && other.storeId !== registration.storeId && !wrong("stores-may-differ")) {
        throw new Refused("CONFLICT", "COS-REG-007");
      }
    }
    const isNew = !session.registrations.has(registration.id);
    if (isNew && session.registrations.size >= this.#space.limits.of("registrations")) {
      if (!wrong("registrations-unbounded")) throw new Refused("OVERLOADED", "COS-LIM-004");
    }
    clearTimeout(session.registrations.get(registration.id)?.heartbeat);
    if (!wrong("registered-in-name-only")) session.registrations.set(registration.id, registration);
    this.#listen(registration);
    const position = this.#space.accept(header);
    this.#work.reconsider();
    return { position: BigInt(position) };
  }

  /** Takes a DEREGISTER. Throws Refused. */
  deregister(session: Session, header: Header): ValueObject {
    const { id, reason } = decodeBody(this.#space.book, "DeregisterBody", header);
    if (reason === "SESSION_ENDED") throw new Refused("MALFORMED", "COS-REG-023");
    const own = session.registrations.get(textOf(id));
    if (own === undefined && !wrong("anybody-deregisters")) throw new Refused("PERMISSION_DENIED", "COS-REG-009");
    const position = this.#space.accept(header);
    if (!wrong("deregistered-stays")) this.#remove(own ?? this.#find(textOf(id)));
    return { position: BigInt(position) };
  }

  /** Takes a HEARTBEAT. Throws Refused. */
  heartbeat(session: Session, header: Header): ValueObject {
    const { ids } = decodeBody(this.#space.book, "HeartbeatBody", header);
    const named = isList(ids) ? ids.map((one) => textOf(one)) : [];
    const all = named.length > 0 ? named : [...session.registrations.keys()];
    const own = all.map((id) => session.registrations.get(id));
    if (own.includes(undefined) && !wrong("heartbeats-of-others"))
      throw new Refused("PERMISSION_DENIED", "COS-REG-009");
    for (const one of own) if (one !== undefined && !wrong("heartbeats-unheard")) this.#listen(one);
    const position = this.#space.accept(header);
    this.#work.reconsider();
    return { position: BigInt(position) };
  }

  /** Takes a DISCOVER. (COS-REG-019 to COS-REG-021) */
  discover(session: Session, header: Header): ValueObject {
    decodeBody(this.#space.book, "DiscoverBody", header);
    const position = this.#space.accept(header);
    const address = wrong("discovers-everybody") ? undefined : header.address;
    const found = [...this.#space.registrations()].filter((one) => isMatch(one, address));
    if (wrong("effects-behind-receipts")) setImmediate(() => this.#snapshot(session, header.id, found));
    else if (!wrong("discovers-without-live")) this.#snapshot(session, header.id, found);
    const ids = found.map(({ id }) => id);
    return { position: BigInt(position), asked: wrong("found-twice") ? ids : [...new Set(ids)] };
  }

  /** Takes a Subscribe: a snapshot, then a Live. Or a Live with the rejection. (COS-OBS-004, COS-OBS-013) */
  subscribe(session: Session, frame: ValueObject): void {
    const { id, filter } = readSubscribe(frame);
    try {
      this.#checkSubscription(session, id, filter);
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown;
      if (wrong("rejections-end-the-link")) throw thrown;
      const rejection = { code: thrown.code, effect: "NONE", retryable: thrown.code === "OVERLOADED", ...thrown.told };
      session.send({ live: { subscription_id: id, rejection } });
      return;
    }
    const { limits } = this.#space;
    const most = { signals: limits.of("observer_signals"), bytes: limits.of("observer_bytes") };
    const all = session.rights.has("OBSERVE") ? [...this.#space.registrations()] : [];
    this.#snapshot(session, id, all);
    session.subscriptions.set(id, new Subscription({ id, filter }, most, session));
  }

  /** Takes all registrations from a session. */
  forget(session: Session): void {
    this.#endAll(session, "SESSION_ENDED");
  }

  /** Somebody can be given work again. */
  refresh(): void {
    this.#work.reconsider();
  }

  /** Its session drains: its registrations end, and what it holds stays. (COS-SES-014, COS-REG-016) */
  drain(session: Session): void {
    session.isDraining = true;
    this.#endAll(session, "DRAINED");
  }

  /** Its session has ended. (COS-SES-016, COS-REG-016) */
  leave(session: Session): void {
    const held = [...session.held];
    this.#space.sessions.delete(session);
    this.#endAll(session, wrong("ended-is-drained") ? "DRAINED" : "SESSION_ENDED");
    for (const leg of held) {
      const { holder } = leg;
      if (holder === undefined) continue;
      holder.slots.delete(leg);
      session.held.delete(leg);
      this.#work.lose(leg, holder);
    }
    this.#work.leave(session);
    this.#work.reconsider();
  }

  #read(session: Session, { bytes, source }: Header, body: ValueObject): Registration {
    const { limits } = this.#space;
    const { id, role, kind, capabilities, version, store_id: store } = body;
    const [own, kindOf, storeId, listed] = [
      textOf(id),
      textOf(kind),
      textOf(store),
      isList(capabilities) ? capabilities : [],
    ];
    if (!isName(own) || own === ownSource) throw new Refused("MALFORMED", "COS-REG-002");
    if (role !== "NEURON" && role !== "ENGRAM") throw new Refused("MALFORMED", "COS-REG-003");
    if (listed.length > limits.of("capabilities")) throw new Refused("TOO_LARGE", "COS-REG-004");
    const names = listed.map((one) => textOf(one));
    const isWell =
      names.every((one) => isName(one)) && (new Set(names).size === names.length || wrong("capabilities-twice"));
    if (!isWell || (kindOf !== "" && !isName(kindOf))) throw new Refused("MALFORMED", "COS-REG-004");
    if ((role === "ENGRAM") !== (storeId !== "") && !wrong("stores-unasked"))
      throw new Refused("MALFORMED", "COS-REG-017");
    if (Buffer.byteLength(textOf(version)) > versionBytes) throw new Refused("TOO_LARGE", "COS-REG-022");
    if (source !== session.dendrite && source !== own && !session.registrations.has(source)) {
      throw new Refused("PERMISSION_DENIED", "COS-ENV-010");
    }
    if (session.ids?.includes(own) === false && !wrong("anybody-registers")) {
      throw new Refused("PERMISSION_DENIED", "COS-SEC-009");
    }
    const before = session.registrations.get(own);
    return {
      session,
      id: own,
      role,
      kind: kindOf,
      capabilities: names,
      room: toCount(body["max_in_flight"]) || limits.of("max_in_flight"),
      isRetrySafe: body["retry_safe"] === true,
      storeId,
      bytes,
      slots: wrong("replaced-loses-its-work") ? new Set() : (before?.slots ?? new Set()),
      isSuspect: false,
      heartbeat: undefined,
    };
  }

  /** It is alive; from now on silence counts. (COS-REG-013, COS-REG-014) */
  #listen(registration: Registration): void {
    clearTimeout(registration.heartbeat);
    registration.isSuspect = false;
    registration.heartbeat = setTimeout(() => {
      registration.isSuspect = true;
      if (!wrong("suspicion-takes-work")) return;
      for (const leg of [...registration.slots]) this.#work.fail(leg, "WORKER_LOST");
    }, this.#space.limits.of("suspect_ms"));
  }

  #snapshot(session: Session, id: string, found: readonly Registration[]): void {
    const live = { live: { subscription_id: id, position: BigInt(this.#space.next) } };
    if (wrong("live-before-the-snapshot")) session.send(live);
    for (const { bytes } of wrong("no-snapshot") ? [] : found) {
      const note = { reason: "SNAPSHOT", position: 0n, type: registerType, subscription_id: id };
      session.deliver(bytes, note);
    }
    if (!wrong("live-before-the-snapshot")) session.send(live);
  }

  #checkSubscription(session: Session, id: string, filter: ValueObject): void {
    if (!isName(id)) throw new Refused("MALFORMED", "COS-OBS-002");
    const traces = objectOf(filter)["trace_ids"];
    const named = isList(traces) ? traces.map((one) => textOf(one)) : [];
    const isOwn = named.length > 0 && named.every((one) => this.#space.traces.get(one)?.opener === session);
    if (!session.rights.has("OBSERVE") && !isOwn && !wrong("anybody-observes")) {
      throw new Refused("PERMISSION_DENIED", "COS-OBS-003");
    }
    const isNew = !session.subscriptions.has(id);
    const isFull = session.subscriptions.size >= this.#space.limits.of("subscriptions");
    if (isNew && isFull && !wrong("subscriptions-unbounded")) throw new Refused("OVERLOADED", "COS-LIM-004");
  }

  #find(id: string): Registration | undefined {
    return [...this.#space.registrations()].find((one) => one.id === id);
  }

  #remove(registration: Registration | undefined): void {
    if (registration === undefined) return;
    clearTimeout(registration.heartbeat);
    registration.session.registrations.delete(registration.id);
    this.#work.reconsider();
  }

  #endAll(session: Session, reason: string): void {
    for (const one of [...session.registrations.values()]) {
      clearTimeout(one.heartbeat);
      session.registrations.delete(one.id);
      if (wrong("ends-untold")) continue;
      this.#space.accept(this.#space.make(deregisterType, { exchange: "CONTROL", deregister: { id: one.id, reason } }));
    }
    this.#work.reconsider();
  }
}

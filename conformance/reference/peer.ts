import type { Credential } from "../control/messages.js";
import { objectOf, objectsOf, textOf, toCount } from "../synapse/read-value.js";
import { decodeMessage } from "../wire/decode.js";
import { WireError } from "../wire/reader.js";
import { isList, type ValueObject } from "../wire/value.js";
import type { Book, Limits } from "./book.js";
import type { Hub } from "./decide.js";
import { checkNamespace, findGrant, rightsOf } from "./grant.js";
import { isName } from "./header.js";
import { wrong } from "./wrong.js";
import { Refused } from "./refused.js";
import { Session, type Line } from "./session.js";
import { ownSource } from "./space.js";

const speaks = 1;
const numbered: readonly string[] = ["credit", "drain", "subscribe", "unsubscribe"];

/** The Synapse that links come to. */
export interface House {
  readonly book: Book;
  readonly limits: Limits;
  readonly instance: string;
  /** The tokens that it takes; undefined: it asks for none. */
  readonly credentials: readonly Credential[] | undefined;
  /** The hub of a namespace. Throws Refused if there may be no further one. */
  hubOf(namespace: string): Hub;
}

/** One link: reads its frames, and has its session decide them. Throws Refused for what ends it. */
export class Peer {
  readonly #house: House;
  readonly #line: Line;
  readonly #authorization: string;
  #hub: Hub | undefined;
  #session: Session | undefined;
  #isOver = false;

  constructor(house: House, line: Line, authorization: string) {
    this.#house = house;
    this.#line = line;
    this.#authorization = authorization;
  }

  /** Takes the next frame. */
  take(bytes: Uint8Array): void {
    if (this.#isOver) return;
    const frame = this.#decode(bytes);
    const [hub, session] = [this.#hub, this.#session];
    this.#checkSize(frame, bytes.length);
    if (hub === undefined || session === undefined) return this.#open(frame);
    const isKnown = Object.keys(frame).some((name) => name !== "?");
    if (!isKnown && wrong("frames-of-the-future-refused")) throw new Refused("MALFORMED", "COS-GRPC-013");
    if (frame["hello"] !== undefined) throw new Refused("MALFORMED", "COS-GRPC-001");
    if (frame["publish"] !== undefined) this.#publish(hub, session, objectOf(frame["publish"]));
    const kind = numbered.find((name) => frame[name] !== undefined);
    if (kind !== undefined) this.#number(hub, session, [kind, objectOf(frame[kind])]);
    if (frame["ack"] !== undefined) session.acknowledge(toCount(objectOf(frame["ack"])["received"]));
    if (frame["ping"] !== undefined) {
      const { token = 0n } = objectOf(frame["ping"]);
      session.say({ pong: { token: wrong("pongs-without-token") ? 0n : token } });
    }
    if (frame["goodbye"] !== undefined) this.#leave(hub, session);
  }

  /** The network takes more. */
  drained(): void {
    this.#session?.refresh();
  }

  /** The link is gone, and the session with it. */
  over(): void {
    if (this.#session !== undefined) this.#hub?.leave(this.#session);
  }

  /** The link is gone. */
  lost(): void {
    if (wrong("large-messages-end-the-session")) return this.over();
    if (this.#session !== undefined && wrong("registrations-go-with-the-link"))
      this.#hub?.registry.forget(this.#session);
    this.#session?.detach(this.#line);
  }

  #decode(bytes: Uint8Array): ValueObject {
    try {
      return decodeMessage(this.#house.book.schema, "cosmonapse.v1.ConnectRequest", bytes);
    } catch (thrown) {
      if (thrown instanceof WireError || thrown instanceof TypeError) throw new Refused("MALFORMED", "COS-GRPC-001");
      throw thrown;
    }
  }

  #checkSize(frame: ValueObject, length: number): void {
    const { limits } = this.#house;
    const { signals, notes } = objectOf(frame["publish"]);
    if (frame["publish"] === undefined) {
      if (length > limits.of("frame_bytes") && !wrong("frames-of-any-size"))
        throw new Refused("TOO_LARGE", "COS-GRPC-024");
      return;
    }
    const list = isList(signals) ? signals : [];
    const bytes = list.reduce((sum: number, one) => sum + (one instanceof Uint8Array ? one.length : 0), 0);
    const isLarge = list.length > limits.of("frame_signals") || (list.length > 1 && bytes > limits.of("frame_bytes"));
    if (isLarge && !wrong("publications-of-any-size")) throw new Refused("TOO_LARGE", "COS-GRPC-009");
    const indexes = objectsOf(notes).map(({ index }) => toCount(index));
    const isRight = indexes.every((index, at) => index < list.length && (at === 0 || index > (indexes[at - 1] ?? 0)));
    if (!isRight && !wrong("notes-in-any-order")) throw new Refused("MALFORMED", "COS-GRPC-012");
  }

  #open(frame: ValueObject): void {
    if (frame["hello"] === undefined) {
      if (wrong("frames-before-the-hello")) return;
      throw new Refused("MALFORMED", "COS-GRPC-001");
    }
    const hello = objectOf(frame["hello"]);
    const { versions, rights, namespace, dendrite_id: dendrite, received } = hello;
    const offered = isList(versions) ? versions.map((one) => toCount(one)) : [];
    if (!offered.includes(speaks) && !wrong("any-version")) {
      throw new Refused("VERSION_UNSUPPORTED", "COS-GRPC-003", { available: [String(speaks)] });
    }
    const [space, name] = [textOf(namespace), textOf(dendrite)];
    if (!isName(space) || !isName(name)) throw new Refused("MALFORMED", "COS-SES-002");
    if (name === ownSource) throw new Refused("MALFORMED", "COS-SES-002");
    const hub = this.#house.hubOf(wrong("one-namespace-for-all") ? "all" : space);
    const old = [...hub.space.sessions].find(
      (one) => one.id === textOf(hello["session_id"]) && one.isSecret(hello["session_secret"]),
    );
    const resumed = old !== undefined && !wrong("nothing-is-resumed");
    if (wrong("ended-sessions-go-on") && textOf(hello["session_id"]) !== "" && old === undefined) {
      return this.#line.write({ welcome: { version: speaks, resumed: true, session_id: hello["session_id"] ?? "" } });
    }
    const grant = findGrant(this.#house.credentials, this.#authorization);
    checkNamespace(grant, space);
    const asked = rightsOf(grant, isList(rights) ? rights.map((one) => textOf(one)) : []);
    const principal = wrong("identity-of-the-hello") ? name : (grant.principal ?? name);
    const who = { namespace: space, dendrite: name, principal, rights: asked, ids: grant.ids };
    const session = resumed ? old : this.#begin(hub, who);
    this.#hub = hub;
    this.#session = session;
    if (wrong("talks-before-its-welcome")) this.#line.write({ ping: { token: 1n } });
    session.attach(this.#line, resumed ? toCount(received) : 0, this.#welcome(session, resumed, hello));
    if (resumed) hub.registry.refresh();
  }

  #begin(hub: Hub, who: Pick<Session, "dendrite" | "ids" | "namespace" | "principal" | "rights">): Session {
    const { limits, book } = this.#house;
    if (hub.space.sessions.size >= limits.of("sessions") && !wrong("sessions-unbounded")) {
      throw new Refused("OVERLOADED", "COS-LIM-004");
    }
    const session = new Session({ ...who, book, limits, over: (one) => hub.leave(one) });
    hub.space.sessions.add(session);
    return session;
  }

  #welcome(session: Session, resumed: boolean, { features }: ValueObject): ValueObject {
    const { limits, instance } = this.#house;
    const told = wrong("limits-untold") ? {} : { limits: limits.message };
    return {
      welcome: {
        version: speaks,
        session_id: session.id,
        session_secret: session.secret,
        resumed,
        rights: [...session.rights],
        ...told,
        features: wrong("any-feature") && isList(features) ? features : [],
        implementation: { name: "cosmonapse-reference", version: "1" },
        instance_id: instance,
        received: BigInt(session.received),
      },
    };
  }

  #publish(hub: Hub, session: Session, { first, signals, notes }: ValueObject): void {
    const begin = toCount(first);
    checkNumber(session, begin);
    if (wrong("everybody-waits-for-observers") && hub.space.isAnObserverBehind) return;
    const attempts = new Map(objectsOf(notes).map(({ index, attempt }) => [toCount(index), toCount(attempt)]));
    const receipts: ValueObject[] = [];
    const inOrder = [...(isList(signals) ? signals : []).entries()];
    for (const [index, bytes] of wrong("signals-in-any-order") ? inOrder.reverse() : inOrder) {
      const number = begin + index;
      if (number <= session.received && !wrong("seen-numbers-again")) continue;
      session.received = Math.max(session.received, number);
      if (!(bytes instanceof Uint8Array)) continue;
      const receipt = hub.decide(session, new Uint8Array(bytes), attempts.get(index) ?? 0);
      receipts.push({ number: BigInt(number), ...receipt });
      if (receipt["rejection"] !== undefined && wrong("one-refused-all-refused")) break;
    }
    if (receipts.length > 0) this.#decided(session, receipts);
    hub.settle();
  }

  #number(hub: Hub, session: Session, [kind, part]: readonly [string, ValueObject]): void {
    const number = toCount(part["number"]);
    checkNumber(session, number);
    if (number <= session.received) return;
    session.received = number;
    if (kind === "credit") hub.credit(session, part);
    if (kind === "drain") hub.registry.drain(session);
    if (kind === "subscribe") hub.registry.subscribe(session, part);
    if (kind === "unsubscribe" && !wrong("unsubscribed-goes-on")) {
      session.subscriptions.delete(textOf(part["subscription_id"]));
    }
    this.#decided(session, []);
  }

  #decided(session: Session, receipts: readonly ValueObject[]): void {
    const through = BigInt(session.received - (wrong("decides-too-little") ? 1 : 0));
    const told = wrong("decides-too-little") ? receipts.slice(1) : receipts;
    session.send({ receipts: { through, receipts: told } });
  }

  #leave(hub: Hub, session: Session): void {
    this.#isOver = true;
    session.say({ goodbye: {} });
    if (wrong("talks-behind-its-goodbye")) session.say({ pong: {} });
    if (wrong("goodbye-keeps-the-session")) return this.#line.end();
    hub.leave(session);
  }
}

function checkNumber({ received }: Session, number: number): void {
  if (number === 0) throw new Refused("MALFORMED", "COS-GRPC-006");
  if (number > received + 1 && !wrong("holes-are-taken")) throw new Refused("MALFORMED", "COS-GRPC-007");
}

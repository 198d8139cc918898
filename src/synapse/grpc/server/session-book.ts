import { randomBytes, timingSafeEqual } from "node:crypto";
import { Welcome, type Hello, type Right } from "../../../../gen/cosmonapse/v1/frames.js";
import { CosmoError } from "../../../errors/index.js";
import type { Clock } from "../../../foundation/index.js";
import type { Hub } from "../../index.js";
import { IMPLEMENTATION } from "../link/implementation.js";
import { authorize, covers, type Grant } from "./grant.js";
import { encodeResponse } from "./outbox-frames.js";
import { ServerSession, type SessionLink } from "./server-session.js";

/** The versions of the protocol that this Synapse speaks. */
const versions: readonly number[] = [1];

/** 256 bits, from the source that the machine has for secrets (COS-SEC-010). */
const secretBytes = 32;

/** What a session book works with. */
export interface SessionBookOptions {
  readonly hub: Hub;
  readonly clock: Clock;
  /** The running instance of the Synapse. */
  readonly instanceId: string;
}

interface Place {
  readonly session: ServerSession;
  /** What lets it be there, as it is now. */
  grant: Grant;
}

/** The sessions of the peers on the network, those that wait to be resumed included. */
export class SessionBook {
  readonly #options: SessionBookOptions;
  readonly #sessions = new Map<string, Place>();
  #resumed = 0;

  constructor(options: SessionBookOptions) {
    this.#options = options;
  }

  /** How many sessions were resumed, ever. */
  get resumed(): number {
    return this.#resumed;
  }

  /** All sessions. */
  *all(): Iterable<ServerSession> {
    for (const { session } of this.#sessions.values()) yield session;
  }

  /** Ends the sessions whose credential was withdrawn, or does not grant any more what they have (COS-SEC-003). */
  recheck(current: (grant: Grant) => Grant | undefined): void {
    for (const place of [...this.#sessions.values()]) {
      const grant = current(place.grant);
      if (grant !== undefined && isCovered(place, grant)) place.grant = grant;
      else place.session.end(grant === undefined ? withdrawn() : changed());
    }
  }

  /** Gives a link its session: the one that it resumes, or a new one (COS-GRPC-003, COS-GRPC-019). */
  greet(hello: Hello, grant: Grant, link: SessionLink): { session: ServerSession; welcome: Uint8Array } {
    const version = hello.versions.find((one) => versions.includes(one));
    if (version === undefined) {
      const message = `The peer speaks version ${hello.versions.join(", ") || "none"} of the protocol`;
      const available = versions.map(String);
      throw new CosmoError("VERSION_UNSUPPORTED", message, { requirement: "COS-GRPC-003", available });
    }
    const rights = authorize(grant, hello);
    const known = this.#resume(hello, grant, link);
    const session = known ?? this.#open(hello, { grant, rights }, link);
    if (known !== undefined) this.#resumed += 1;
    return { session, welcome: this.#welcome(session, { version, resumed: known !== undefined }) };
  }

  #resume(hello: Hello, grant: Grant, link: SessionLink): ServerSession | undefined {
    const found = this.#sessions.get(hello.sessionId);
    if (found === undefined) return undefined;
    const { session } = found;
    const isOwner =
      hello.sessionSecret.length === session.secret.length &&
      timingSafeEqual(hello.sessionSecret, session.secret) &&
      hello.namespace === session.hello.namespace &&
      hello.dendriteId === session.hello.dendriteId &&
      isCovered(found, grant);
    if (!isOwner || !session.attach(link, Number(hello.received))) return undefined;
    found.grant = grant;
    return session;
  }

  #open(hello: Hello, { grant, rights }: { grant: Grant; rights: readonly Right[] }, link: SessionLink): ServerSession {
    const { hub, clock } = this.#options;
    let session: ServerSession | undefined;
    const opened = hub.open({
      namespace: hello.namespace,
      dendriteId: hello.dendriteId,
      rights,
      ids: grant.ids,
      ...(grant.principal === undefined ? {} : { principal: grant.principal }),
      onEnded: (reason) => session?.ended(reason),
    });
    const secret = randomBytes(secretBytes);
    const onEnded = (): void => void this.#sessions.delete(opened.id);
    session = new ServerSession({ hub, clock, session: opened, secret, hello, onEnded });
    this.#sessions.set(opened.id, { session, grant });
    session.attach(link, 0);
    return session;
  }

  #welcome(
    { session, secret, received }: ServerSession,
    { version, resumed }: { version: number; resumed: boolean },
  ): Uint8Array {
    const { hub, instanceId } = this.#options;
    const value = Welcome.create({
      version,
      resumed,
      instanceId,
      sessionId: session.id,
      sessionSecret: secret,
      rights: [...session.rights],
      limits: hub.limits,
      implementation: IMPLEMENTATION,
      received: BigInt(received),
    });
    return encodeResponse({ $case: "welcome", value });
  }
}

function isCovered({ session, grant }: Place, by: Grant): boolean {
  const { rights, ids } = session.session;
  return covers(by, { principal: grant.principal, namespace: session.hello.namespace, rights, ids });
}

function withdrawn(): CosmoError {
  return new CosmoError("UNAUTHENTICATED", "The credential was withdrawn", { requirement: "COS-SEC-007" });
}

/** Whoever opens again gets what is granted now. */
function changed(): CosmoError {
  const message = "The credential grants less than the session has; open another";
  return new CosmoError("SESSION_LOST", message, { requirement: "COS-SEC-003" });
}

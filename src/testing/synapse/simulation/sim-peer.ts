import { DeliveryReason, type DeliveryNote, type Gap, type Receipt } from "../../../../gen/cosmonapse/v1/frames.js";
import type { RegisterBody } from "../../../../gen/cosmonapse/v1/participant.js";
import type { Signal } from "../../../../gen/cosmonapse/v1/signal.js";
import { errorName } from "../../../errors/index.js";
import { createIdSource, createSignal, decodeSignal, encodeSignal, type IdSource } from "../../../signal/index.js";
import type { Hub, HubSession, Unnumbered } from "../../../synapse/index.js";
import { check, checkEqual } from "../../check.js";
import type { FakeClock } from "../../fake-clock.js";
import type { Delivered, PeerDraft } from "../peer.js";
import type { Ledger, SeenLeg, SeenRequest } from "./ledger.js";

/** What the peers of a simulation share. */
export interface World {
  readonly hub: Hub;
  readonly clock: FakeClock;
  readonly ledger: Ledger;
}

/** A registration as its peer knows it. */
export interface SimRegistration {
  readonly body: RegisterBody;
  lastSeenMs: number;
  /** What it was given and has not let go. */
  readonly inFlight: Set<SimWork>;
}

/** A request that a peer was given. */
export interface SimWork extends Delivered {
  readonly registration: SimRegistration;
  parts: number;
}

interface Subscription {
  readonly types: readonly number[];
  from: number;
  readonly seen: number[];
  readonly gaps: Unnumbered<Gap>[];
}

/** A peer that takes what the hub has for it when it is told to, and checks it. */
export class SimPeer {
  readonly session: HubSession;
  readonly registrations = new Map<string, SimRegistration>();
  /** What it was given and may still answer. */
  readonly works: SimWork[] = [];
  /** Traces whose FINAL it may send. */
  readonly traces: string[] = [];
  readonly asked: string[] = [];
  readonly sent: Uint8Array[] = [];
  readonly subscriptions = new Map<string, Subscription>();
  isDraining = false;
  readonly #world: World;
  readonly #ids: IdSource;
  readonly #given = new Set<string>();
  #lastReply = 0;
  readonly #lastWork = new Map<string, number>();

  constructor(world: World, dendriteId: string) {
    this.#world = world;
    this.#ids = createIdSource(world.clock);
    this.session = world.hub.open({ namespace: "sim", dendriteId, onEnded: () => undefined });
  }

  /** A new trace. */
  newTrace(): string {
    return this.#ids.traceId();
  }

  /** Publishes a Signal; returns its id, and the code of the refusal if it was refused. */
  publish(draft: PeerDraft, attempt = 0): { id: string; code: string; receipt: Receipt } {
    const { clock } = this.#world;
    const signal = createSignal({ source: this.session.dendriteId, ...draft }, this.#ids, clock);
    const receipt = this.publishBytes(encodeSignal(signal), attempt);
    return { id: signal.id, code: receipt.rejection === undefined ? "" : errorName(receipt.rejection.code), receipt };
  }

  /** Publishes bytes, and keeps them if they are accepted. */
  publishBytes(bytes: Uint8Array, attempt = 0): Receipt {
    const { hub, clock, ledger } = this.#world;
    const publication = { session: this.session, nowMs: clock.monotonicMs() };
    const receipt = ledger.during(publication, () => hub.publish(this.session, bytes, attempt));
    if (receipt.rejection === undefined && !receipt.repeated) this.sent.push(bytes);
    return receipt;
  }

  /** Takes so much of what waits for it. */
  pump(count = Infinity): void {
    for (let taken = 0; taken < count; taken += 1) {
      const item = this.session.outbox.take();
      if (item === undefined) return;
      if (item.kind === "deliver") this.#deliver(item.signal, item.note);
      else if (item.kind === "live") this.#live(item.live.subscriptionId, Number(item.live.position));
      else if (item.kind === "gap") this.subscriptions.get(item.gap.subscriptionId)?.gaps.push(item.gap);
    }
  }

  /** Lets go of work that was answered, or stopped after its end. */
  release(work: SimWork): void {
    work.registration.inFlight.delete(work);
    const index = this.works.indexOf(work);
    if (index !== -1) this.works.splice(index, 1);
  }

  /** Checks that a subscription told of every Signal, once: by showing it, or in a gap. */
  checkSubscription(id: string): void {
    const subscription = this.subscriptions.get(id);
    if (subscription === undefined) return;
    const { types, from, seen, gaps } = subscription;
    const wanted = this.#world.ledger.signals
      .filter(({ position, type }) => position >= from && (types.length === 0 || types.includes(type)))
      .map(({ position }) => position);
    const told = [...seen];
    for (const { first, last, missed } of gaps) {
      const inside = wanted.filter((position) => position >= Number(first) && position <= Number(last));
      checkEqual(inside.length, Number(missed), "the count of a gap");
      told.push(...inside);
    }
    checkEqual(
      told.sort((one, other) => one - other),
      wanted,
      "what a subscription told",
    );
  }

  #deliver(bytes: Uint8Array, note: DeliveryNote): void {
    const signal = decodeSignal(bytes);
    switch (note.reason) {
      case DeliveryReason.WORK:
        return this.#takeWork({ signal, note, bytes });
      case DeliveryReason.REPLY:
        return this.#takeReply(signal, note);
      case DeliveryReason.STOP:
        return check(this.#given.has(note.requestId), "what is to stop was given");
      case DeliveryReason.OBSERVED:
        return this.#takeObserved(note);
      default:
        return;
    }
  }

  #takeWork({ signal, note, bytes }: Delivered): void {
    const { participant, attempt } = note;
    const leg = this.#world.ledger.legOf(signal.id, participant);
    const registration = this.registrations.get(participant);
    check(registration !== undefined, `'${participant}' is registered when it is given work`);
    check(!leg.isEnded, "work is given before its outcome only");
    checkEqual(attempt, leg.attempts + 1, "the attempt");
    check(leg.holder === undefined || leg.holder.state === "ended", "one session at a time holds a request");
    check(!leg.hasPart, "nothing is given again after a part");
    checkRetry(leg, attempt);
    check(registration.inFlight.size < registration.body.maxInFlight, "max_in_flight holds");
    this.#checkOrder(participant, leg.request);
    this.#given.add(signal.id);
    leg.attempts = attempt;
    leg.holder = this.session;
    leg.isRetrySafe = registration.body.retrySafe;
    const work: SimWork = { signal, note, bytes, registration, parts: 0 };
    registration.inFlight.add(work);
    this.works.push(work);
  }

  #checkOrder(participant: string, { asker, position, isMoved }: SeenRequest): void {
    if (isMoved) return;
    const key = `${asker.id} ${participant}`;
    check(position > (this.#lastWork.get(key) ?? 0), "requests of one session come in their order");
    this.#lastWork.set(key, position);
  }

  #takeReply(signal: Signal, note: DeliveryNote): void {
    const position = Number(note.position);
    check(position > this.#lastReply, "replies come in their order");
    this.#lastReply = position;
    const { ledger } = this.#world;
    if (signal.body?.$case === "final") {
      checkEqual(ledger.finals.get(signal.traceId), position, "the FINAL that is delivered");
      check(ledger.openers.get(signal.traceId) === this.session, "a FINAL is for the opener");
      return;
    }
    const request = ledger.requests.get(signal.parentId);
    check(request?.asker === this.session, "a reply is for who asked");
    checkEqual(request.due.shift(), position, "the next reply");
  }

  #takeObserved({ subscriptionId, position }: DeliveryNote): void {
    const subscription = this.subscriptions.get(subscriptionId);
    check(subscription !== undefined, "what is shown is subscribed");
    if (position === 0n) return;
    const last = Math.max(subscription.seen.at(-1) ?? 0, Number(subscription.gaps.at(-1)?.last ?? 0n));
    check(Number(position) > last, "an observer sees positions ascend");
    subscription.seen.push(Number(position));
  }

  #live(id: string, position: number): void {
    const subscription = this.subscriptions.get(id);
    if (subscription !== undefined) subscription.from = position;
  }
}

/** A further attempt follows only where the request or who lost it allows that. */
function checkRetry({ request: { signal }, isRetrySafe }: SeenLeg, attempt: number): void {
  const standard = isRetrySafe || signal.body?.$case === "recall" ? 10 : 1;
  check(attempt <= (signal.maxAttempts || standard), "a request is given as often as it may be");
}

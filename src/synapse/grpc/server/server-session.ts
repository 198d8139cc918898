import type { Hello, Publish, Receipt } from "../../../../gen/cosmonapse/v1/frames.js";
import type { Limits } from "../../../../gen/cosmonapse/v1/limits.js";
import { CosmoError, toCosmoError } from "../../../errors/index.js";
import type { CancelTimer, Clock } from "../../../foundation/index.js";
import type { Hub, HubSession } from "../../index.js";
import type { RequestFrame } from "../link/read-frame.js";
import { SentLog } from "../link/sent-log.js";
import { OutboxFrames } from "./outbox-frames.js";

/** A session's current stream, as the session sees it. */
export interface SessionLink {
  /** There may be frames to write. */
  wake(): void;
  /** Reads no more frames until it is woken. */
  pause(): void;
  /** A newer link took its place (COS-SES-005). */
  superseded(): void;
  /** The session is over. */
  ended(reason: CosmoError | undefined): void;
}

/** What a session is made with. */
export interface ServerSessionOptions {
  readonly hub: Hub;
  readonly clock: Clock;
  readonly session: HubSession;
  readonly secret: Uint8Array;
  readonly hello: Hello;
  /** Called once, when the session is over. */
  readonly onEnded: () => void;
}

const nothing: CancelTimer = () => undefined;

/**
 * A session of the hub as a peer on the network has it. It outlives its link: for the grace it waits to be resumed, and
 * everything numbered that was not acknowledged waits with it (COS-SES-004, COS-SES-010).
 *
 * linked ⇄ waiting → ended, linked → ended.
 */
export class ServerSession {
  readonly session: HubSession;
  readonly secret: Uint8Array;
  readonly hello: Hello;
  readonly #options: ServerSessionOptions;
  readonly #limits: Limits;
  readonly #log: SentLog;
  readonly #frames: OutboxFrames;
  #link: SessionLink | undefined;
  /** The last number of the peer. */
  #received = 0;
  #cancelGrace = nothing;
  #cancelStuck = nothing;
  #onMoved: () => void = () => undefined;

  constructor(options: ServerSessionOptions) {
    const { hub, session, secret, hello } = options;
    this.session = session;
    this.secret = secret;
    this.hello = hello;
    this.#options = options;
    this.#limits = hub.limits;
    const { unacknowledged: numbersMax, unacknowledgedBytes: bytesMax } = hub.limits;
    this.#log = new SentLog({ numbersMax, bytesMax });
    this.#frames = new OutboxFrames(session.outbox, this.#log, hub.limits);
    session.outbox.onWake(() => this.#link?.wake());
  }

  /** The last number that came from the peer. */
  get received(): number {
    return this.#received;
  }

  /** Resolves when everything that the hub has for it now was acknowledged, or the session is over. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#onMoved = (): void => {
        const isSettled = this.#frames.isEmpty && this.#log.acknowledged === this.#log.last;
        if (isSettled || this.session.state === "ended") resolve();
      };
      this.#onMoved();
    });
  }

  /** Tells the peer that the Synapse takes no new requests and will end. */
  announceDrain(withinMs: number): void {
    this.#frames.announceDrain(withinMs);
    this.#link?.wake();
  }

  /** Gives the session a link. False if the peer saw less than it acknowledged, or more than there was. */
  attach(link: SessionLink, received: number): boolean {
    if (!this.#log.resume(received)) return false;
    const older = this.#link;
    this.#link = link;
    older?.superseded();
    this.#cancelGrace();
    this.#cancelGrace = nothing;
    this.#options.hub.relink(this.session);
    return true;
  }

  /** The link broke: the session waits for another one. Of a link that was superseded, does nothing. */
  detach(link: SessionLink): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    this.#cancelStuck();
    this.#cancelStuck = nothing;
    const { hub, clock } = this.#options;
    hub.unlink(this.session);
    const graceMs = this.#limits.sessionGraceMs;
    this.#cancelGrace = clock.schedule(graceMs, () => this.#lose(`It had no link for ${graceMs} ms`, "COS-SES-008"));
  }

  /** The next frame for the link; undefined: none is ready, or the peer is to acknowledge some first. */
  nextFrame(): Uint8Array | undefined {
    const frame = this.#frames.next();
    if (frame === undefined && this.#log.room === 0) this.#watchStuck();
    return frame;
  }

  /** True while the peer has more undecided than it may, since it does not take its receipts: its link reads no more. */
  get isBehind(): boolean {
    return this.#received - this.#frames.told > this.#limits.unacknowledged;
  }

  /** Acts on a frame of the peer. Throws MALFORMED for one that breaks the order of numbers. */
  receive(frame: Exclude<RequestFrame, undefined>): void {
    const { hub } = this.#options;
    switch (frame.$case) {
      case "publish":
        this.#publish(frame.value);
        break;
      case "subscribe":
        this.#take(frame.value.number, () => this.#subscribe(frame.value));
        break;
      case "unsubscribe":
        this.#take(frame.value.number, () => hub.unsubscribe(this.session, frame.value.subscriptionId));
        break;
      case "credit":
        this.#take(frame.value.number, () => hub.credit(this.session, frame.value));
        break;
      case "drain":
        this.#take(frame.value.number, () => hub.drainSession(this.session));
        break;
      case "ack":
        this.#acknowledge(Number(frame.value.received));
        break;
      case "goodbye":
        this.end(undefined);
        break;
      case "hello":
        throw new CosmoError("MALFORMED", "A Hello is the first frame of a link, and only the first", {
          requirement: "COS-GRPC-001",
        });
      case "ping":
      case "pong":
        break;
    }
    if (this.isBehind) this.#link?.pause();
  }

  /** Ends the session; what it holds goes to others. */
  end(reason: CosmoError | undefined): void {
    this.#options.hub.endSession(this.session, reason);
  }

  /** The hub ended the session. */
  ended(reason: CosmoError | undefined): void {
    this.#cancelGrace();
    this.#cancelStuck();
    this.#options.onEnded();
    this.#link?.ended(reason);
    this.#onMoved();
  }

  #publish({ first, signals, notes }: Publish): void {
    const start = this.#checkNumber(first);
    const { hub } = this.#options;
    const { outbox } = this.session;
    let noteAt = 0;
    let run: Receipt | undefined;
    /** The position that the next receipt of the run has; -1: no other can belong to it. */
    let next = -1;
    for (const [index, signal] of signals.entries()) {
      const note = notes[noteAt];
      const isNoted = note?.index === index;
      if (isNoted) noteAt += 1;
      const number = start + index;
      if (number <= this.#received) continue;
      this.#received = number;
      const receipt = hub.publish(this.session, signal, isNoted ? note.attempt : 0);
      const position = Number(receipt.position);
      if (run !== undefined && position === next && isPlain(receipt)) {
        run.count += 1;
        next += 1;
        continue;
      }
      if (run !== undefined) outbox.push({ kind: "decided", number: number - 1, receipt: run });
      run = { ...receipt, number: BigInt(number), count: 1 };
      next = isPlain(receipt) ? position + 1 : -1;
    }
    if (run !== undefined) outbox.push({ kind: "decided", number: this.#received, receipt: run });
  }

  #subscribe({
    subscriptionId,
    filter,
  }: {
    subscriptionId: string;
    filter?: Parameters<Hub["subscribe"]>[2] | undefined;
  }): void {
    try {
      this.#options.hub.subscribe(
        this.session,
        subscriptionId,
        filter ?? { types: [], traceIds: [], participants: [] },
      );
    } catch (thrown) {
      const { detail: rejection } = toCosmoError(thrown, "INTERNAL");
      this.session.outbox.push({ kind: "live", live: { subscriptionId, position: 0n, rejection } });
    }
  }

  /** Acts once on a numbered frame that is no Publish. */
  #take(claimed: bigint, act: () => void): void {
    const number = this.#checkNumber(claimed);
    if (number <= this.#received) return;
    this.#received = number;
    act();
    this.session.outbox.push({ kind: "decided", number, receipt: undefined });
  }

  #checkNumber(claimed: bigint): number {
    const number = Number(claimed);
    if (number >= 1 && number <= this.#received + 1) return number;
    const message = `After number ${this.#received} comes ${this.#received + 1}, not ${claimed}`;
    throw new CosmoError("MALFORMED", message, { requirement: "COS-GRPC-007" });
  }

  #acknowledge(received: number): void {
    if (!this.#log.acknowledge(received)) return;
    this.#cancelStuck();
    this.#cancelStuck = nothing;
    this.#link?.wake();
    this.#onMoved();
  }

  /** Nothing more may be sent: if the peer acknowledges nothing for as long as the grace, its session is lost. */
  #watchStuck(): void {
    if (this.#cancelStuck !== nothing) return;
    const graceMs = this.#limits.sessionGraceMs;
    this.#cancelStuck = this.#options.clock.schedule(graceMs, () =>
      this.#lose(`It acknowledged nothing for ${graceMs} ms, with all that it may leave open`, "COS-SES-013"),
    );
  }

  #lose(why: string, requirement: string): void {
    this.end(new CosmoError("SESSION_LOST", `The session is over: ${why}`, { requirement }));
  }
}

/** True if a receipt says no more than that a Signal was accepted, and its position. */
function isPlain({ rejection, asked, repeated }: Receipt): boolean {
  return rejection === undefined && asked.length === 0 && !repeated;
}

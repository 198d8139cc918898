import { randomBytes } from "node:crypto";
import { encodeMessage } from "../wire/writer.js";
import { isList, type ValueObject } from "../wire/value.js";
import { objectOf } from "../synapse/read-value.js";
import type { Book, Limits } from "./book.js";
import type { Fate, Leg, Party, Registration } from "./model.js";
import { wrong } from "./wrong.js";
import { Refused } from "./refused.js";
import type { Screen, Subscription } from "./subscription.js";

/** The stream that a session uses now. */
export interface Line {
  /** False while what was written waits for the network. */
  readonly isReady: boolean;
  write(frame: ValueObject): void;
  /** Ends it, with the error if there is one. */
  end(refused?: Refused): void;
}

interface Outgoing extends Fate {
  readonly frame: ValueObject;
  readonly bytes: number;
  readonly count: number;
}

interface Logged extends Outgoing {
  readonly last: number;
}

/** What a session is opened with. */
export interface Opening {
  readonly namespace: string;
  readonly dendrite: string;
  /** Whose Signals its are. */
  readonly principal: string;
  readonly rights: ReadonlySet<string>;
  /** The ids that it may register; undefined: any. */
  readonly ids: readonly string[] | undefined;
  readonly book: Book;
  readonly limits: Limits;
  /** Ends it, since its time is over. */
  readonly over: (session: Session) => void;
}

const secretBytes = 16;
const wanted: Fate = { isWanted: () => true, written: () => undefined };

/** A session: its numbers, what was not acknowledged, its link. Everything about what it asks and serves is its space's. */
export class Session implements Party, Screen {
  readonly id = `s-${randomBytes(9).toString("base64url")}`;
  readonly secret = new Uint8Array(randomBytes(wrong("short-secrets") ? 4 : secretBytes));
  readonly namespace: string;
  readonly dendrite: string;
  readonly principal: string;
  readonly rights: ReadonlySet<string>;
  readonly ids: readonly string[] | undefined;
  readonly registrations = new Map<string, Registration>();
  readonly subscriptions = new Map<string, Subscription>();
  /** What it was given and still takes a slot. */
  readonly held = new Set<Leg>();
  /** What it asked that has no outcome. */
  pending = 0;
  isDraining = false;
  isEnded = false;
  /** The last number that it sent. */
  received = 0;
  readonly #opening: Opening;
  #line: Line | undefined;
  #sent = 0;
  #acknowledged = 0;
  #log: Logged[] = [];
  readonly #waiting: Outgoing[] = [];
  #unacknowledgedBytes = 0;
  #grace: NodeJS.Timeout | undefined;
  #stall: NodeJS.Timeout | undefined;

  constructor(opening: Opening) {
    this.#opening = opening;
    this.namespace = opening.namespace;
    this.dendrite = opening.dendrite;
    this.principal = opening.principal;
    this.ids = opening.ids;
    this.rights = opening.rights;
  }

  /** True while it has a link. */
  get isLinked(): boolean {
    return this.#line !== undefined;
  }

  get hasRoom(): boolean {
    if (wrong("observers-hold-up")) return true;
    return this.#waiting.length === 0 && this.#fits(0) && this.#line?.isReady === true;
  }

  /** True for its own secret. */
  isSecret(secret: unknown): boolean {
    if (wrong("any-secret")) return true;
    return secret instanceof Uint8Array && Buffer.compare(secret, this.secret) === 0;
  }

  /** A link has come. What the peer has not seen is sent again. (COS-SES-005, COS-SES-010) */
  attach(line: Line, seen: number, welcome: ValueObject): void {
    if (seen > this.#sent) throw new Refused("MALFORMED", "COS-GRPC-006");
    clearTimeout(this.#grace);
    if (!wrong("older-links-stay")) this.#line?.end();
    this.#line = line;
    this.acknowledge(wrong("all-again") ? 0 : seen);
    line.write(welcome);
    if (wrong("nothing-again")) this.#log = [];
    for (const one of this.#log) this.#write(one);
    this.#flush();
  }

  /** Its link broke. (COS-SES-004, COS-SES-008) */
  detach(line: Line): void {
    if (this.#line !== line) return;
    this.#line = undefined;
    if (wrong("grace-for-ever")) return;
    const grace = wrong("no-grace") ? 0 : this.#opening.limits.of("session_grace_ms");
    this.#grace = setTimeout(() => this.#opening.over(this), grace);
  }

  /** The link, for what has no number. */
  say(frame: ValueObject): void {
    this.#line?.write(frame);
  }

  /** Sends a frame with the next numbers, as soon as the peer has acknowledged enough. (COS-SES-013) */
  send(frame: ValueObject, { isWanted, written }: Fate = wanted): void {
    const [kind = "", part] = Object.entries(frame)[0] ?? [];
    const { signals } = objectOf(part);
    const list = kind === "deliver" && isList(signals) ? signals : [];
    const bytes = encodeMessage(this.#opening.book.schema, "cosmonapse.v1.ConnectResponse", frame).length;
    this.#waiting.push({ frame, bytes, count: Math.max(1, list.length), isWanted, written });
    this.#flush();
  }

  /** Delivers one Signal with its note. */
  deliver(bytes: Uint8Array, note: ValueObject, fate?: Fate): void {
    const notes = wrong("notes-left-out") ? [] : [note];
    // A field of a later version, which changes nothing for whoever reads it.
    const signal = wrong("bytes-of-its-own") ? Uint8Array.of(...bytes, 0xc2, 0x3e, 0x00) : bytes;
    this.send({ deliver: { signals: [signal], notes } }, fate);
  }

  show(bytes: Uint8Array, note: ValueObject): void {
    this.deliver(bytes, note);
  }

  tell(gap: ValueObject): void {
    this.send({ gap });
  }

  /** The peer has seen everything up to a number. Throws Refused for one that was never sent. */
  acknowledge(number: number): void {
    if (number > this.#sent) throw new Refused("MALFORMED", "COS-GRPC-006");
    if (number <= this.#acknowledged) return;
    this.#acknowledged = number;
    this.#unacknowledgedBytes -= this.#log
      .filter(({ last }) => last <= number)
      .reduce((sum, one) => sum + one.bytes, 0);
    this.#log = this.#log.filter(({ last }) => last > number);
    clearTimeout(this.#stall);
    this.#stall = undefined;
    this.#flush();
    this.refresh();
  }

  /** Shows observers what waited, if there is room now. */
  refresh(): void {
    for (const subscription of this.subscriptions.values()) subscription.flush();
  }

  /** It is over, whatever the reason. */
  end(refused?: Refused): void {
    this.isEnded = true;
    clearTimeout(this.#grace);
    clearTimeout(this.#stall);
    const line = this.#line;
    this.#line = undefined;
    line?.end(refused);
  }

  #fits(more: number): boolean {
    const { limits } = this.#opening;
    const outstanding = this.#sent - this.#acknowledged;
    if (outstanding === 0 || wrong("nothing-held-back")) return true;
    return (
      outstanding < limits.of("unacknowledged") && this.#unacknowledgedBytes + more <= limits.of("unacknowledged_bytes")
    );
  }

  #flush(): void {
    if (wrong("waits-for-a-full-frame") && this.#waiting.length < 2) return;
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      if (!next.isWanted()) continue;
      const first = this.#sent + 1 + (wrong("numbers-with-holes") && this.#sent > 4 ? 1 : 0);
      this.#sent = first + next.count - 1;
      this.#unacknowledgedBytes += next.bytes;
      const [kind = "", part] = Object.entries(next.frame)[0] ?? [];
      const number = { [kind === "deliver" ? "first" : "number"]: BigInt(first) };
      const logged = { ...next, frame: { [kind]: { ...objectOf(part), ...number } }, last: this.#sent };
      this.#log.push(logged);
      this.#write(logged);
    }
    if (this.#waiting.length === 0 || this.#stall !== undefined) return;
    this.#stall = setTimeout(() => {
      this.end(new Refused("SESSION_LOST", "COS-SES-013"));
      this.#opening.over(this);
    }, this.#opening.limits.of("session_grace_ms"));
  }

  #write({ frame, written }: Logged): void {
    if (this.#line === undefined) return;
    this.#line.write(frame);
    written();
  }
}

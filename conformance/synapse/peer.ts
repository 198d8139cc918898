import { Finding, type Seen } from "../run/verdict.js";
import type { Schema } from "../wire/schema.js";
import { isList, type Value, type ValueObject } from "../wire/value.js";
import { encodeMessage } from "../wire/writer.js";
import { Arrivals } from "./arrivals.js";
import type { ErrorRow } from "./error-table.js";
import { ulid } from "./ids.js";
import { Link, type LinkEnd, type LinkTarget } from "./link.js";
import { readSignal } from "./read-signal.js";
import { describeDetail, objectOf, objectsOf, textOf, toCount } from "./read-value.js";
import { Watching } from "./watching.js";
import { faultOfDetail, faultOfEnd, faultOfFrame, faultOfTime, numbersOf } from "./wire-rules.js";

/** A Signal as it was delivered. */
export interface Delivery {
  readonly bytes: Uint8Array;
  readonly signal: ValueObject;
  readonly note: ValueObject;
}

/** Where peers join, with which token, and by whose eyes. */
export interface Place extends LinkTarget {
  /** Lets the Synapse drain. */
  readonly drain: () => Promise<void>;
  readonly schema: Schema;
  readonly errors: ReadonlyMap<string, ErrorRow>;
  readonly saw: (seen: Seen) => void;
}

const signalName = "cosmonapse.v1.Signal";

/**
 * A session in the hands of a case: it does what it is told, keeps what it gets, and holds each frame to what every
 * Synapse promises of frames and of errors (COS-GRPC-006, COS-GRPC-011, COS-ERR-002, COS-ERR-003, COS-ERR-011).
 */
export class Peer {
  readonly deliveries = new Arrivals<Delivery>();
  readonly frames = new Arrivals<ValueObject>();
  /** The ids of all that was delivered, but for what an observer is shown as refused. */
  readonly delivered = new Set<string>();
  readonly name: string;
  /** The dendrite id that it says hello with. */
  readonly dendriteId: string;
  /** The last Welcome. */
  welcome: ValueObject = {};
  /** False: it acknowledges nothing. */
  acknowledges = true;
  readonly #place: Place;
  readonly #receipts = new Map<number, (receipt: ValueObject) => void>();
  readonly #links: Link[] = [];
  #link: Link;
  #ended: Promise<LinkEnd>;
  #before: Promise<LinkEnd>;
  readonly #watching = new Watching();
  #sent = 0;
  #seen = 0;
  #acknowledged = 0;
  #saidGoodbye = false;
  #fault: string | undefined;

  constructor(place: Place, name: string, dendriteId: string) {
    this.#place = place;
    this.name = name;
    this.dendriteId = dendriteId;
    [this.#link, this.#ended] = this.#open();
    this.#before = this.#ended;
  }

  /** The link that it uses now. */
  get link(): Link {
    return this.#link;
  }

  /** The last number that it saw. */
  get seen(): number {
    return this.#seen;
  }

  /** How the link ends. Rejects with a Finding if its error is not as errors are. */
  async ended(): Promise<LinkEnd> {
    const end = await this.#ended;
    const fault = this.#fault ?? faultOfEnd(end, this.#place.errors);
    if (fault !== undefined) throw new Finding("failed", `${this.name}: ${fault}`);
    return end;
  }

  /** How the link before this one ends. */
  superseded(): Promise<LinkEnd> {
    return this.#before;
  }

  /** Says hello and waits for the Welcome. Rejects with a Finding if something else comes. */
  async hello(hello: ValueObject): Promise<ValueObject> {
    // What an earlier link left, a frame of a later version for example, is no answer to this Hello.
    while (this.frames.takeNow(() => true) !== undefined);
    this.acknowledged(this.#seen);
    this.#link.send({ hello: { ...hello, received: BigInt(this.#seen) } });
    const first = await this.orEnd(
      this.frames.take(() => true),
      "the Welcome",
    );
    if (first["welcome"] === undefined) {
      throw new Finding(
        "failed",
        `COS-GRPC-002: ${this.name}: the first frame was ${Object.keys(first).join()}, not a Welcome`,
      );
    }
    this.welcome = objectOf(first["welcome"]);
    return this.welcome;
  }

  /** Opens another link. Its hello decides whether the session goes on. */
  reopen(): void {
    this.#before = this.#ended;
    [this.#link, this.#ended] = this.#open();
    this.#saidGoodbye = false;
  }

  /** Leaves, and breaks off every link that it opened, also those that another one took the place of. */
  close(): void {
    this.#link.send({ goodbye: {} });
    this.#link.halfClose();
    for (const link of this.#links) link.cut();
  }

  /** The session is a new one: numbers begin at 1. */
  beginAnew(): void {
    this.#sent = 0;
    this.#seen = 0;
    this.#acknowledged = 0;
  }

  /** It has told the Synapse what it saw. */
  acknowledged(number: number): void {
    this.#acknowledged = number;
  }

  /** Asks for a subscription. */
  subscribe(id: string, filter: ValueObject): void {
    this.#watching.begin(id);
    this.#link.send({ subscribe: { subscription_id: id, filter, number: BigInt(this.takeNumber()) } });
  }

  /** The next number that it gives. */
  takeNumber(): number {
    this.#sent += 1;
    return this.#sent;
  }

  /** Publishes bytes as one Signal and waits for what is decided. Rejects with a Finding if the link ends first. */
  publish(bytes: Uint8Array, attempt = 0): Promise<ValueObject> {
    const number = this.takeNumber();
    const receipt = this.receiptOf(number);
    this.sendPublish(number, bytes, attempt);
    return this.orEnd(receipt, "the receipt");
  }

  /** Sends a Publish of one Signal, whatever its number is. */
  sendPublish(number: number, bytes: Uint8Array, attempt = 0): void {
    this.#sendSignals(number, [bytes], attempt);
  }

  /** Publishes a Signal behind other bytes in one frame, and waits for what is decided of it. */
  publishBehind(first: Uint8Array, bytes: Uint8Array): Promise<ValueObject> {
    const number = this.takeNumber();
    const receipt = this.receiptOf(this.takeNumber());
    this.#sendSignals(number, [first, bytes], 0);
    return this.orEnd(receipt, "the receipt");
  }

  #sendSignals(number: number, signals: readonly Uint8Array[], attempt: number): void {
    const notes: Value = attempt === 0 ? [] : [{ index: signals.length - 1, attempt }];
    this.#link.send({ publish: { first: BigInt(number), signals, notes } });
  }

  /** What will be decided of a number. */
  receiptOf(number: number): Promise<ValueObject> {
    return new Promise((resolve) => {
      this.#receipts.set(number, resolve);
    });
  }

  /** Resolves when all that the Synapse had for this peer by now has come: what is not there does not come. */
  async fence(): Promise<void> {
    const id = `evt_${ulid()}`;
    const created = new Date().toISOString();
    const header = { id, exchange: "CONTROL", source: this.dendriteId, created_at: created };
    const bytes = this.encode({ ...header, directed: { id: "nobody-has-this-id" }, discover: {} });
    const live = this.frames.take((frame) => objectOf(frame["live"])["subscription_id"] === id);
    const { rejection } = await this.publish(bytes);
    if (rejection !== undefined) {
      throw new Finding(
        "inconclusive",
        `${this.name}: a DISCOVER was refused, so that nothing can be fenced: ${describeDetail(rejection)}`,
      );
    }
    await this.orEnd(live, "the Live of a DISCOVER");
  }

  /** Encodes a Signal. Throws SuiteError for what the schema does not have. */
  encode(signal: ValueObject): Uint8Array {
    return encodeMessage(this.#place.schema, signalName, signal);
  }

  /** Throws the Finding that its frames gave, if they gave one. */
  checkFrames(): void {
    if (this.#fault !== undefined) throw new Finding("failed", `${this.name}: ${this.#fault}`);
  }

  /** Waits for something that comes over the link. Rejects with a Finding if the link ends first. */
  async orEnd<Thing>(coming: Promise<Thing>, what: string): Promise<Thing> {
    const over = this.#ended.then((end) => {
      throw new Finding(
        "failed",
        `${this.name}: ${what} was to come, and the link ended with ${end.status} ${describeDetail(end.detail)}`,
      );
    });
    const thing = await Promise.race([coming, over]);
    this.checkFrames();
    return thing;
  }

  #open(): [Link, Promise<LinkEnd>] {
    let end: (how: LinkEnd) => void = () => undefined;
    const ended = new Promise<LinkEnd>((resolve) => {
      end = resolve;
    });
    const saw = (seen: Omit<Seen, "peer">): void => this.#place.saw({ ...seen, peer: this.name });
    const link = new Link(this.#place, this.#place.schema, {
      onFrame: (frame) => this.#take(frame),
      onEnd: end,
      saw,
    });
    this.#links.push(link);
    return [link, ended];
  }

  #take(frame: ValueObject): void {
    this.#fault ??= faultOfFrame(frame, this.#seen, this.#place.errors);
    const numbers = numbersOf(frame);
    if (numbers !== undefined) this.#seen = numbers.first + numbers.count - 1;
    this.#fault ??= this.#faultOfFlow(frame);
    if (frame["receipts"] !== undefined) this.#takeReceipts(objectOf(frame["receipts"]));
    else if (frame["deliver"] !== undefined) this.#takeDeliveries(objectOf(frame["deliver"]));
    else this.frames.add(frame);
    if (numbers === undefined || !this.acknowledges) return;
    this.#link.send({ ack: { received: BigInt(this.#seen) } });
    this.acknowledged(this.#seen);
  }

  /** What is wrong with when a frame comes; undefined: nothing. */
  #faultOfFlow(frame: ValueObject): string | undefined {
    if (this.#saidGoodbye) return "COS-GRPC-015: a frame came behind the Goodbye";
    this.#saidGoodbye = frame["goodbye"] !== undefined;
    const most = toCount(objectOf(this.welcome["limits"])["unacknowledged"]);
    const outstanding = this.#seen - this.#acknowledged;
    if (most > 0 && outstanding > most) return `COS-SES-013: ${outstanding} numbers are not acknowledged, of ${most}`;
    const live = objectOf(frame["live"]);
    if (live["rejection"] === undefined && frame["live"] !== undefined)
      this.#watching.live(textOf(live["subscription_id"]));
    return frame["gap"] === undefined ? undefined : this.#watching.faultOfGap(objectOf(frame["gap"]));
  }

  #takeReceipts(receipts: ValueObject): void {
    for (const receipt of objectsOf(receipts["receipts"])) {
      const first = toCount(receipt["number"]);
      for (let offset = 0; offset < Math.max(1, toCount(receipt["count"])); offset += 1) {
        const position = toCount(receipt["position"]);
        this.#decide(first + offset, { ...receipt, position: position === 0 ? 0 : position + offset });
      }
    }
    const through = toCount(receipts["through"]);
    for (const number of this.#receipts.keys()) if (number <= through) this.#decide(number, {});
  }

  #decide(number: number, receipt: ValueObject): void {
    this.#receipts.get(number)?.(receipt);
    this.#receipts.delete(number);
  }

  #takeDeliveries(deliver: ValueObject): void {
    const notes = objectsOf(deliver["notes"]);
    const { signals } = deliver;
    for (const [index, bytes] of (isList(signals) ? signals : []).entries()) {
      if (bytes instanceof Uint8Array) this.#takeSignal(bytes, notes[index] ?? {});
    }
  }

  #takeSignal(bytes: Uint8Array, note: ValueObject): void {
    const signal = readSignal(this.#place.schema, bytes);
    this.#fault ??= this.#watching.faultOfDelivery(note);
    const { detail } = objectOf(signal["error"]);
    if (signal["source"] === "synapse") this.#fault ??= faultOfTime(signal);
    if (detail !== undefined && signal["source"] === "synapse") {
      this.#fault ??= faultOfDetail(objectOf(detail), this.#place.errors);
    }
    if (note["refused"] === undefined && typeof signal["id"] === "string") this.delivered.add(signal["id"]);
    this.deliveries.add({ bytes, signal, note });
  }
}

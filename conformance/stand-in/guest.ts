import { randomBytes } from "node:crypto";
import { Metadata, status, type ServerDuplexStream } from "@grpc/grpc-js";
import { wordsOf } from "../ground/suite-error.js";
import { Finding, type Seen } from "../run/verdict.js";
import { Arrivals } from "../synapse/arrivals.js";
import { describeBytes, describeFrame } from "../synapse/describe-frame.js";
import { objectOf, objectsOf, textOf, toCount } from "../synapse/read-value.js";
import { decodeMessage } from "../wire/decode.js";
import { isList, toHex, type ValueObject } from "../wire/value.js";
import { encodeMessage } from "../wire/writer.js";
import { faultOfGuestFrame, faultOfSignal, guestNumbersOf } from "./guest-rules.js";
import type { Knowledge } from "./knowledge.js";

/** A Signal as it was published. */
export interface Published {
  readonly bytes: Uint8Array;
  readonly signal: ValueObject;
  /** The attempt that its note states; zero without one. */
  readonly attempt: number;
}

/** What is other than usual in a session. */
export interface GuestPlan {
  /** Limits that are not the standard ones. */
  readonly limits?: ValueObject;
  /** The ids that a request without an id in its address reaches. Default: nobody. */
  readonly serves?: readonly string[];
  /** False: the case itself says when a subscription is live. */
  readonly goesLive?: boolean;
}

interface Room extends Knowledge, Pick<GuestPlan, "goesLive" | "serves"> {
  readonly saw: (seen: Omit<Seen, "peer">) => void;
  readonly instance: string;
}

const signalName = "cosmonapse.v1.Signal";

/**
 * A session of the implementation under test, as the Synapse sees it that the runner plays: every Signal is accepted, a
 * DISCOVER finds nobody, a subscription is live and empty, and whatever a case delivers is delivered. Each frame and each
 * Signal is held to what every peer promises (COS-GRPC-001, COS-GRPC-006, COS-GRPC-009, COS-GRPC-012, COS-GRPC-015,
 * COS-ENV-016, COS-ERR-001 to COS-ERR-003).
 */
export class Guest {
  readonly namespace: string;
  /** What it published, in order. */
  readonly signals = new Arrivals<Published>();
  /** Its other frames that no sentence of a case has taken: Ack, Credit, Drain, Pong. */
  readonly frames = new Arrivals<ValueObject>();
  /** Its Hello, once there is one; the latest if there were several. */
  hello: ValueObject = {};
  readonly #room: Room;
  readonly #joined = new Arrivals<ValueObject>();
  readonly #over: Promise<string>;
  #end: (how: string) => void = () => undefined;
  #call: ServerDuplexStream<Buffer, Buffer> | undefined;
  #seen = 0;
  #sent = 0;
  #position = 0;
  /** The bytes of each Signal that it published, by its id. */
  readonly #ids = new Map<string, string>();
  #saidGoodbye = false;
  #session: ValueObject = {};
  /** What happens to its session when it comes back after its link broke. */
  #back: "new" | "resumed" | undefined;
  /** True while it may leave the new session that it got for a lost one, and open another. */
  #mayLeave = false;
  /** Whatever was sent with a number, to be sent again. */
  #log: { readonly last: number; readonly frame: ValueObject }[] = [];
  #fault: string | undefined;

  constructor(room: Room, namespace: string) {
    this.#room = room;
    this.namespace = namespace;
    this.#over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** A link has come, and this is its first frame. */
  take(call: ServerDuplexStream<Buffer, Buffer>, first: ValueObject): void {
    this.#call = call;
    const over = (how: string): void => {
      if (this.#call === call) this.#close(how);
    };
    call.on("data", (bytes: Buffer) => {
      if (this.#call === call) this.#read(new Uint8Array(bytes));
    });
    call.once("end", () => over("it closed the link"));
    call.once("cancelled", () => over("it broke the link"));
    this.#saw("<", first);
    this.hello = objectOf(first["hello"]);
    const resumed = this.#back === "resumed";
    this.#mayLeave = this.#back === "new";
    this.#back = undefined;
    if (!resumed) this.#begin();
    const { limits, instance } = this.#room;
    const rights = ["OBSERVE", "PARTICIPATE"];
    const received = BigInt(this.#seen);
    this.#send({ welcome: { version: 1, ...this.#session, resumed, received, rights, limits, instance_id: instance } });
    const unseen = resumed ? this.#log.filter(({ last }) => last > toCount(this.hello["received"])) : [];
    for (const { frame } of unseen) this.#send(frame);
    this.#joined.add(this.hello);
  }

  /** Breaks its link, as a network does, and resolves when it is back. Rejects if it then wants another session than its own. (COS-SES-010) */
  async lose(session: "new" | "resumed"): Promise<void> {
    const { session_id: own } = this.#session;
    this.#back = session;
    const call = this.#call;
    this.#call = undefined;
    call?.emit("error", { code: status.UNAVAILABLE, details: "the link broke", metadata: new Metadata() });
    await this.joined();
    const { session_id: wanted } = this.hello;
    if (wanted !== own) throw new Finding("failed", `COS-SES-010: it came back for the session ${textOf(wanted)}`);
  }

  /** Resolves when it has said hello. */
  async joined(): Promise<void> {
    await this.orEnd(
      this.#joined.take(() => true),
      "a Hello",
    );
  }

  /** Sends a frame as it is; `numbered` names the part that gets the next number. */
  send(frame: ValueObject, numbered?: string): void {
    if (numbered === undefined) return this.#send(frame);
    return this.#sendNumbered({ [numbered]: objectOf(frame[numbered]) });
  }

  /** Delivers a Signal with what the case says beside it. */
  deliver(signal: ValueObject, note: ValueObject): void {
    const { schema } = this.#room;
    this.#position += 1;
    const body = schema.fields(signalName).find(({ name, oneof }) => oneof === "body" && signal[name] !== undefined);
    const whole = { position: BigInt(this.#position), type: body?.number ?? 0, ...note };
    this.#sendNumbered({ deliver: { signals: [encodeMessage(schema, signalName, signal)], notes: [whole] } });
  }

  /** Waits for something of it. Rejects with a Finding if it does wrong, or if its link ends first. */
  async orEnd<Thing>(coming: Promise<Thing>, what: string): Promise<Thing> {
    const over = this.#over.then((how) => {
      this.check();
      throw new Finding("failed", `${what} was to come, and ${how}`);
    });
    const thing = await Promise.race([coming, over]);
    this.check();
    return thing;
  }

  /** Resolves when it has left. Rejects with a Finding if it did so without a Goodbye. (COS-GRPC-015) */
  async left(): Promise<void> {
    const how = await this.#over;
    this.check();
    if (!this.#saidGoodbye) throw new Finding("failed", `COS-GRPC-015: it was to leave with a Goodbye, and ${how}`);
  }

  /** Throws the Finding that its frames gave, if they gave one. */
  check(): void {
    if (this.#fault !== undefined) throw new Finding("failed", this.#fault);
  }

  /** Breaks its link, if there is one. */
  cut(): void {
    this.#call?.destroy();
    this.#close("the case ended");
  }

  #close(how: string): void {
    this.#call?.end();
    this.#end(how);
  }

  #leave(): void {
    this.#send({ goodbye: {} });
    const call = this.#call;
    this.#call = undefined;
    call?.end();
  }

  /** The session is new: what was before it is over. */
  #begin(): void {
    this.#session = {
      session_id: `ses-${randomBytes(6).toString("hex")}`,
      session_secret: new Uint8Array(randomBytes(16)),
    };
    this.#seen = 0;
    this.#sent = 0;
    this.#log = [];
  }

  #sendNumbered(frame: ValueObject): void {
    this.#sent += 1;
    const number = (kind: string): string => (kind === "deliver" ? "first" : "number");
    const numbered = Object.fromEntries(
      Object.entries(frame).map(([kind, part]) => [kind, { ...objectOf(part), [number(kind)]: BigInt(this.#sent) }]),
    );
    this.#log.push({ last: this.#sent, frame: numbered });
    this.#send(numbered);
  }

  #send(frame: ValueObject): void {
    this.#saw(">", frame);
    this.#call?.write(Buffer.from(encodeMessage(this.#room.schema, "cosmonapse.v1.ConnectResponse", frame)));
  }

  #saw(way: Seen["way"], frame: ValueObject): void {
    const name = way === ">" ? "ConnectResponse" : "ConnectRequest";
    this.#room.saw({ way, what: Object.keys(frame).join(), tell: () => describeFrame(this.#room.schema, name, frame) });
  }

  #read(bytes: Uint8Array): void {
    try {
      const frame = decodeMessage(this.#room.schema, "cosmonapse.v1.ConnectRequest", bytes);
      this.#saw("<", frame);
      this.#obey(frame);
    } catch (thrown) {
      this.#room.saw({ way: "<", what: "no frame", tell: () => describeBytes(bytes) });
      this.#fault ??= `a frame cannot be read: ${wordsOf(thrown)}`;
    }
  }

  #obey(frame: ValueObject): void {
    if (this.#saidGoodbye) this.#fault ??= "COS-GRPC-015: a frame came after the Goodbye";
    this.#fault ??= faultOfGuestFrame(frame, this.#seen, this.#room.limits);
    const numbers = guestNumbersOf(frame);
    if (numbers !== undefined) this.#seen = numbers.first + numbers.count - 1;
    if (frame["publish"] !== undefined) this.#takePublish(objectOf(frame["publish"]));
    else if (numbers !== undefined) this.#decide();
    if (frame["subscribe"] !== undefined && this.#room.goesLive !== false)
      this.#goLive(objectOf(frame["subscribe"])["subscription_id"] ?? "");
    this.frames.add(frame);
    if (frame["ping"] !== undefined) this.#send({ pong: { token: objectOf(frame["ping"])["token"] ?? 0n } });
    if (frame["goodbye"] === undefined) return;
    if (this.#mayLeave) return this.#leave();
    this.#saidGoodbye = true;
    this.#send({ goodbye: {} });
    this.#close("it said Goodbye");
  }

  /** Whoever comes back for a session sends again what was not decided: the same bytes. */
  #faultOfId(id: string, bytes: Uint8Array): string | undefined {
    const before = this.#ids.get(id);
    this.#ids.set(id, toHex(bytes));
    return before === undefined || before === toHex(bytes) ? undefined : `COS-ENV-002: two Signals have the id ${id}`;
  }

  #takePublish({ first, signals, notes }: ValueObject): void {
    const asked: ValueObject[] = [];
    for (const [index, bytes] of (isList(signals) ? signals : []).entries()) {
      if (!(bytes instanceof Uint8Array)) continue;
      const note = objectsOf(notes).find((one) => toCount(one["index"]) === index) ?? {};
      const signal = decodeMessage(this.#room.schema, signalName, bytes);
      this.#fault ??= faultOfSignal(signal, this.#room.errors) ?? this.#faultOfId(textOf(signal["id"]), bytes);
      this.signals.add({ bytes, signal, attempt: toCount(note["attempt"]) });
      this.#position += 1;
      const { id } = objectOf(signal["directed"]);
      const number = BigInt(toCount(first) + index);
      const position = BigInt(this.#position);
      const reached = id === undefined ? (this.#room.serves ?? []) : [id];
      if (signal["exchange"] === "REQUEST" && reached.length > 0) asked.push({ number, position, asked: reached });
      if (signal["discover"] !== undefined) this.#goLive(signal["id"] ?? "");
    }
    this.#decide(asked);
  }

  /** Accepts everything up to the last number; of a request it says that whom it names was asked. */
  #decide(receipts: readonly ValueObject[] = []): void {
    this.#sendNumbered({ receipts: { through: BigInt(this.#seen), receipts } });
  }

  #goLive(subscription: ValueObject[string]): void {
    this.#sendNumbered({ live: { subscription_id: subscription, position: BigInt(this.#position + 1) } });
  }
}

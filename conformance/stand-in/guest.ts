import { randomBytes } from "node:crypto";
import type { ServerDuplexStream } from "@grpc/grpc-js";
import { wordsOf } from "../ground/suite-error.js";
import { Finding, type Seen } from "../run/verdict.js";
import { Arrivals } from "../synapse/arrivals.js";
import { describeBytes, describeFrame } from "../synapse/describe-frame.js";
import { objectOf, objectsOf, toCount } from "../synapse/read-value.js";
import { decodeMessage } from "../wire/decode.js";
import { isList, type ValueObject } from "../wire/value.js";
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

interface Room extends Knowledge {
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
  /** Its Hello, once there is one. */
  hello: ValueObject = {};
  readonly #room: Room;
  readonly #joined = new Arrivals<ValueObject>();
  readonly #over: Promise<string>;
  #end: (how: string) => void = () => undefined;
  #call: ServerDuplexStream<Buffer, Buffer> | undefined;
  #seen = 0;
  #sent = 0;
  #position = 0;
  #saidGoodbye = false;
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
    call.on("data", (bytes: Buffer) => this.#read(new Uint8Array(bytes)));
    call.once("end", () => this.#close("it closed the link"));
    call.once("cancelled", () => this.#close("it broke the link"));
    this.#saw("<", first);
    this.hello = objectOf(first["hello"]);
    const secret = new Uint8Array(randomBytes(16));
    const session = { session_id: `ses-${randomBytes(6).toString("hex")}`, session_secret: secret, resumed: false };
    const { limits, instance } = this.#room;
    const rights = ["OBSERVE", "PARTICIPATE"];
    this.#send({ welcome: { version: 1, ...session, rights, limits, instance_id: instance } });
    this.#joined.add(this.hello);
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
    this.#sent += 1;
    return this.#send({ ...frame, [numbered]: { ...objectOf(frame[numbered]), number: BigInt(this.#sent) } });
  }

  /** Delivers a Signal with what the case says beside it. */
  deliver(signal: ValueObject, note: ValueObject): void {
    const { schema } = this.#room;
    this.#position += 1;
    this.#sent += 1;
    const body = schema.fields(signalName).find(({ name, oneof }) => oneof === "body" && signal[name] !== undefined);
    const whole = { position: BigInt(this.#position), type: body?.number ?? 0, ...note };
    const first = BigInt(this.#sent);
    this.#send({ deliver: { first, signals: [encodeMessage(schema, signalName, signal)], notes: [whole] } });
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

  #send(frame: ValueObject): void {
    this.#saw(">", frame);
    this.#call?.write(Buffer.from(encodeMessage(this.#room.schema, "cosmonapse.v1.ConnectResponse", frame)));
  }

  #saw(way: Seen["way"], frame: ValueObject): void {
    this.#room.saw({ way, what: Object.keys(frame).join(), tell: () => describeFrame(this.#room.schema, frame) });
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
    if (frame["subscribe"] !== undefined) this.#goLive(objectOf(frame["subscribe"])["subscription_id"] ?? "");
    this.frames.add(frame);
    if (frame["ping"] !== undefined) this.#send({ pong: { token: objectOf(frame["ping"])["token"] ?? 0n } });
    if (frame["goodbye"] === undefined) return;
    this.#saidGoodbye = true;
    this.#send({ goodbye: {} });
    this.#close("it said Goodbye");
  }

  #takePublish({ first, signals, notes }: ValueObject): void {
    const asked: ValueObject[] = [];
    for (const [index, bytes] of (isList(signals) ? signals : []).entries()) {
      if (!(bytes instanceof Uint8Array)) continue;
      const note = objectsOf(notes).find((one) => toCount(one["index"]) === index) ?? {};
      const signal = decodeMessage(this.#room.schema, signalName, bytes);
      this.#fault ??= faultOfSignal(signal, this.#room.errors);
      this.signals.add({ bytes, signal, attempt: toCount(note["attempt"]) });
      this.#position += 1;
      const { id } = objectOf(signal["directed"]);
      const number = BigInt(toCount(first) + index);
      const position = BigInt(this.#position);
      if (signal["exchange"] === "REQUEST" && id !== undefined) asked.push({ number, position, asked: [id] });
      if (signal["discover"] !== undefined) this.#goLive(signal["id"] ?? "");
    }
    this.#decide(asked);
  }

  /** Accepts everything up to the last number; of a request it says that whom it names was asked. */
  #decide(receipts: readonly ValueObject[] = []): void {
    this.#sent += 1;
    this.#send({ receipts: { through: BigInt(this.#seen), receipts, number: BigInt(this.#sent) } });
  }

  #goLive(subscription: ValueObject[string]): void {
    this.#sent += 1;
    const position = BigInt(this.#position + 1);
    this.#send({ live: { subscription_id: subscription, position, number: BigInt(this.#sent) } });
  }
}

import { Client, credentials, Metadata, status, type ClientDuplexStream, type StatusObject } from "@grpc/grpc-js";
import { decodeMessage } from "../wire/decode.js";
import type { Schema } from "../wire/schema.js";
import { canonical, type ValueObject } from "../wire/value.js";
import { encodeMessage } from "../wire/writer.js";
import type { Seen } from "../run/verdict.js";
import { describeBytes, describeFrame } from "./describe-frame.js";
import { objectOf, textOf } from "./read-value.js";
import { wordsOf } from "../ground/suite-error.js";

/** How a link ended: the status of gRPC by name, and the detail in its trailer; empty if there is none. */
export interface LinkEnd {
  readonly status: string;
  readonly detail: ValueObject;
}

/** Where a link leads, and with which token; empty: with none. */
export interface LinkTarget {
  readonly address: string;
  readonly token?: string | undefined;
}

/** Who hears of a link. */
export interface LinkListener {
  readonly onFrame: (frame: ValueObject) => void;
  readonly onEnd: (end: LinkEnd) => void;
  readonly saw: (seen: Omit<Seen, "peer">) => void;
}

const method = "/cosmonapse.v1.SynapseService/Connect";

/** One `Connect` stream: frames as objects by the schema, or bytes as they are. */
export class Link {
  readonly #schema: Schema;
  readonly #client: Client;
  readonly #call: ClientDuplexStream<Buffer, Buffer>;
  readonly #listener: LinkListener;
  /** What nobody but a Welcome may tell: the token, and the secret of the session. (COS-SEC-011) */
  readonly #secrets: (Uint8Array | string)[] = [];

  constructor({ address, token = "" }: LinkTarget, schema: Schema, listener: LinkListener) {
    this.#schema = schema;
    this.#listener = listener;
    this.#client = new Client(address, credentials.createInsecure(), {
      "grpc.use_local_subchannel_pool": 1,
      "grpc.max_send_message_length": -1,
      "grpc.max_receive_message_length": -1,
    });
    const same = (bytes: Buffer): Buffer => bytes;
    const metadata = new Metadata();
    if (token !== "") this.#secrets.push(token);
    if (token !== "") metadata.set("authorization", `Bearer ${token}`);
    this.#call = this.#client.makeBidiStreamRequest(method, same, same, metadata);
    this.#call.on("data", (bytes: Buffer) => this.#take(new Uint8Array(bytes)));
    this.#call.on("error", () => undefined);
    this.#call.on("status", (end: StatusObject) => listener.onEnd(this.#readEnd(end)));
  }

  /** Sends a frame, its one part under its name in the schema. */
  send(frame: ValueObject): void {
    this.#saw(">", frame);
    this.#call.write(Buffer.from(encodeMessage(this.#schema, "cosmonapse.v1.ConnectRequest", frame)));
  }

  /** Sends bytes as one message. */
  sendBytes(bytes: Uint8Array): void {
    this.#listener.saw({ way: ">", what: "bytes", tell: () => describeBytes(bytes) });
    this.#call.write(Buffer.from(bytes));
  }

  #saw(way: Seen["way"], frame: ValueObject): void {
    const name = way === ">" ? "ConnectRequest" : "ConnectResponse";
    this.#listener.saw({ way, what: Object.keys(frame).join(), tell: () => describeFrame(this.#schema, name, frame) });
  }

  /** Says that nothing more will be sent. */
  halfClose(): void {
    this.#listener.saw({ way: ">", what: "half-close", tell: () => "" });
    this.#call.end();
  }

  /** Breaks it off. */
  cut(): void {
    this.#listener.saw({ way: ">", what: "cut", tell: () => "" });
    this.#call.cancel();
    this.#client.close();
  }

  #take(bytes: Uint8Array): void {
    try {
      const frame = decodeMessage(this.#schema, "cosmonapse.v1.ConnectResponse", bytes);
      this.#saw("<", frame);
      const { session_secret: secret } = objectOf(frame["welcome"]);
      if (secret instanceof Uint8Array) this.#secrets.push(secret);
      else this.#checkSecrets(bytes);
      this.#listener.onFrame(frame);
    } catch (thrown) {
      this.#listener.saw({ way: "<", what: "no frame", tell: () => `${wordsOf(thrown)}: ${describeBytes(bytes)}` });
      this.#listener.onFrame({ broken: `a frame cannot be read: ${wordsOf(thrown)}` });
    }
  }

  #checkSecrets(bytes: Uint8Array): void {
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (!this.#secrets.some((secret) => whole.includes(Buffer.from(secret)))) return;
    this.#listener.onFrame({ broken: "COS-SEC-011: the token or the secret of the session was told" });
  }

  #readEnd({ code, metadata }: StatusObject): LinkEnd {
    const end = { status: status[code], detail: readTrailer(this.#schema, metadata) };
    this.#checkSecrets(new TextEncoder().encode(canonical(end.detail)));
    this.#listener.saw({ way: "<", what: "end", tell: () => `${end.status} ${textOf(end.detail["code"])}`.trimEnd() });
    return end;
  }
}

/** The detail in the trailer of a call that ended with an error; empty if there is none. (COS-ERR-011) */
export function readTrailer(schema: Schema, metadata: Metadata): ValueObject {
  const [trailer] = metadata.get("cosmonapse-error-bin");
  return typeof trailer === "object" ? decodeMessage(schema, "cosmonapse.v1.ErrorDetail", new Uint8Array(trailer)) : {};
}

import { randomBytes } from "node:crypto";
import {
  Metadata,
  Server,
  ServerCredentials,
  status,
  type handleUnaryCall,
  type ServerDuplexStream,
} from "@grpc/grpc-js";
import type { Credential, ListenCommand } from "../control/messages.js";
import { encodeMessage } from "../wire/writer.js";
import type { ValueObject } from "../wire/value.js";
import { Limits, type Book } from "./book.js";
import { Hub } from "./decide.js";
import { addHealthAndReflection } from "./health.js";
import { findGrant } from "./grant.js";
import { answerCall } from "./operator.js";
import { wordsOf } from "../ground/suite-error.js";
import { decodeMessage } from "../wire/decode.js";
import { wrong } from "./wrong.js";
import { Peer, type House } from "./peer.js";
import { detailOf, Refused } from "./refused.js";
import type { Line } from "./session.js";

type Call = ServerDuplexStream<Buffer, Buffer>;

const path = "/cosmonapse.v1.SynapseService/Connect";
const service = "/cosmonapse.v1.SynapseService/";
const operatorCalls = ["ListNamespaces", "ListParticipants", "ListRequests", "StopNamespace"];
const same = (bytes: Buffer): Buffer => bytes;
const trailer = "cosmonapse-error-bin";

/** A Synapse on a port of loopback. */
export class Synapse implements House {
  readonly book: Book;
  readonly limits: Limits;
  readonly credentials: readonly Credential[] | undefined;
  readonly instance = randomBytes(6).toString("hex");
  readonly #hubs = new Map<string, Hub>();
  #server: Server | undefined;
  #isDraining = false;

  constructor(book: Book, { limits, credentials }: ListenCommand) {
    this.book = book;
    this.limits = new Limits(book.limits, limits);
    this.credentials = credentials;
  }

  hubOf(namespace: string): Hub {
    if (this.#isDraining && !wrong("drains-and-goes-on")) throw new Refused("UNAVAILABLE", "COS-SES-009");
    const known = this.#hubs.get(namespace);
    if (known !== undefined) return known;
    if (this.#hubs.size >= this.limits.of("namespaces")) throw new Refused("OVERLOADED", "COS-LIM-004");
    const hub = new Hub(namespace, this.book, this.limits);
    this.#hubs.set(namespace, hub);
    return hub;
  }

  /** Begins to listen; its address. */
  async listen(): Promise<string> {
    const most = {
      "grpc.max_receive_message_length": wrong("small-messages-only") ? 65_536 : this.limits.of("message_bytes"),
      "grpc.max_send_message_length": -1,
    };
    const server = new Server(most);
    this.#server = server;
    const codec = {
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    };
    server.addService(
      { connect: { path, requestStream: true, responseStream: true, ...codec } },
      { connect: (call: Call) => this.#take(call) },
    );
    for (const method of operatorCalls) {
      const definition = {
        path: `${service}${method}`,
        requestStream: false,
        responseStream: false,
        ...codec,
      } as const;
      server.addService({ [method]: definition }, { [method]: this.#operate(method) });
    }
    if (!wrong("no-health")) addHealthAndReflection(server);
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    return `127.0.0.1:${port}`;
  }

  /** Takes nothing new, and ends when what is in flight has its outcome. (COS-SES-009, COS-SES-015) */
  drain(): void {
    this.#isDraining = true;
    for (const hub of this.#hubs.values())
      hub.drain(wrong("drains-at-once") ? () => this.close() : () => this.#endIfIdle());
  }

  #endIfIdle(): void {
    if ([...this.#hubs.values()].every(({ isIdle }) => isIdle)) this.close();
  }

  /** Ends every session and listens no more. */
  close(): void {
    for (const hub of this.#hubs.values()) for (const session of [...hub.space.sessions]) hub.leave(session);
    if (this.#isDraining) this.#server?.tryShutdown(() => undefined);
    else this.#server?.forceShutdown();
  }

  #operate(method: string): handleUnaryCall<Buffer, Buffer> {
    const { schema } = this.book;
    return (call, answer) => {
      try {
        const request = decodeMessage(schema, `cosmonapse.v1.${method}Request`, new Uint8Array(call.request));
        const grant = findGrant(this.credentials, authorizationOf(call));
        const response = answerCall({ method, request }, grant, this.#hubs);
        answer(null, Buffer.from(encodeMessage(schema, `cosmonapse.v1.${method}Response`, response)));
      } catch (thrown) {
        answer(toStatus(this.book, toRefused(thrown)));
      }
    };
  }

  #take(call: Call): void {
    const line = new CallLine(call, this.book);
    const peer = new Peer(this, line, authorizationOf(call));
    call.on("data", (bytes: Buffer) => {
      try {
        peer.take(new Uint8Array(bytes));
      } catch (thrown) {
        line.end(toRefused(thrown));
        peer.lost();
      }
    });
    call.on("drain", () => peer.drained());
    call.on("error", () => peer.lost());
    call.once("cancelled", () => peer.lost());
    call.once("end", () => {
      peer.lost();
      line.end();
    });
  }
}

/** The stream of one call. */
class CallLine implements Line {
  isReady = true;
  readonly #call: Call;
  readonly #book: Book;
  #isOver = false;

  constructor(call: Call, book: Book) {
    this.#call = call;
    this.#book = book;
    call.on("drain", () => {
      this.isReady = true;
    });
  }

  write(frame: ValueObject): void {
    if (this.#isOver) return;
    this.isReady = this.#call.write(
      Buffer.from(encodeMessage(this.#book.schema, "cosmonapse.v1.ConnectResponse", frame)),
    );
  }

  end(refused?: Refused): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (refused === undefined) return void this.#call.end();
    this.#call.emit("error", toStatus(this.#book, refused));
  }
}

function authorizationOf({ metadata }: { readonly metadata: Metadata }): string {
  return String(metadata.get("authorization")[0] ?? "");
}

function toRefused(thrown: unknown): Refused {
  return thrown instanceof Refused ? thrown : new Refused("INTERNAL", "COS-GRPC-001", { message: wordsOf(thrown) });
}

/** How a call ends with an error. (COS-ERR-011) */
function toStatus(book: Book, refused: Refused): { code: status; details: string; metadata: Metadata } {
  const metadata = new Metadata();
  const detail = detailOf(book, refused.code, refused.told);
  if (!wrong("ends-without-detail")) {
    metadata.set(trailer, Buffer.from(encodeMessage(book.schema, "cosmonapse.v1.ErrorDetail", detail)));
  }
  const names: Readonly<Record<string, number | string>> = status;
  const given = names[book.errors.get(refused.code)?.status ?? "UNKNOWN"];
  const code = typeof given === "number" && !wrong("ends-with-unknown") ? given : status.UNKNOWN;
  return { code, details: refused.message, metadata };
}

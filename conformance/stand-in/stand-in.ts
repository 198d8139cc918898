import { randomBytes } from "node:crypto";
import { Metadata, Server, ServerCredentials, status, type ServerDuplexStream } from "@grpc/grpc-js";
import { SuiteError, wordsOf } from "../ground/suite-error.js";
import type { Seen } from "../run/verdict.js";
import { objectOf, textOf } from "../synapse/read-value.js";
import { decodeMessage } from "../wire/decode.js";
import { Guest, type GuestPlan } from "./guest.js";
import type { Knowledge } from "./knowledge.js";

const path = "/cosmonapse.v1.SynapseService/Connect";
const same = (bytes: Buffer): Buffer => bytes;

/**
 * The Synapse that the runner plays for a participant, an Engram or an observer: it does what a case tells it, and routes
 * nothing by itself. Links come to the case whose namespace their Hello names; no case knows of another.
 */
export class StandIn {
  readonly #knowledge: Knowledge;
  readonly #guests = new Map<string, Guest>();
  readonly #instance = `stand-in-${randomBytes(4).toString("hex")}`;
  #server: Server | undefined;
  #address: Promise<string> | undefined;

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge;
  }

  /** Where it listens, on loopback; it begins to when this is first asked. Rejects if it cannot. */
  listen(): Promise<string> {
    this.#address ??= this.#bind();
    return this.#address;
  }

  /** The session that is to come in a namespace. Throws SuiteError if that has one already. */
  expect(namespace: string, saw: (seen: Omit<Seen, "peer">) => void, { limits = {}, ...plan }: GuestPlan = {}): Guest {
    if (this.#guests.has(namespace)) throw new SuiteError(`the namespace ${namespace} has a guest already`);
    const guest = new Guest(
      { ...this.#knowledge, ...plan, limits: { ...this.#knowledge.limits, ...limits }, saw, instance: this.#instance },
      namespace,
    );
    this.#guests.set(namespace, guest);
    return guest;
  }

  /** The case is over: whoever still comes in its namespace is turned away. */
  forget(namespace: string): void {
    this.#guests.get(namespace)?.cut();
    this.#guests.delete(namespace);
  }

  /** Ends every link and listens no more. */
  stop(): void {
    this.#server?.forceShutdown();
  }

  async #bind(): Promise<string> {
    const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
    this.#server = server;
    const method = { path, requestStream: true, responseStream: true } as const;
    const codec = {
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    };
    server.addService(
      { connect: { ...method, ...codec } },
      { connect: (call: ServerDuplexStream<Buffer, Buffer>) => this.#take(call) },
    );
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    return `127.0.0.1:${port}`;
  }

  #take(call: ServerDuplexStream<Buffer, Buffer>): void {
    call.on("error", () => undefined);
    call.once("data", (first: Buffer) => {
      try {
        const frame = decodeMessage(this.#knowledge.schema, "cosmonapse.v1.ConnectRequest", new Uint8Array(first));
        const namespace = textOf(objectOf(frame["hello"])["namespace"]);
        const guest = this.#guests.get(namespace);
        if (guest === undefined) refuse(call, `no case waits in the namespace '${namespace}'`);
        else guest.take(call, frame);
      } catch (thrown) {
        refuse(call, `the first frame cannot be read: ${wordsOf(thrown)}`);
      }
    });
  }
}

function refuse(call: ServerDuplexStream<Buffer, Buffer>, details: string): void {
  call.emit("error", { code: status.INVALID_ARGUMENT, details, metadata: new Metadata() });
}

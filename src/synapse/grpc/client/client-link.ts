import { status as grpcStatus, type Client, type ClientDuplexStream, type Metadata } from "@grpc/grpc-js";
import { ConnectRequest } from "../../../../gen/cosmonapse/v1/synapse_service.js";
import type { Hello } from "../../../../gen/cosmonapse/v1/frames.js";
import { CosmoError, toCosmoError } from "../../../errors/index.js";
import { encodeMessage } from "../link/encode-message.js";
import { FrameWriter } from "../link/frame-writer.js";
import { readResponseFrame, type ResponseFrame } from "../link/read-frame.js";
import { synapseService } from "../link/service.js";
import { fromStatus } from "../link/status.js";

/** What a link works with. */
export interface ClientLinkOptions {
  readonly client: Client;
  /** The credential of the call, if it has one. */
  readonly metadata: Metadata;
  readonly hello: Hello;
  /** The next frame to write; undefined: none is ready. */
  readonly next: () => Uint8Array | undefined;
  /** A frame came; the first is a Welcome. What it throws ends the link. */
  readonly onFrame: (frame: Exclude<ResponseFrame, undefined>, size: number) => void;
  /** Called once, when the link is over. */
  readonly onEnded: (error: CosmoError) => void;
}

/** One frame of a peer, as bytes. */
export function encodeRequest(frame: NonNullable<ConnectRequest["frame"]>): Uint8Array {
  return encodeMessage(ConnectRequest, { frame });
}

/** One `Connect` stream, as the peer has it: opening → linked → closed, opening → closed. */
export class ClientLink {
  readonly #options: ClientLinkOptions;
  readonly #call: ClientDuplexStream<Uint8Array, Uint8Array>;
  readonly #writer: FrameWriter;
  #isWelcome = false;
  #isClosed = false;

  constructor(options: ClientLinkOptions) {
    this.#options = options;
    const { path, requestSerialize, responseDeserialize } = synapseService.connect;
    const { client, metadata, hello } = options;
    const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata);
    this.#call = call;
    this.#writer = new FrameWriter(call, () => (this.#isWelcome ? options.next() : undefined));
    call.on("data", (bytes: Uint8Array) => this.#read(bytes));
    call.on("error", () => undefined);
    call.on("status", (status) => {
      if (status.code !== grpcStatus.OK) this.#end(fromStatus(status));
    });
    call.on("end", () => this.#end(new CosmoError("UNAVAILABLE", "The Synapse ended the link")));
    this.#writer.urge(encodeRequest({ $case: "hello", value: hello }));
    this.#writer.flush();
  }

  /** There may be frames to write. */
  wake(): void {
    this.#writer.wake();
  }

  /** Writes a frame that is not numbered, before all others. */
  urge(frame: Parameters<typeof encodeRequest>[0]): void {
    this.#writer.urge(encodeRequest(frame));
  }

  /** Ends the session at the Synapse; the link ends when that did. */
  goodbye(): void {
    this.#writer.close();
    this.#call.write(encodeRequest({ $case: "goodbye", value: { detail: undefined } }));
    this.#call.end();
  }

  /** Ends the link now; `onEnded` is not called. */
  abandon(): void {
    this.#isClosed = true;
    this.#writer.close();
    this.#call.cancel();
  }

  #read(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    try {
      const frame = readResponseFrame(bytes);
      if (frame === undefined) return;
      if (!this.#isWelcome && frame.$case !== "welcome") {
        throw new CosmoError("MALFORMED", "The first frame of a Synapse is a Welcome", { requirement: "COS-GRPC-002" });
      }
      this.#options.onFrame(frame, bytes.length);
      if (!this.#isWelcome) {
        this.#isWelcome = true;
        this.wake();
      }
    } catch (thrown) {
      this.#end(toCosmoError(thrown, "INTERNAL"));
      this.#call.cancel();
    }
  }

  #end(error: CosmoError): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#writer.close();
    this.#options.onEnded(error);
  }
}

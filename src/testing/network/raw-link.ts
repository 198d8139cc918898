import { Client, credentials, Metadata, type ClientDuplexStream, type StatusObject } from "@grpc/grpc-js";
import { ErrorDetail } from "../../../gen/cosmonapse/v1/error.js";
import { Hello } from "../../../gen/cosmonapse/v1/frames.js";
import { ConnectRequest, ConnectResponse } from "../../../gen/cosmonapse/v1/synapse_service.js";
import { errorName } from "../../errors/index.js";
import { createDeferred } from "../../foundation/index.js";

type Frame = NonNullable<ConnectResponse["frame"]>;

type FrameOf<Kind extends Frame["$case"]> = Extract<Frame, { $case: Kind }>;

function isKind<Kind extends Frame["$case"]>(frame: Frame, kind: Kind): frame is FrameOf<Kind> {
  return frame.$case === kind;
}

/** How a link ended: the code of the error in its trailer, if it has one, and the status of gRPC. */
export interface RawEnd {
  readonly status: number;
  readonly code: string | undefined;
  readonly requirement: string | undefined;
}

/** A `Connect` stream in the hands of a test: it sends what it is told, right or wrong, and keeps what comes. */
export class RawLink {
  readonly #client: Client;
  readonly #call: ClientDuplexStream<Buffer, Buffer>;
  readonly #frames: Frame[] = [];
  readonly #ended = createDeferred<RawEnd>();
  #wake: (() => void) | undefined;

  /** Opens a stream to a Synapse on this machine. */
  constructor(port: number, metadata = new Metadata()) {
    this.#client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
      "grpc.use_local_subchannel_pool": 1,
      "grpc.max_send_message_length": -1,
      "grpc.max_receive_message_length": -1,
    });
    const same = (bytes: Buffer): Buffer => bytes;
    this.#call = this.#client.makeBidiStreamRequest("/cosmonapse.v1.SynapseService/Connect", same, same, metadata);
    this.#call.on("data", (bytes: Buffer) => {
      const { frame } = ConnectResponse.decode(bytes);
      if (frame !== undefined) this.#frames.push(frame);
      this.#wake?.();
    });
    this.#call.on("error", () => undefined);
    this.#call.on("status", (status: StatusObject) => this.#ended.resolve(readEnd(status)));
  }

  /** How it ended. */
  get ended(): Promise<RawEnd> {
    return this.#ended.promise;
  }

  /** Sends bytes as one message. */
  sendBytes(bytes: Uint8Array): void {
    this.#call.write(Buffer.from(bytes));
  }

  /** Sends a frame. */
  send(frame: NonNullable<ConnectRequest["frame"]>): void {
    this.sendBytes(ConnectRequest.encode({ frame }).finish());
  }

  /** Says hello. */
  hello(parts: Partial<Hello> = {}): void {
    const value = Hello.create({ versions: [1], namespace: "demo", dendriteId: "raw", ...parts });
    this.send({ $case: "hello", value });
  }

  /** The next frame of a kind; what comes before it is dropped. */
  async next<Kind extends Frame["$case"]>(kind: Kind): Promise<FrameOf<Kind>> {
    for (;;) {
      for (let frame = this.#frames.shift(); frame !== undefined; frame = this.#frames.shift()) {
        if (isKind(frame, kind)) return frame;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Says that nothing more will be sent. */
  end(): void {
    this.#call.end();
  }

  /** Takes nothing from the stream any more. */
  stopReading(): void {
    this.#call.pause();
  }

  /** Ends the connection. */
  close(): void {
    this.#call.cancel();
    this.#client.close();
  }
}

function readEnd({ code: status, metadata }: StatusObject): RawEnd {
  const [trailer] = metadata.get("cosmonapse-error-bin");
  if (typeof trailer !== "object") return { status, code: undefined, requirement: undefined };
  const { code, requirement } = ErrorDetail.decode(trailer);
  return { status, code: errorName(code), requirement };
}

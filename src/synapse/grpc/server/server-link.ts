import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { Hello } from "../../../../gen/cosmonapse/v1/frames.js";
import type { Limits } from "../../../../gen/cosmonapse/v1/limits.js";
import { CosmoError, toCosmoError } from "../../../errors/index.js";
import type { CancelTimer, Clock } from "../../../foundation/index.js";
import { FrameWriter } from "../link/frame-writer.js";
import { readRequestFrame } from "../link/read-frame.js";
import { openReceiveWindow } from "../link/receive-window.js";
import { toStatus } from "../link/status.js";
import { encodeResponse } from "./outbox-frames.js";
import type { ServerSession, SessionLink } from "./server-session.js";

/** A `Connect` call as the server has it. */
export type ConnectCall = ServerDuplexStream<Uint8Array, Uint8Array>;

/** What links carried, counted by them. */
export interface FrameCounts {
  /** Frames that came. */
  received: number;
  /** Frames that were given to gRPC, Pongs and the like aside. */
  sent: number;
}

/** What a link works with. */
export interface ServerLinkOptions {
  readonly call: ConnectCall;
  readonly limits: Limits;
  readonly clock: Clock;
  /** Where it counts. */
  readonly frames: FrameCounts;
  /** Finds or opens the session that a Hello asks for, gives it this link, and says the Welcome. Throws what it refuses. */
  readonly greet: (hello: Hello, link: ServerLink) => { session: ServerSession; welcome: Uint8Array };
  /** Called once, when the link is over. */
  readonly onClosed: () => void;
}

/**
 * One `Connect` stream: it reads a peer's frames to its session, and writes what the session has.
 *
 * greeting → linked → closed, greeting → closed.
 */
export class ServerLink implements SessionLink {
  readonly #options: ServerLinkOptions;
  readonly #writer: FrameWriter;
  readonly #cancelGreeting: CancelTimer;
  #session: ServerSession | undefined;
  #isPaused = false;
  #isClosed = false;

  constructor(options: ServerLinkOptions) {
    this.#options = options;
    const { call, clock, limits } = options;
    this.#writer = new FrameWriter(call, () => this.#next());
    this.#cancelGreeting = clock.schedule(limits.sessionGraceMs, () => {
      this.fail(new CosmoError("MALFORMED", "No Hello came", { requirement: "COS-GRPC-001" }));
    });
    call.on("data", (bytes: Uint8Array) => this.#read(bytes));
    call.on("cancelled", () => this.#lost());
    call.on("end", () => {
      this.#lost();
      call.end();
    });
  }

  /** Who calls, for people. */
  get peer(): string {
    return this.#options.call.getPeer();
  }

  wake(): void {
    this.#writer.wake();
  }

  pause(): void {
    this.#isPaused = true;
    this.#options.call.pause();
  }

  superseded(): void {
    const message = "A newer link of the session took the place of this one";
    this.fail(new CosmoError("SESSION_LOST", message, { requirement: "COS-SES-005" }));
  }

  ended(reason: CosmoError | undefined): void {
    if (this.#isClosed) return;
    const { call } = this.#options;
    if (reason !== undefined) call.write(encodeResponse({ $case: "goodbye", value: { detail: reason.detail } }));
    this.#close();
    call.end();
  }

  /** Tells the peer something that is not numbered. */
  urge(frame: Parameters<typeof encodeResponse>[0]): void {
    if (this.#writer.urge(encodeResponse(frame))) return;
    this.fail(
      new CosmoError("OVERLOADED", "The peer asks for more answers than it reads", { requirement: "COS-GRPC-014" }),
    );
  }

  /** Ends the stream with an error; the session can be resumed on another link. */
  fail(error: CosmoError): void {
    if (this.#isClosed) return;
    const session = this.#session;
    this.#close();
    session?.detach(this);
    this.#options.call.emit("error", toStatus(error));
  }

  #lost(): void {
    if (this.#isClosed) return;
    const session = this.#session;
    this.#close();
    session?.detach(this);
  }

  #close(): void {
    this.#isClosed = true;
    this.#session = undefined;
    this.#cancelGreeting();
    this.#writer.close();
    this.#options.onClosed();
    // What still comes is read and dropped, so that the stream can end.
    this.#options.call.resume();
  }

  #read(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    this.#options.frames.received += 1;
    try {
      const frame = readRequestFrame(bytes, this.#options.limits);
      if (this.#session === undefined) this.#greet(frame?.$case === "hello" ? frame.value : undefined);
      else if (frame?.$case === "ping") this.urge({ $case: "pong", value: frame.value });
      else if (frame !== undefined) this.#session.receive(frame);
    } catch (thrown) {
      this.fail(toCosmoError(thrown, "INTERNAL"));
    }
  }

  #greet(hello: Hello | undefined): void {
    if (hello === undefined) {
      throw new CosmoError("MALFORMED", "The first frame of a link is a Hello", { requirement: "COS-GRPC-001" });
    }
    this.#cancelGreeting();
    const { session, welcome } = this.#options.greet(hello, this);
    this.#session = session;
    // Not before: who says no Hello gets no more than Node gives.
    openReceiveWindow(this.#options.call);
    this.#writer.urge(welcome);
    this.#writer.flush();
  }

  #next(): Uint8Array | undefined {
    const frame = this.#session?.nextFrame();
    if (frame !== undefined) this.#options.frames.sent += 1;
    if (this.#isPaused && this.#session?.isBehind === false) {
      this.#isPaused = false;
      this.#options.call.resume();
    }
    return frame;
  }
}

import type { Credit, DeliveryNote, Gap, Live, ObserveFilter, Receipt, Right } from "../../gen/cosmonapse/v1/frames.js";
import type { Limits } from "../../gen/cosmonapse/v1/limits.js";
import type { CosmoError } from "../errors/index.js";

/** A frame without its number, which is an affair of the link. */
export type Unnumbered<Frame extends { readonly number: bigint }> = Omit<Frame, "number">;

/** Who opens a session, and what for. */
export interface SessionRequest {
  /** The namespace of the session: `[A-Za-z0-9_-]{1,64}`. Nothing crosses from one to another. */
  readonly namespace: string;
  /** The id of the Dendrite: `[A-Za-z0-9_-]{1,64}`, not `synapse`. */
  readonly dendriteId: string;
  /** The rights that are asked for. Default: all that the credential grants. */
  readonly rights?: readonly Right[];
  /** Ends the attempt to open. */
  readonly abort?: AbortSignal;
}

/** What a session hands to its owner. Calls come one at a time, in the order of the Synapse. */
export interface SessionReceiver {
  /**
   * A Signal, as it was published. The bytes are shared: they must not be changed. The next call waits for a promise that is returned
   * here: that is the back-pressure of an observer; work and replies should be taken over at once.
   */
  deliver(signal: Uint8Array, note: DeliveryNote): void | Promise<void>;
  /** A snapshot is complete, of a subscription or of a DISCOVER; what follows is live. */
  live(live: Unnumbered<Live>): void;
  /** Signals that a subscription did not get. */
  gap(gap: Unnumbered<Gap>): void;
  /** The asker of a request that this session holds takes more PARTIALs. */
  credit(credit: Unnumbered<Credit>): void;
  /** The session is over; nothing follows. Undefined: its owner closed it. */
  ended(reason: CosmoError | undefined): void;
}

/** Beside one published Signal. */
export interface PublishOptions {
  /** The attempt under which it is sent: that of the request it replies to or was caused by. */
  readonly attempt?: number;
}

/** A Dendrite's place on a Synapse: it holds registrations and work until it ends. */
export interface Session {
  /** The id that the Synapse gave it. */
  readonly id: string;
  /** The limits that hold on it. */
  readonly limits: Limits;
  /**
   * Sends one encoded Signal. Resolves when the Synapse decided, with a `rejection` if it refused; what is accepted has
   * its effect before this resolves. Waits while the Synapse cannot take more. Rejects with SESSION_LOST or CLOSED only.
   */
  publish(signal: Uint8Array, options?: PublishOptions): Promise<Receipt>;
  /**
   * Begins to observe. The live registrations come first, as snapshot deliveries; resolves after them with the number of
   * the first Signal that can follow. Rejects with the reason of a refusal.
   */
  subscribe(subscriptionId: string, filter: ObserveFilter): Promise<bigint>;
  /** Ends a subscription; of an unknown one, does nothing. */
  unsubscribe(subscriptionId: string): Promise<void>;
  /** Tells that PARTIALs of a request of this session were consumed. */
  credit(credit: Unnumbered<Credit>): void;
  /** Takes no new work from now on. Resolves when the Synapse knows. */
  drain(): Promise<void>;
  /** Ends the session: its registrations go, what it holds is given to others or ends. Idempotent. */
  close(): Promise<void>;
}

/**
 * The bus. Everything that crosses it is an encoded Signal; all drivers route by the same rules (COS-ROUTE, COS-TASK,
 * COS-OBS). `connect`, `drain` and `close` are idempotent.
 */
export interface Synapse {
  /** Reaches the bus. Rejects with UNAVAILABLE. */
  connect(options?: { readonly abort?: AbortSignal }): Promise<void>;
  /** Opens a session; connects first if need be. Rejects with what the bus refuses. */
  open(request: SessionRequest, receiver: SessionReceiver): Promise<Session>;
  /** Accepts no new requests, waits for the outcomes of those in flight, then closes. */
  drain(): Promise<void>;
  /** Ends all sessions of this object. */
  close(): Promise<void>;
  /** Drains. */
  [Symbol.asyncDispose](): Promise<void>;
}

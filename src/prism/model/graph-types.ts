import type { ParticipantKind } from "./roster.js";

/** A participant in the graph. */
export interface GraphNode {
  readonly id: string;
  readonly kind: ParticipantKind;
  /** What its registration says that it is; empty: not said. */
  readonly role: string;
  readonly capabilities: readonly string[];
  /** When it was part of a Signal last: the watcher's clock. */
  readonly lastAt: number;
  /** Signals that it sent, and requests that it was asked. */
  readonly sent: number;
  readonly asked: number;
  readonly errors: number;
  /** Requests that it was asked and has not answered. */
  readonly inFlight: number;
  /** When it left; undefined: it is there. */
  readonly leftAt: number | undefined;
}

/** Who asked whom, through the Synapse. */
export interface GraphEdge {
  /** `from` and `to`, with a space between. */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly requests: number;
  readonly errors: number;
  readonly lastAt: number;
}

/** A request on its way and its replies on theirs: one thing that moves. */
export interface Journey {
  /** The id of the request. */
  readonly id: string;
  /** The type of the request. */
  readonly type: number;
  readonly traceId: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly startedAt: number;
  /** Of each reply, the last 64 of them: who sent it and when. */
  readonly replies: readonly { readonly from: string; readonly at: number; readonly hasFailed: boolean }[];
  /** True once nothing more is to come. */
  readonly isOver: boolean;
  /** When the last of it was seen. */
  readonly lastAt: number;
}

import type { Latency } from "../engrams/figures.js";

/** The systems that are compared; "free" is nats-server too, without a word from it until the last publication, "bare" is
 * grpc-js with frames and nothing else. */
export type System = "cosmo" | "nats" | "free" | "bare" | "naive";

/** One thing that a process at an end does. */
export interface Job {
  readonly kind: "publish" | "subscribe" | "serve" | "ask" | "dendrite-serve" | "dendrite-ask";
  readonly system: System;
  readonly url: string;
  /** Signals, or requests. */
  readonly count: number;
  /** True: payloads are made and read as well. */
  readonly isDecoded: boolean;
  /** Connections of a subscriber. */
  readonly connections: number;
  /** Requests at once. */
  readonly inFlight: number;
}

/** What was measured. */
export interface Measured {
  readonly ms: number;
  /** CPU time of a Signal or a request, microseconds. */
  readonly cpuUs: number;
  /** Signals that were told missing. */
  readonly missed: number;
  readonly latency?: Latency;
}

/** What became of a job. */
export type JobResult = Measured | { readonly error: string };

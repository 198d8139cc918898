import type { Job, System } from "./jobs.js";

/** What is due of a row, as a multiple of what another system does in the same run. */
export interface Goal {
  readonly than: System;
  readonly of: "rate" | "p50";
  readonly least?: number;
  readonly most?: number;
}

/** One line of work, the same for all systems that can do it. */
export interface Row {
  readonly name: string;
  /** What the one end does, and what the other. */
  readonly from: Job["kind"];
  readonly to: Job["kind"];
  readonly parts?: Partial<Job>;
  /** Signals or requests of a round; a system without a number has no part in the row. */
  readonly counts: Partial<Readonly<Record<System, number>>>;
  readonly goals: readonly Goal[];
}

const flow = { from: "publish", to: "subscribe" } as const;
const asked = { from: "ask", to: "serve" } as const;
const dendrites = { from: "dendrite-ask", to: "dendrite-serve", goals: [] } as const;
const aboveNaive: Goal = { than: "naive", of: "rate", least: 15 };

/** The rows of `npm run bench:synapse`, with the goals of the design. */
export const rows: readonly Row[] = [
  {
    ...flow,
    name: "publish → deliver 1:1, opaque",
    counts: { cosmo: 150_000, nats: 150_000, free: 150_000, bare: 150_000, naive: 6_000 },
    goals: [{ than: "nats", of: "rate", least: 0.75 }, aboveNaive],
  },
  {
    ...flow,
    name: "publish → deliver 1:1, decoded at both ends",
    parts: { isDecoded: true },
    counts: { cosmo: 60_000, nats: 60_000, free: 60_000, bare: 60_000, naive: 6_000 },
    goals: [{ than: "nats", of: "rate", least: 0.9 }, aboveNaive],
  },
  {
    ...flow,
    name: "fan-out to 10, opaque",
    parts: { connections: 10 },
    counts: { cosmo: 40_000, nats: 40_000, free: 40_000, bare: 40_000, naive: 2_000 },
    goals: [{ than: "nats", of: "rate", least: 1.15 }, aboveNaive],
  },
  {
    ...asked,
    name: "request → reply, 1 in flight",
    counts: { cosmo: 3_000, nats: 3_000, bare: 3_000, naive: 1_500 },
    goals: [{ than: "nats", of: "p50", most: 1.1 }],
  },
  {
    ...asked,
    name: "request → reply, 64 in flight",
    parts: { inFlight: 64 },
    counts: { cosmo: 20_000, nats: 20_000, bare: 20_000, naive: 4_000 },
    goals: [],
  },
  { ...dendrites, name: "TASK → AGENT_OUTPUT through Dendrites, 1 in flight", counts: { cosmo: 2_000 } },
  {
    ...dendrites,
    name: "TASK → AGENT_OUTPUT through Dendrites, 64 in flight",
    parts: { inFlight: 64 },
    counts: { cosmo: 10_000 },
  },
];

import { median, medianLatency, type Latency } from "../engrams/figures.js";
import type { System } from "./jobs.js";
import type { Goal, Row } from "./rows.js";

/** What a system did in a row, once. */
export interface Sample {
  readonly perSecond: number;
  readonly latency: Latency | undefined;
  /** CPU time of each Signal or request, microseconds; NaN where the machine does not tell. */
  readonly cpuUs: Readonly<Record<"from" | "broker" | "to", number>>;
  /** Signals that were told missing. */
  readonly missed: number;
}

/** What a system did in a row: medians over the rounds. */
export interface SystemFigures {
  readonly system: System;
  readonly perSecond: { readonly median: number; readonly min: number; readonly max: number };
  readonly latency: Latency | undefined;
  readonly cpuUs: Sample["cpuUs"];
  readonly missed: number;
}

/** A goal of a row, and what came of it. Without a goal `isMet` is undefined. */
export interface Ratio extends Goal {
  readonly ratio: number;
  readonly isMet: boolean | undefined;
}

/** One row of the report. */
export interface RowFigures {
  readonly name: string;
  readonly systems: readonly SystemFigures[];
  readonly ratios: readonly Ratio[];
}

const names: Readonly<Record<System, string>> = {
  cosmo: "Synapse",
  nats: "nats-server",
  free: "… not paced",
  bare: "bare frames",
  naive: "naive unary",
};

/** The figures of a row, from the samples of its rounds. */
export function summarizeRow(row: Row, found: ReadonlyMap<System, readonly Sample[]>): RowFigures {
  const systems = [...found].map(([system, samples]) => summarizeSystem(system, samples));
  const ours = systems.find(({ system }) => system === "cosmo");
  const ratios = systems.flatMap((other): Ratio[] => {
    if (ours === undefined || other === ours) return [];
    const goal = row.goals.find(({ than }) => than === other.system) ?? { than: other.system, of: "rate" as const };
    const { of, least = 0, most = Infinity } = goal;
    const ratio = figureOf(ours, of) / figureOf(other, of);
    return [{ ...goal, ratio, isMet: row.goals.includes(goal) ? ratio >= least && ratio <= most : undefined }];
  });
  return { name: row.name, systems, ratios };
}

function figureOf({ perSecond, latency }: SystemFigures, of: Goal["of"]): number {
  return of === "rate" ? perSecond.median : (latency?.p50 ?? NaN);
}

function summarizeSystem(system: System, samples: readonly Sample[]): SystemFigures {
  const rates = samples.map(({ perSecond }) => perSecond);
  const latencies = samples.flatMap(({ latency }) => (latency === undefined ? [] : [latency]));
  const cpu = (part: keyof Sample["cpuUs"]): number => median(samples.map(({ cpuUs }) => cpuUs[part]));
  return {
    system,
    perSecond: { median: median(rates), min: Math.min(...rates), max: Math.max(...rates) },
    latency: latencies.length === 0 ? undefined : medianLatency(latencies),
    cpuUs: { from: cpu("from"), broker: cpu("broker"), to: cpu("to") },
    missed: samples.reduce((sum, { missed }) => sum + missed, 0),
  };
}

/** A row as lines of text. */
export function formatRow({ name, systems, ratios }: RowFigures): string {
  return [name, ...systems.map(formatSystem), ...ratios.map(formatRatio), ""].join("\n");
}

function formatSystem({ system, perSecond, latency, cpuUs, missed }: SystemFigures): string {
  const rate = `${whole(perSecond.median).padStart(9)}/s (${whole(perSecond.min)}–${whole(perSecond.max)})`;
  const times = latency === undefined ? "" : `  p50 ${latency.p50.toFixed(3)} ms, p99 ${latency.p99.toFixed(3)} ms`;
  const cpu = `  CPU µs: from ${micros(cpuUs.from)}, broker ${micros(cpuUs.broker)}, to ${micros(cpuUs.to)}`;
  const gaps = missed === 0 ? "" : `  ${whole(missed)} missed: the rate does not count`;
  return `  ${names[system].padEnd(12)} ${rate.padEnd(33)}${times}${cpu}${gaps}`;
}

function formatRatio({ than, of, ratio, least, most, isMet }: Ratio): string {
  const due = least === undefined ? `≤ ${most ?? "–"}` : `≥ ${least}`;
  const verdict = isMet === undefined ? "no goal" : `goal ${due}: ${isMet ? "met" : "missed"}`;
  return `  ${ratio.toFixed(2)} × ${names[than]} (${of}; ${verdict})`;
}

function whole(figure: number): string {
  return Math.round(figure).toLocaleString("en");
}

function micros(figure: number): string {
  return Number.isNaN(figure) ? "–" : figure.toFixed(2);
}

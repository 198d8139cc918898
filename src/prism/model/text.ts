import { signalTypeName } from "../../signal/index.js";
import type { GraphState } from "./graph.js";
import type { MemoryRow } from "./memory.js";
import type { Metrics } from "./metrics.js";
import type { Sequence } from "./sequence.js";
import type { StoreCounts } from "./store.js";
import type { TraceSummary } from "./trace.js";
import type { Waterfall } from "./waterfall.js";

const numbers = new Intl.NumberFormat("en-US");

/** A number of things, as people say it: `1 Signal`, `2,000 Signals`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${numbers.format(count)} ${count === 1 ? one : many}`;
}

/** A duration for people: `0.4 ms`, `12 ms`, `1.25 s`, `3 min 5 s`, `2 h 4 min`. */
export function durationText(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return "?";
  if (ms < 1) return ms === 0 ? "0 ms" : `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 59.995) return `${seconds.toFixed(seconds < 9.995 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  const [large, small] = whole < 3_600 ? ["min", "s"] : ["h", "min"];
  const inSmall = whole < 3_600 ? whole : Math.floor(whole / 60);
  const rest = inSmall % 60;
  return `${Math.floor(inSmall / 60)} ${large}${rest === 0 ? "" : ` ${rest} ${small}`}`;
}

/** What is kept and what is missing, in a sentence. */
export function describeCounts({ kept, missing, unsure, errors }: StoreCounts): string {
  const gaps = missing === 0 ? "none missing" : `${countOf(missing, "Signal")} not shown`;
  const open = unsure === 0 ? "" : `, and ${countOf(unsure, "gap")} of unknown size`;
  return `${countOf(kept, "Signal")} shown, ${countOf(errors, "error")}, ${gaps}${open}.`;
}

/** A trace, in a sentence. */
export function describeTrace({ start, outcome, code, durationMs, signals, errors, ...rest }: TraceSummary): string {
  const type = start === undefined ? "nothing" : signalTypeName(start.signal.type);
  const from = start === undefined ? "" : ` from ${start.signal.source}`;
  const how =
    outcome === "open" ? `open for ${durationText(durationMs)}` : `${outcome} after ${durationText(durationMs)}`;
  const why = code === "" ? "" : ` with ${code}`;
  const open = rest.unanswered.length === 0 ? "" : `, ${countOf(rest.unanswered.length, "request")} without an answer`;
  const cut = rest.isCut ? " Its first Signals are no longer kept." : "";
  const size = `${countOf(signals, "Signal")} among ${countOf(rest.participants.length, "participant")}`;
  return `Started by ${type}${from}, ${how}${why}: ${size}, ${countOf(errors, "error")}${open}.${cut}`;
}

/** A trace along time, in a sentence. */
export function describeWaterfall({ rows, axis, totalMs }: Waterfall): string {
  const bars = rows.filter(({ shape }) => shape === "bar");
  const open = bars.filter(({ isOpen }) => isOpen).length;
  const longest = bars.reduce<(typeof bars)[number] | undefined>(
    (one, row) => (row.depth > 0 && (one === undefined || row.to - row.from > one.to - one.from) ? row : one),
    undefined,
  );
  const slow =
    longest === undefined
      ? ""
      : ` The longest below the top is ${signalTypeName(longest.node.signal.type)} from ${longest.node.signal.source}, ${durationText(longest.to - longest.from)}.`;
  const waiting = open === 0 ? "" : `, ${open} of them still waiting`;
  const pauses = axis.breaks.length === 0 ? "" : ` ${countOf(axis.breaks.length, "pause")} shown short.`;
  return `${countOf(bars.length, "request")} in ${durationText(totalMs)}${waiting}.${slow}${pauses}`;
}

/** A diagram, in a sentence. */
export function describeSequence({ lanes, steps }: Sequence): string {
  const arrows = steps.filter(({ kind }) => kind === "arrow").length;
  const failed = steps.filter((step) => step.kind === "arrow" && step.hasFailed).length;
  const names = lanes.slice(0, 12).map(({ id, kind }) => `${id} (${kind})`);
  const others = lanes.length > names.length ? ` and ${lanes.length - names.length} more` : "";
  return `${countOf(arrows, "message")} between ${names.join(", ")}${others}; ${countOf(failed, "error")}.`;
}

/** The live graph, in a sentence. */
export function describeGraph(graph: GraphState, now: number): string {
  const shown = graph.nodes.filter(({ kind }) => kind !== "synapse");
  const counts = (["dendrite", "neuron", "engram"] as const).map((kind) =>
    countOf(shown.filter((node) => node.kind === kind && node.leftAt === undefined).length, kind),
  );
  const left = shown.filter(({ leftAt }) => leftAt !== undefined).length;
  const busiest = shown
    .map((node) => ({ node, heat: graph.heat(node.id, now) }))
    .filter(({ heat }) => heat > 0.02)
    .sort((one, other) => other.heat - one.heat)
    .slice(0, 3)
    .map(({ node }) => node.id);
  const busy = busiest.length === 0 ? "All is still." : `Busiest: ${busiest.join(", ")}.`;
  const gone = left === 0 ? "" : ` ${left} left.`;
  const hidden = graph.hidden === 0 ? "" : ` ${graph.hidden} that were still for long are not shown.`;
  return `Around the Synapse: ${counts.join(", ")}. ${busy}${gone}${hidden}`;
}

/** An exchange with memory, in a sentence. */
export function describeMemoryRow(row: MemoryRow): string {
  const who = `${row.asker} asked ${row.asked.join(", ") || "memory"}`;
  const took = row.tookMs === undefined ? "" : ` after ${durationText(row.tookMs)}`;
  if (row.kind === "recall") {
    const said = row.answers.length === 0 ? "no answer yet" : `${countOf(row.hits, "hit")}${took}`;
    const missing = row.missing.length === 0 ? "" : `; nothing from ${row.missing.join(", ")}`;
    return `RECALL ${row.query}: ${who}, ${said}${missing}.`;
  }
  const from = row.before === undefined ? "" : `version ${row.before} to `;
  const done = row.after === undefined ? "" : `${row.effect}, ${from}version ${row.after}${took}`;
  const failed =
    row.failure === ""
      ? ""
      : `${row.failure}${row.current === undefined ? "" : `, version ${row.current} stands there`}`;
  const said = [done, failed].filter((part) => part !== "").join(", ") || "no answer yet";
  return `IMPRINT ${row.op} ${row.key}: ${who}, ${said}${row.isReplayed ? ", the same receipt again" : ""}.`;
}

/** Figures of a window, in a sentence. */
export function describeMetrics({ windowMs, signals, perSecond, errors, gaps, recall, latencies }: Metrics): string {
  const failed = errors.reduce((sum, { count }) => sum + count, 0);
  const [first] = latencies;
  const slow =
    first?.p95 === undefined ? "" : ` ${first.type}: 95 % within ${durationText(first.p95)}, of ${first.sample}.`;
  const hits =
    recall.rate === undefined
      ? ""
      : ` ${Math.round(recall.rate * 100)} % of ${countOf(recall.answered, "recall")} had hits.`;
  const missing =
    gaps.count === 0 ? "" : ` ${countOf(gaps.missing, "Signal")} missing in ${countOf(gaps.count, "gap")}.`;
  const rate = `${countOf(signals, "Signal")}, ${perSecond.toFixed(1)} a second, ${countOf(failed, "error")}`;
  return `The last ${durationText(windowMs)}: ${rate}.${slow}${hits}${missing}`;
}

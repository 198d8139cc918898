import { signalTypeName } from "../signal/index.js";
import { errorName } from "../errors/index.js";
import { clip, makeHarmless } from "./harmless.js";
import type { DopplerRecord, SignalRecord } from "./record.js";
import { summarize } from "./summary.js";

/** The parts of one line, padded to columns and harmless; nothing is coloured. */
export interface ShortView {
  /** When it was seen: `12:34:56.789`, UTC. */
  readonly time: string;
  /** Since the line before: `+12ms`. */
  readonly delta: string;
  /** The end of the trace's id. */
  readonly trace: string;
  readonly type: string;
  /** `source → address`. */
  readonly way: string;
  /** What it says. */
  readonly text: string;
}

const traceWidth = 8;
const typeWidth = 12;
const wayWidth = 32;
const deltaWidth = 8;
const timeWidth = 12;
/** The columns before the text, a space behind each. */
const beforeText = timeWidth + deltaWidth + traceWidth + typeWidth + wayWidth + 5;

/** Where a line stands. */
export interface ShortViewOptions {
  /** The width of the whole line, characters; the text has 20 at least. Default: 120. */
  readonly width?: number;
  /** When the record before was seen. Undefined: this is the first. */
  readonly previousAt?: number | undefined;
}

/** A record as the parts of one line. Never throws; controls in a payload become harmless. */
export function viewRecord(record: DopplerRecord, { width = 120, previousAt }: ShortViewOptions = {}): ShortView {
  const textWidth = Math.max(20, width - beforeText);
  const time = showTime(record.at);
  const delta = showDelta(previousAt === undefined ? undefined : record.at - previousAt).padStart(deltaWidth);
  if (record.kind !== "signal") {
    const text = record.kind === "gap" ? describeGap(record) : record.text;
    const type = fit(record.kind === "gap" ? "GAP" : "NOTE", typeWidth);
    return { time, delta, trace: fit("", traceWidth), type, way: fit(record.namespace, wayWidth), text: safe(text) };
  }
  return {
    time,
    delta,
    trace: fit(record.signal.traceId.slice(-traceWidth), traceWidth),
    type: fit(signalTypeName(record.type), typeWidth),
    way: fit(wayOf(record), wayWidth),
    text: clip(safe(textOf(record)), textWidth),
  };
}

/** What is missing, why, and where: `12 Signals not shown (why), 5 to 19`. */
export function describeGap({ missed, reason, first, last }: DopplerRecord & { readonly kind: "gap" }): string {
  const count = missed === undefined ? "an unknown number of Signals" : `${missed} Signal${missed === 1n ? "" : "s"}`;
  const where = first === undefined || last === undefined ? "" : `, ${first} to ${last}`;
  return `${count} not shown (${reason})${where}`;
}

/** The parts as one line, without an end. */
export function joinView({ time, delta, trace, type, way, text }: ShortView): string {
  return `${time} ${delta} ${trace} ${type} ${way} ${text}`.trimEnd();
}

function wayOf({ signal: { source, directed }, asked }: SignalRecord): string {
  const to = [directed?.id ?? "", directed?.type ?? "", ...(directed?.capabilities ?? []).map((name) => `+${name}`)];
  const address = to.filter((part) => part !== "").join(" ");
  const chosen = asked.filter((id) => id !== directed?.id).join(",");
  const target = [address, chosen === "" ? "" : `(${chosen})`].filter((part) => part !== "").join(" ");
  return target === "" ? source : `${source} → ${target}`;
}

function textOf({ signal, isSnapshot, refused }: SignalRecord): string {
  const said = summarize(signal);
  if (refused !== undefined) return `refused ${errorName(refused.code)} ${refused.message} ${said}`;
  return isSnapshot ? `(there already) ${said}` : said;
}

function safe(text: string): string {
  return makeHarmless(text).trim();
}

function fit(text: string, width: number): string {
  return clip(makeHarmless(text), width).padEnd(width);
}

function showTime(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "?".padEnd(timeWidth) : date.toISOString().slice(11, 23);
}

function showDelta(ms: number | undefined): string {
  if (ms === undefined) return "";
  if (ms < 1_000) return `+${Math.max(0, Math.round(ms))}ms`;
  return ms < 100_000 ? `+${(ms / 1_000).toFixed(1)}s` : `+${Math.round(ms / 60_000)}min`;
}

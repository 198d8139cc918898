import { createAxis, type AxisOptions, type TimeAxis } from "./time-axis.js";
import { treeRows, type TreeOptions, type TreeRow } from "./tree.js";
import { isOutcome } from "./records.js";
import type { Trace, TraceNode } from "./trace.js";

/** One row of a waterfall. */
export interface WaterfallRow extends TreeRow {
  /** `bar`: a request, up to its last outcome. `point`: anything else. */
  readonly shape: "bar" | "point";
  /** When it was seen. */
  readonly from: number;
  /** Of a bar: when its last outcome was seen, or now while it waits. Of a point: as `from`. */
  readonly to: number;
  /** True for a bar that still waits. */
  readonly isOpen: boolean;
  /** True if an outcome is an error, or the row itself is one. */
  readonly hasFailed: boolean;
  /** True if the trace would have been shorter had this been faster. */
  readonly isCritical: boolean;
  /** When the second attempt and those after it were seen. */
  readonly attempts: readonly number[];
}

/** A trace along time. */
export interface Waterfall {
  readonly rows: readonly WaterfallRow[];
  readonly axis: TimeAxis;
  /** How long everything took, milliseconds. */
  readonly totalMs: number;
}

/** What a waterfall shows. */
export interface WaterfallOptions extends TreeOptions, AxisOptions {
  /** The watcher's time, up to which open bars reach: milliseconds since 1970. */
  readonly now: number;
}

/**
 * A trace along time: requests as bars up to their outcomes, which are part of the bar and no row, everything else as
 * points. An outcome below which something hangs, or that came too late, stays a row.
 */
export function buildWaterfall(trace: Trace, { now, ...options }: WaterfallOptions): Waterfall {
  const critical = criticalPath(trace);
  const hasOpen = trace.inOrder.some(({ unanswered }) => unanswered > 0);
  const instants = trace.inOrder.flatMap(({ sightings }) => sightings.map(({ at }) => at));
  if (hasOpen) instants.push(Math.max(now, trace.to));
  const rows: WaterfallRow[] = [];
  for (const row of treeRows(trace, options)) {
    if (isInBar(row.node) && !row.isMatch) continue;
    rows.push(showRow(row, { now, critical }));
  }
  const axis = createAxis(instants, options);
  return {
    rows,
    axis,
    totalMs: trace.inOrder.length === 0 ? 0 : Math.max(...endsOf(trace, hasOpen, now)) - trace.from,
  };
}

const none: readonly number[] = [];

function endsOf(trace: Trace, hasOpen: boolean, now: number): readonly number[] {
  return hasOpen ? [trace.to, now] : [trace.to];
}

function isInBar(node: TraceNode): boolean {
  return node.children.length === 0 && isOutcome(node.signal) && (node.parent?.signal.awaits ?? 0) > 0;
}

function showRow(
  row: TreeRow,
  { now, critical }: { readonly now: number; readonly critical: ReadonlySet<TraceNode> },
): WaterfallRow {
  const { node } = row;
  const { signal, outcomes } = node;
  const isBar = signal.awaits > 0;
  const isOpen = node.unanswered > 0;
  const end = isOpen ? Math.max(now, signal.at) : Math.max(signal.at, outcomes.at(-1)?.signal.at ?? signal.at);
  // The outcomes of a bar are no rows: what hangs below it are the others.
  const hasRows = node.children.length > 0 && (!isBar || node.children.some((child) => !isInBar(child)));
  // Field by field: of a large trace these are many.
  return {
    node,
    depth: row.depth,
    placeInSet: row.placeInSet,
    setSize: row.setSize,
    isMatch: row.isMatch,
    isExpanded: hasRows ? row.isExpanded : undefined,
    shape: isBar ? "bar" : "point",
    from: signal.at,
    to: isBar ? end : signal.at,
    isOpen,
    hasFailed: signal.failure !== "" || outcomes.some(({ signal: { failure } }) => failure !== ""),
    isCritical: critical.has(node),
    attempts: node.sightings.length === 1 ? none : node.sightings.slice(1).map(({ at }) => at),
  };
}

/**
 * The requests that a trace waited for: from its last outcome backwards, always the request below that ended last before
 * the time that is looked at. Of open requests, the last one counts.
 */
export function criticalPath(trace: Trace): ReadonlySet<TraceNode> {
  const path = new Set<TraceNode>();
  const requests = trace.roots.filter(({ signal }) => signal.awaits > 0);
  const last = requests.reduce<TraceNode | undefined>(
    (latest, node) => (latest === undefined || endOf(node) > endOf(latest) ? node : latest),
    undefined,
  );
  const waiting = last === undefined ? [] : [last];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    path.add(node);
    let until = endOf(node);
    const below = node.children
      .filter(({ signal }) => signal.awaits > 0)
      .sort((one, other) => endOf(other) - endOf(one));
    for (const child of below) {
      if (endOf(child) > until) continue;
      waiting.push(child);
      until = child.signal.at;
    }
  }
  return path;
}

function endOf({ unanswered, outcomes, signal }: TraceNode): number {
  return unanswered > 0 ? Infinity : (outcomes.at(-1)?.signal.at ?? signal.at);
}

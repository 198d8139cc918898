import { Exchange } from "../../../gen/cosmonapse/v1/options.js";
import { SignalType } from "../../../gen/cosmonapse/v1/signal.js";
import { isFailure, isOutcome, isRequest, type ViewSignal } from "./records.js";

/** A Signal of a trace, and what hangs below it. */
export interface TraceNode {
  readonly id: string;
  /** The Signal as it was seen first. */
  readonly signal: ViewSignal;
  /** Every time that it was seen, in order: a second attempt is the same Signal. */
  readonly sightings: readonly ViewSignal[];
  /** Where it hangs; undefined at the top. */
  readonly parent: TraceNode | undefined;
  /** What names it as parent, in order. */
  readonly children: readonly TraceNode[];
  /**
   * Why it stands where it does. `root`: it names no parent. `child`: its parent is there. `orphan`: its parent was not
   * seen. `cycle`: its parent hangs below it, so that one of the circle has to stand at the top.
   */
  readonly place: "root" | "child" | "orphan" | "cycle";
  /** Of a request: its outcomes, in order. Replies that were refused are none. */
  readonly outcomes: readonly TraceNode[];
  /** Of a request: how many outcomes are still to come. */
  readonly unanswered: number;
  /** How many Signals hang below it, at any depth. */
  readonly below: number;
}

/** A trace with the order that its parents give it. */
export interface Trace {
  readonly id: string;
  /** What stands at the top, in order. */
  readonly roots: readonly TraceNode[];
  /** By the id of the Signal. */
  readonly nodes: ReadonlyMap<string, TraceNode>;
  /** Each Signal once, in the order in which the watcher saw them. */
  readonly inOrder: readonly TraceNode[];
  /** When the first was seen, and the last: milliseconds since 1970, the watcher's clock. */
  readonly from: number;
  readonly to: number;
  /** True if its first Signals are no longer kept. */
  readonly isCut: boolean;
}

interface Node extends TraceNode {
  readonly sightings: ViewSignal[];
  parent: Node | undefined;
  readonly children: Node[];
  place: TraceNode["place"];
  readonly outcomes: Node[];
  unanswered: number;
  below: number;
}

/** One place in memory for all that have none. */
const none: Node[] = [];

/**
 * Puts the Signals of one trace in order by their parents. The order in which they are given does not matter: what
 * counts is when the watcher saw them, so clocks of others do not either. Never throws; a Signal whose parent is unknown
 * or hangs below it stands at the top and says so. Takes time in proportion to the number of Signals, sorting aside.
 */
export function buildTrace(id: string, records: readonly ViewSignal[], isCut = false): Trace {
  const nodes = new Map<string, Node>();
  for (const signal of inOrderOf(records)) {
    const known = nodes.get(signal.id);
    if (known === undefined) nodes.set(signal.id, createNode(signal));
    else known.sightings.push(signal);
  }
  const inOrder = [...nodes.values()];
  for (const node of inOrder) hang(node, nodes);
  cutCycles(inOrder);
  const roots = inOrder.filter(({ parent }) => parent === undefined);
  countBelow(roots);
  let from = Infinity;
  let to = -Infinity;
  for (const { sightings } of inOrder) {
    for (const { at } of sightings) {
      if (at < from) from = at;
      if (at > to) to = at;
    }
  }
  return { id, roots, nodes, inOrder, from: inOrder.length === 0 ? 0 : from, to: inOrder.length === 0 ? 0 : to, isCut };
}

function inOrderOf(records: readonly ViewSignal[]): readonly ViewSignal[] {
  const isSorted = records.every((record, index) => index === 0 || (records[index - 1]?.row ?? 0) < record.row);
  return isSorted ? records : records.toSorted((one, other) => one.row - other.row);
}

function createNode(signal: ViewSignal): Node {
  return {
    id: signal.id,
    signal,
    sightings: [signal],
    parent: undefined,
    children: [],
    place: "root",
    outcomes: isRequest(signal) ? [] : none,
    unanswered: signal.awaits,
    below: 0,
  };
}

function hang(node: Node, nodes: ReadonlyMap<string, Node>): void {
  const { parentId } = node.signal;
  if (parentId === "") return;
  const parent = nodes.get(parentId);
  if (parent === undefined) {
    node.place = "orphan";
    return;
  }
  node.place = "child";
  node.parent = parent;
  parent.children.push(node);
  if (isRequest(parent.signal) && isOutcome(node.signal)) {
    parent.outcomes.push(node);
    parent.unanswered = Math.max(0, parent.unanswered - 1);
  }
}

/** Of each circle, the one that was seen first goes to the top. */
function cutCycles(inOrder: readonly Node[]): void {
  const settled = new Set<Node>();
  for (const start of inOrder) {
    const path = new Set<Node>();
    let node: Node | undefined = start;
    while (node !== undefined && !settled.has(node) && !path.has(node)) {
      path.add(node);
      node = node.parent;
    }
    if (node !== undefined && path.has(node)) cutAt(firstOfCircle(node));
    for (const one of path) settled.add(one);
  }
}

/** Counts from the leaves upwards, without recursion: a trace may be as deep as it is long. */
function countBelow(roots: readonly Node[]): void {
  const order = [...roots];
  for (let index = 0; index < order.length; index += 1) {
    const node = order[index];
    if (node !== undefined) for (const child of node.children) order.push(child);
  }
  for (let index = order.length - 1; index >= 0; index -= 1) {
    const node = order[index];
    if (node?.parent !== undefined) node.parent.below += node.below + 1;
  }
}

function firstOfCircle(start: Node): Node {
  let first = start;
  for (let node = start.parent; node !== undefined && node !== start; node = node.parent) {
    if (node.signal.row < first.signal.row) first = node;
  }
  return first;
}

function cutAt(node: Node): void {
  const siblings = node.parent?.children;
  siblings?.splice(siblings.indexOf(node), 1);
  node.parent = undefined;
  node.place = "cycle";
}

/** What became of a trace. */
export type TraceOutcome = "answered" | "failed" | "stopped" | "abandoned" | "open";

/** A trace on one row. */
export interface TraceSummary {
  readonly id: string;
  /** What started it. */
  readonly start: TraceNode | undefined;
  readonly outcome: TraceOutcome;
  /** The name of the error that it ended with; empty: it did not. */
  readonly code: string;
  /** From its first Signal to its last one, and to now while it is open: milliseconds. */
  readonly durationMs: number;
  /** Signals, each once. */
  readonly signals: number;
  /** Errors and refusals among them. */
  readonly errors: number;
  /** Requests that wait for an outcome, in order. */
  readonly unanswered: readonly Unanswered[];
  /** Everybody who sent one of its Signals or was asked, in order of appearance. */
  readonly participants: readonly string[];
  /** Requests to memory. */
  readonly recalls: number;
  readonly imprints: number;
  /** True if its first Signals are no longer kept. */
  readonly isCut: boolean;
}

/** A request without its outcome. */
export interface Unanswered {
  readonly node: TraceNode;
  /** How long it has waited, milliseconds. */
  readonly ageMs: number;
}

/** A trace on one row, `now` being the watcher's time: milliseconds since 1970. */
export function summarizeTrace(trace: Trace, now: number): TraceSummary {
  const start = trace.roots.find(({ signal }) => isRequest(signal)) ?? trace.roots[0];
  const { outcome, code } = outcomeOf(trace, start);
  const participants = new Set<string>();
  let [errors, recalls, imprints] = [0, 0, 0];
  for (const { signal } of trace.inOrder) {
    participants.add(signal.source);
    for (const id of signal.asked) participants.add(id);
    if (isFailure(signal)) errors += 1;
    if (signal.type === SignalType.RECALL) recalls += 1;
    if (signal.type === SignalType.IMPRINT) imprints += 1;
  }
  return {
    id: trace.id,
    start,
    outcome,
    code,
    durationMs: Math.max(0, (outcome === "open" ? Math.max(now, trace.to) : trace.to) - trace.from),
    signals: trace.inOrder.length,
    errors,
    unanswered: unansweredOf(trace, now),
    participants: [...participants],
    recalls,
    imprints,
    isCut: trace.isCut,
  };
}

/** The requests of a trace without their outcomes, in order, and how long they have waited. */
export function unansweredOf(trace: Trace, now: number): readonly Unanswered[] {
  return trace.inOrder
    .filter(({ unanswered }) => unanswered > 0)
    .map((node) => ({ node, ageMs: Math.max(0, now - node.signal.at) }));
}

const byStatus: readonly (TraceOutcome | undefined)[] = [undefined, "answered", "failed", "stopped", "abandoned"];

function outcomeOf(trace: Trace, start: TraceNode | undefined): { outcome: TraceOutcome; code: string } {
  const final = trace.inOrder.findLast(
    ({ signal: { type, refused } }) => type === SignalType.FINAL && !refused,
  )?.signal;
  if (final !== undefined) {
    const { body } = final.signal;
    const status = body?.$case === "final" ? body.value.status : 0;
    return { outcome: byStatus[status] ?? "answered", code: final.failure };
  }
  if (start === undefined || start.unanswered > 0 || start.outcomes.length === 0) return { outcome: "open", code: "" };
  const failed = start.outcomes.find(({ signal }) => signal.failure !== "");
  return failed === undefined ? { outcome: "answered", code: "" } : { outcome: "failed", code: failed.signal.failure };
}

/** True for a reply that is only a part, with more to come. */
export function isPart({ exchange }: ViewSignal): boolean {
  return exchange === Exchange.PARTIAL;
}

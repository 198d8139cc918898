import { signalToJson, signalTypeName } from "../../signal/index.js";
import { makeHarmless, summarize } from "../../doppler/index.js";
import type { Trace, TraceNode } from "./trace.js";

/** One row of a tree. */
export interface TreeRow {
  readonly node: TraceNode;
  /** How deep it stands: 0 at the top. */
  readonly depth: number;
  /** Its place among its siblings, from 1, and how many they are: what a screen reader says. */
  readonly placeInSet: number;
  readonly setSize: number;
  /** undefined: it has no children. */
  readonly isExpanded: boolean | undefined;
  /** True if it is what was searched for. */
  readonly isMatch: boolean;
  /** How many Signals hang below it, at any depth. */
  readonly below: number;
}

/** What a tree shows. */
export interface TreeOptions {
  /** The ids of those whose children are hidden. Default: none. */
  readonly collapsed?: ReadonlySet<string>;
  /** Shows only those for which it holds, and those above them, whatever is collapsed. */
  readonly search?: (node: TraceNode) => boolean;
}

interface Waiting {
  readonly node: TraceNode;
  readonly depth: number;
  readonly placeInSet: number;
  readonly setSize: number;
}

/** The rows of a trace, each Signal before those below it. Any depth; time in proportion to the number of Signals. */
export function treeRows(trace: Trace, { collapsed, search }: TreeOptions = {}): readonly TreeRow[] {
  const below = countBelow(trace);
  const found = search === undefined ? undefined : findPaths(trace, search);
  const rows: TreeRow[] = [];
  const waiting: Waiting[] = [];
  const wait = (nodes: readonly TraceNode[], depth: number): void => {
    const shown = found === undefined ? nodes : nodes.filter((node) => found.shown.has(node));
    for (let index = shown.length - 1; index >= 0; index -= 1) {
      const node = shown[index];
      if (node !== undefined) waiting.push({ node, depth, placeInSet: index + 1, setSize: shown.length });
    }
  };
  wait(trace.roots, 0);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, depth } = next;
    const isOpen = found === undefined ? collapsed?.has(node.id) !== true : found.above.has(node);
    const hasChildren = node.children.length > 0;
    const isMatch = found?.matches.has(node) ?? false;
    rows.push({ ...next, isExpanded: hasChildren ? isOpen : undefined, isMatch, below: below.get(node) ?? 0 });
    if (isOpen) wait(node.children, depth + 1);
  }
  return rows;
}

/** The nodes of a trace, each one after everything that hangs below it. */
function leavesFirst(trace: Trace): readonly TraceNode[] {
  const order: TraceNode[] = [];
  const waiting = [...trace.roots];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    order.push(node);
    for (const child of node.children) waiting.push(child);
  }
  return order.reverse();
}

function countBelow(trace: Trace): ReadonlyMap<TraceNode, number> {
  const below = new Map<TraceNode, number>();
  for (const node of leavesFirst(trace)) {
    if (node.parent === undefined) continue;
    below.set(node.parent, (below.get(node.parent) ?? 0) + (below.get(node) ?? 0) + 1);
  }
  return below;
}

interface Found {
  readonly matches: ReadonlySet<TraceNode>;
  readonly above: ReadonlySet<TraceNode>;
  readonly shown: ReadonlySet<TraceNode>;
}

function findPaths(trace: Trace, search: (node: TraceNode) => boolean): Found {
  const matches = new Set<TraceNode>();
  const above = new Set<TraceNode>();
  for (const node of trace.inOrder) {
    if (!search(node)) continue;
    matches.add(node);
    for (let one = node.parent; one !== undefined && !above.has(one); one = one.parent) above.add(one);
  }
  return { matches, above, shown: new Set([...matches, ...above]) };
}

/** A search for a text anywhere in a Signal, in capitals or not: its type, its names, what it carries. */
export function searchFor(text: string): (node: TraceNode) => boolean {
  const wanted = text.toLowerCase();
  return ({ signal }) => {
    const { type, source, target, failure, id } = signal;
    const short = `${signalTypeName(type)} ${source} ${target} ${failure} ${id} ${summarize(signal.signal)}`;
    return (
      short.toLowerCase().includes(wanted) ||
      JSON.stringify(signalToJson(signal.signal)).toLowerCase().includes(JSON.stringify(wanted).slice(1, -1))
    );
  };
}

/** What a Signal says, on one line, harmless: contents, key, hits, code and message. */
export function sayOf({ signal, refused }: TraceNode["signal"]): string {
  const said = summarize(signal);
  return makeHarmless(refused === undefined ? said : `refused: ${refused.message} ${said}`).trim();
}

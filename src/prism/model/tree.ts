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
}

/** What a tree shows. */
export interface TreeOptions {
  /** The ids of those whose children are hidden. Default: none. */
  readonly collapsed?: ReadonlySet<string>;
  /** Shows only those for which it holds, and those above them, whatever is collapsed. */
  readonly search?: (node: TraceNode) => boolean;
}

/** Siblings that are shown, and which of them is next. */
interface Level {
  readonly nodes: readonly TraceNode[];
  next: number;
}

/** The rows of a trace, each Signal before those below it. Any depth; time in proportion to the number of Signals. */
export function treeRows(trace: Trace, { collapsed, search }: TreeOptions = {}): readonly TreeRow[] {
  const found = search === undefined ? undefined : findPaths(trace, search);
  const rows: TreeRow[] = [];
  const pick = (nodes: readonly TraceNode[]): readonly TraceNode[] =>
    found === undefined ? nodes : nodes.filter((node) => found.shown.has(node));
  const levels: Level[] = [{ nodes: pick(trace.roots), next: 0 }];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const node = level.nodes[level.next];
    if (node === undefined) {
      levels.pop();
      continue;
    }
    level.next += 1;
    const isOpen = found === undefined ? collapsed?.has(node.id) !== true : found.above.has(node);
    const hasChildren = node.children.length > 0;
    rows.push({
      node,
      depth: levels.length - 1,
      placeInSet: level.next,
      setSize: level.nodes.length,
      isExpanded: hasChildren ? isOpen : undefined,
      isMatch: found?.matches.has(node) ?? false,
    });
    if (isOpen && hasChildren) levels.push({ nodes: pick(node.children), next: 0 });
  }
  return rows;
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

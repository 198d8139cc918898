import { useMemo, useRef, useState } from "preact/hooks";
import { describeGraph, type GraphState } from "../../model/index.js";
import { useFrames, useSize } from "./frames.js";
import { GraphDetails } from "./graph-details.js";
import { GraphLayout } from "./graph-layout.js";
import { GraphNodeMark } from "./graph-node.js";
import { paintTravellers } from "./graph-paint.js";
import { Travel } from "./graph-travel.js";
import { Legend } from "./graph-legend.js";

/** What the live graph shows, and what it tells. */
export interface GraphViewProps {
  readonly graph: GraphState;
  /** Grows when the graph has changed. */
  readonly version: number;
  /** The watcher's time: milliseconds since 1970. */
  readonly now: () => number;
  /** The id of the participant that is selected. */
  readonly selected: string | undefined;
  /** undefined: nobody is selected any more. */
  readonly onSelect: (id: string | undefined) => void;
  /** True for those who asked for reduced motion: nothing moves, edges light up instead. */
  readonly isStill: boolean;
  /** True while the page is paused: the picture stands. */
  readonly isPaused?: boolean;
}

/** How often nodes and edges are painted again, milliseconds; what travels moves in every frame. */
const paintMs = 120;
/** With more participants than this, only the names of the busy and the selected ones stand beside them. */
const namesMax = 60;

/** The live graph: the Synapse in the middle, participants around it by kind, Signals travelling between them. */
export function GraphView({ graph, version, now, selected, onSelect, isStill, isPaused = false }: GraphViewProps) {
  const { ref, width, height } = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const layout = useMemo(() => new GraphLayout(), []);
  const travel = useMemo(() => new Travel(), []);
  const drawn = useRef({ shape: -1, width: 0, height: 0, since: now(), at: 0 });
  const [, setTurn] = useState(0);
  const paintAgain = (): void => setTurn((turn) => turn + 1);

  const state = drawn.current;
  if (width > 0 && (state.shape !== graph.shape || state.width !== width || state.height !== height)) {
    layout.update(graph.nodes, { width, height });
    if (isStill || state.shape === -1 || state.width !== width) layout.settle();
    Object.assign(state, { shape: graph.shape, width, height });
  }

  useFrames(!isPaused, (at) => {
    if (width === 0) return;
    const isMoving = layout.tick();
    if (!isStill) {
      // The same millisecond again: more of it may have come since, and nothing travels twice.
      travel.add(graph.journeysSince(state.since - 1), at);
      state.since = Math.max(state.since, latestOf(graph, state.since));
      paintTravellers(canvas.current, { travel, layout, at });
    }
    if (isMoving || at - state.at > paintMs) {
      state.at = at;
      graph.sweep(now());
      paintAgain();
    }
  });

  const time = now();
  const { nodes } = graph;
  const partners = partnersOf(graph, selected);
  return (
    <div class="graph" data-version={version}>
      <div class="graph-stage">
        <div class="graph-room" ref={ref}>
          <svg class="graph-picture" width={width} height={height} role="group" aria-label={describeGraph(graph, time)}>
            <Edges graph={graph} layout={layout} now={time} isLit={(id) => id === selected || partners.has(id)} />
            <Nodes
              graph={graph}
              layout={layout}
              now={time}
              selected={selected}
              partners={partners}
              onSelect={onSelect}
            />
          </svg>
          <canvas class="graph-travel" ref={canvas} aria-hidden="true" />
          {nodes.length === 1 ? (
            <p class="graph-empty">
              Nobody is here yet. Whoever registers or says something appears around the Synapse.
            </p>
          ) : null}
        </div>
        <Legend hidden={graph.hidden} skipped={travel.skipped} />
      </div>
      <GraphDetails graph={graph} selected={selected} onSelect={onSelect} now={time} />
    </div>
  );
}

interface EdgesProps {
  readonly graph: GraphState;
  readonly layout: GraphLayout;
  readonly now: number;
  readonly isLit: (id: string) => boolean;
}

/** A line from the Synapse to each participant: everything goes over the bus. The hotter, the brighter and wider. */
function Edges({ graph, layout, now, isLit }: EdgesProps) {
  const hub = layout.place("synapse");
  return (
    <g class="graph-edges" aria-hidden="true">
      {graph.nodes.map(({ id, kind }) => {
        const place = layout.place(id);
        if (kind === "synapse" || place === undefined || hub === undefined) return null;
        const heat = graph.heat(id, now);
        const lit = isLit(id);
        const opacity = (lit ? 0.9 : 0.22 + heat * 0.7) * graph.presence(id, now);
        return (
          <line
            key={id}
            class={`graph-edge kind-${kind}`}
            x1={hub.x}
            y1={hub.y}
            x2={place.x}
            y2={place.y}
            stroke-width={(1 + heat * 3 + (lit ? 1 : 0)).toFixed(1)}
            stroke-opacity={opacity.toFixed(2)}
          />
        );
      })}
    </g>
  );
}

interface NodesProps {
  readonly graph: GraphState;
  readonly layout: GraphLayout;
  readonly now: number;
  readonly selected: string | undefined;
  /** Those that the selected one talks to. */
  readonly partners: ReadonlySet<string>;
  readonly onSelect: (id: string | undefined) => void;
}

/** The participants. The tab key reaches one of them, arrows the others. */
function Nodes({ graph, layout, now, selected, partners, onSelect }: NodesProps) {
  const [focused, setFocused] = useState("synapse");
  const { nodes } = graph;
  const stop = graph.node(focused) === undefined ? "synapse" : focused;
  const { radius } = layout;
  return (
    <g
      class="graph-nodes"
      onKeyDown={(event) =>
        moveFocus(
          event,
          nodes.map(({ id }) => id),
        )
      }
    >
      {nodes.map((node) => (
        <GraphNodeMark
          key={node.id}
          node={node}
          place={layout.place(node.id)}
          radius={radius}
          heat={graph.heat(node.id, now)}
          presence={graph.presence(node.id, now)}
          hasName={nodes.length <= namesMax || node.id === selected || graph.heat(node.id, now) > 0.3}
          isSelected={node.id === selected}
          isFaded={selected !== undefined && node.kind !== "synapse" && node.id !== selected && !partners.has(node.id)}
          onSelect={onSelect}
          isTabStop={node.id === stop}
          onFocus={setFocused}
        />
      ))}
    </g>
  );
}

/** Arrows lead from one participant to the next, around the Synapse and back. */
function moveFocus(event: KeyboardEvent, ids: readonly string[]): void {
  const { target, key } = event;
  if (!(target instanceof SVGElement)) return;
  const at = ids.indexOf(target.dataset["node"] ?? "");
  const step = key === "ArrowRight" || key === "ArrowDown" ? 1 : key === "ArrowLeft" || key === "ArrowUp" ? -1 : 0;
  const edge = key === "Home" ? ids[0] : key === "End" ? ids.at(-1) : undefined;
  const id = step === 0 ? edge : ids[(at + step + ids.length) % ids.length];
  if (id === undefined) return;
  event.preventDefault();
  const next = target.closest("svg")?.querySelector(`[data-node="${CSS.escape(id)}"]`);
  if (next instanceof SVGElement) next.focus();
}

function partnersOf(graph: GraphState, selected: string | undefined): ReadonlySet<string> {
  const partners = new Set<string>();
  for (const { from, to } of graph.edges) {
    if (from === selected) partners.add(to);
    if (to === selected) partners.add(from);
  }
  return partners;
}

function latestOf(graph: GraphState, since: number): number {
  return graph.journeysSince(since).reduce((latest, { lastAt }) => Math.max(latest, lastAt), since);
}

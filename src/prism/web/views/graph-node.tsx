import { countOf, type GraphNode } from "../../model/index.js";
import type { Place } from "./graph-layout.js";

/** How a participant stands in the graph. */
export interface GraphNodeMarkProps {
  readonly node: GraphNode;
  readonly place: Place | undefined;
  readonly radius: number;
  /** From 0 to 1. */
  readonly heat: number;
  /** From 0 to 1: below 1 it has left. */
  readonly presence: number;
  readonly hasName: boolean;
  readonly isSelected: boolean;
  /** True if another one is selected that has nothing to do with it. */
  readonly isFaded: boolean;
  readonly onSelect: (id: string | undefined) => void;
  /** True for the one that the tab key reaches; arrows reach the others. */
  readonly isTabStop: boolean;
  /** It has the focus. */
  readonly onFocus: (id: string) => void;
}

const nameMax = 18;

/** A participant: its kind as a shape and in words, what it has to do, and whether it is there. */
export function GraphNodeMark({ node, place, radius, heat, presence, ...rest }: GraphNodeMarkProps) {
  if (place === undefined) return null;
  const { id, kind, leftAt } = node;
  const hasLeft = leftAt !== undefined;
  const size = kind === "synapse" ? Math.max(34, radius * 1.7) : radius;
  const select = (): void => rest.onSelect(rest.isSelected ? undefined : id);
  const marks = [`graph-node kind-${kind}`, rest.isSelected ? "is-selected" : "", hasLeft ? "has-left" : ""];
  const opacity = Math.max(0.12, presence) * (rest.isFaded ? 0.45 : 1);
  const label = labelOf(node);
  return (
    <g class={marks.join(" ").trim()} transform={`translate(${place.x.toFixed(1)} ${place.y.toFixed(1)})`}>
      <path class="graph-ground" d={shapeOf(kind, size)} />
      <g opacity={opacity.toFixed(2)}>
        <circle class="graph-halo" r={(size + 3 + heat * 7).toFixed(1)} opacity={(heat * 0.45).toFixed(2)} />
        <g
          class="graph-button"
          data-node={id}
          tabIndex={rest.isTabStop ? 0 : -1}
          role="button"
          onFocus={() => rest.onFocus(id)}
          aria-pressed={rest.isSelected}
          aria-label={label}
          onClick={select}
          onKeyDown={(event) => {
            if (event.key !== "Enter" && event.key !== " ") return;
            event.preventDefault();
            select();
          }}
        >
          <path class="graph-shape" d={shapeOf(kind, size)} />
          <path class="graph-focus" d={shapeOf(kind, size + 5)} />
        </g>
        <NodeTexts node={node} size={size} hasName={rest.hasName} />
      </g>
    </g>
  );
}

/** What stands in, at and below a shape; a screen reader has it from the label of the shape. */
function NodeTexts({
  node,
  size,
  hasName,
}: {
  readonly node: GraphNode;
  readonly size: number;
  readonly hasName: boolean;
}) {
  const { id, kind, inFlight, errors, leftAt } = node;
  const isLarge = size >= 11;
  return (
    <g class="graph-texts" aria-hidden="true">
      {isLarge ? (
        <text class="graph-letter" dy="0.35em">
          {kind === "synapse" ? "Synapse" : (kind[0] ?? "").toUpperCase()}
        </text>
      ) : null}
      {isLarge && inFlight > 0 ? <Badge class="graph-busy" x={size} y={-size} text={short(inFlight)} /> : null}
      {isLarge && errors > 0 ? <Badge class="graph-wrong" x={-size} y={-size} text={`!${short(errors)}`} /> : null}
      {hasName && kind !== "synapse" ? (
        <text class="graph-name" y={size + 15}>
          {id.length > nameMax ? `${id.slice(0, nameMax - 1)}…` : id}
          {leftAt === undefined ? "" : " (left)"}
        </text>
      ) : null}
    </g>
  );
}

function Badge({
  x,
  y,
  text,
  ...rest
}: {
  readonly class: string;
  readonly x: number;
  readonly y: number;
  readonly text: string;
}) {
  const width = 10 + text.length * 7;
  return (
    <g class={`graph-badge ${rest.class}`} transform={`translate(${x} ${y})`}>
      <rect x={-width / 2} y={-8} width={width} height={16} rx={8} />
      <text dy="0.35em">{text}</text>
    </g>
  );
}

function short(count: number): string {
  return count < 1_000 ? String(count) : count < 100_000 ? `${Math.floor(count / 1_000)}k` : "99k+";
}

function labelOf({ id, kind, role, sent, asked, inFlight, errors, leftAt }: GraphNode): string {
  const left = leftAt === undefined ? "" : ", left";
  const of = role === "" ? "" : ` (${role})`;
  return `${kind} ${id}${of}${left}: ${countOf(sent, "Signal")} sent, asked ${countOf(asked, "time")}, ${inFlight} in work, ${countOf(errors, "error")}`;
}

/** A shape for each kind, so that none is told by its colour alone. */
function shapeOf(kind: GraphNode["kind"], size: number): string {
  const at = (turns: number, reach = size): string =>
    `${(Math.cos(turns * 2 * Math.PI) * reach).toFixed(1)},${(Math.sin(turns * 2 * Math.PI) * reach).toFixed(1)}`;
  switch (kind) {
    case "synapse":
      return `M${[0, 1, 2, 3, 4, 5].map((corner) => at(corner / 6 + 1 / 12)).join("L")}Z`;
    case "dendrite":
      return `M${-size},0a${size},${size} 0 1,0 ${2 * size},0a${size},${size} 0 1,0 ${-2 * size},0Z`;
    case "neuron":
      return `M${[0, 1, 2, 3].map((corner) => at(corner / 4, size * 1.12)).join("L")}Z`;
    case "engram": {
      // A drum: what stores.
      const [half, cap] = [size * 0.9, size * 0.28];
      const top = -size * 0.8;
      const arc = `a${half},${cap} 0 1,`;
      return `M${-half},${top}${arc}1 ${2 * half},0V${size * 0.8}${arc}1 ${-2 * half},0ZM${-half},${top}${arc}0 ${2 * half},0`;
    }
  }
}

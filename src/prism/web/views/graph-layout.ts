import { forceCollide, forceSimulation, forceX, forceY, type Simulation, type SimulationNodeDatum } from "d3-force";
import type { ParticipantKind } from "../../model/index.js";

/** What is placed. */
export interface Placeable {
  readonly id: string;
  readonly kind: ParticipantKind;
}

/** Where something stands: its centre, in pixels from the upper left corner. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

interface Body extends SimulationNodeDatum {
  readonly id: string;
  readonly kind: ParticipantKind;
  targetX: number;
  targetY: number;
}

/** The kinds clockwise, the first of them in the middle of the left side. */
const kinds = ["dendrite", "neuron", "engram"] as const;
/** Room between two kinds, in turns. */
const between = 0.05;

/**
 * Places participants around the Synapse, those of a kind together: who asks on the left, then clockwise Neurons
 * and Engrams. Whoever has a place keeps near it when others come and go. The same nodes in the same order get
 * the same places.
 */
export class GraphLayout {
  readonly #bodies = new Map<string, Body>();
  readonly #simulation: Simulation<Body, undefined>;
  #width = 0;
  #height = 0;

  constructor() {
    this.#simulation = forceSimulation<Body>([])
      .force("x", forceX<Body>(({ targetX }) => targetX).strength(0.35))
      .force("y", forceY<Body>(({ targetY }) => targetY).strength(0.35))
      .stop();
  }

  /** The radius of a node, pixels: smaller the more there are. */
  get radius(): number {
    const count = this.#bodies.size;
    return count <= 24 ? 22 : count <= 60 ? 16 : count <= 120 ? 11 : 7;
  }

  /** Takes the nodes that are there, and the room that they have in pixels. */
  update(nodes: readonly Placeable[], { width, height }: { readonly width: number; readonly height: number }): void {
    this.#width = width;
    this.#height = height;
    const known = new Set(nodes.map(({ id }) => id));
    for (const id of [...this.#bodies.keys()]) if (!known.has(id)) this.#bodies.delete(id);
    for (const { id, kind } of nodes) {
      const body = this.#bodies.get(id);
      if (body?.kind === kind) continue;
      this.#bodies.set(id, { ...body, id, kind, targetX: width / 2, targetY: height / 2 });
    }
    this.#aim();
    const gap = this.radius * 2 + (this.#bodies.size <= 60 ? 14 : 4);
    this.#simulation
      .nodes([...this.#bodies.values()])
      .force(
        "collide",
        forceCollide<Body>(({ kind }) => (kind === "synapse" ? this.radius * 2.6 : gap / 1.6)),
      )
      .alpha(0.9);
  }

  /** Moves everything a step. True while it still moves. */
  tick(): boolean {
    this.#simulation.tick();
    for (const body of this.#bodies.values()) this.#keepInside(body);
    return this.#simulation.alpha() > 0.02;
  }

  /** Moves everything to where it comes to rest. */
  settle(): void {
    while (this.tick());
  }

  /** Where a node stands; undefined: it is none of those that were given. */
  place(id: string): Place | undefined {
    const body = this.#bodies.get(id);
    return body === undefined ? undefined : { x: body.x ?? body.targetX, y: body.y ?? body.targetY };
  }

  #aim(): void {
    const [middleX, middleY] = [this.#width / 2, this.#height / 2];
    for (const body of this.#bodies.values()) {
      if (body.kind !== "synapse") continue;
      body.targetX = middleX;
      body.targetY = middleY;
      body.fx = middleX;
      body.fy = middleY;
    }
    const groups = kinds.map((kind) => [...this.#bodies.values()].filter((body) => body.kind === kind));
    // The root, so that a kind of many does not leave the others without room, nor move them for each newcomer.
    const shares = groups.map(({ length }) => (length === 0 ? 0 : 1 + Math.sqrt(length)));
    const all = shares.reduce((sum, share) => sum + share, 0);
    const open = 1 - between * shares.filter((share) => share > 0).length;
    let end = 0.5 - ((shares[0] ?? 0) / Math.max(1, all)) * (open / 2);
    for (const [index, bodies] of groups.entries()) {
      if (bodies.length === 0) continue;
      const room = ((shares[index] ?? 0) / all) * open;
      const middle = end + room / 2;
      end += room + between;
      const rings = bodies.length <= 8 ? 1 : bodies.length <= 24 ? 2 : bodies.length <= 60 ? 3 : 5;
      const perRing = Math.ceil(bodies.length / rings);
      bodies.forEach((body, count) => {
        const ring = count % rings;
        const slot = Math.floor(count / rings);
        const arc = Math.min(room, 0.09 * perRing);
        const part = perRing === 1 ? 0 : (slot + (ring % 2) / 2) / perRing - 0.5 + 0.5 / perRing;
        const angle = (middle + part * arc) * 2 * Math.PI;
        // The outer ring reaches nearly to the edge of the room, whatever its form.
        const reach = rings === 1 ? 0.9 : 0.52 + (0.42 * ring) / (rings - 1);
        body.targetX = middleX + Math.cos(angle) * reach * (middleX - this.#marginX);
        body.targetY = middleY + Math.sin(angle) * reach * (middleY - this.#marginY);
        body.x ??= body.targetX;
        body.y ??= body.targetY;
      });
    }
  }

  get #marginX(): number {
    return Math.min(this.#width / 4, this.radius + 48);
  }

  get #marginY(): number {
    return Math.min(this.#height / 4, this.radius + 30);
  }

  #keepInside(body: Body): void {
    const [marginX, marginY] = [this.#marginX, this.#marginY];
    body.x = Math.min(this.#width - marginX, Math.max(marginX, body.x ?? body.targetX));
    body.y = Math.min(this.#height - marginY, Math.max(marginY, body.y ?? body.targetY));
  }
}

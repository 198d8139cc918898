import { Exchange } from "../../../gen/cosmonapse/v1/options.js";
import { SignalType } from "../../../gen/cosmonapse/v1/signal.js";
import { SYNAPSE_SOURCE } from "../../signal/index.js";
import { isFailure, isOutcome, type ViewRecord, type ViewSignal } from "./records.js";
import type { GraphEdge, GraphNode, Journey } from "./graph-types.js";
import { heatOf, warm } from "./heat.js";
import { Journeys } from "./journeys.js";
import { Roster, type ParticipantKind } from "./roster.js";

/** How much of a graph is kept. */
export interface GraphOptions {
  /** Participants, the Synapse aside. Default: 300; who was still for the longest time makes room. */
  readonly nodesMax?: number;
  /** Journeys. Default: 2,000; the oldest is forgotten. */
  readonly journeysMax?: number;
}

interface Node extends GraphNode {
  kind: ParticipantKind;
  role: string;
  capabilities: readonly string[];
  lastAt: number;
  sent: number;
  asked: number;
  errors: number;
  inFlight: number;
  leftAt: number | undefined;
  heat: number;
}

interface Edge extends GraphEdge {
  requests: number;
  errors: number;
  lastAt: number;
  heat: number;
}

/** A participant that left is shown for so long, fading: milliseconds. */
const fadeMs = 20_000;
/**
 * Who is there and who talks to whom. Show it every record, in order. Its size is bounded; those that had to make room
 * are counted in `hidden`.
 */
export class GraphState {
  readonly #nodesMax: number;
  readonly #journeys: Journeys;
  readonly #roster = new Roster();
  readonly #nodes = new Map<string, Node>();
  readonly #edges = new Map<string, Edge>();
  #version = 0;
  #shape = 0;
  #hidden = 0;

  constructor({ nodesMax = 300, journeysMax = 2_000 }: GraphOptions = {}) {
    this.#nodesMax = Math.max(1, nodesMax);
    this.#journeys = new Journeys(journeysMax);
    this.#nodes.set(SYNAPSE_SOURCE, createNode(SYNAPSE_SOURCE, "synapse", 0));
  }

  /** Grows with each batch. */
  get version(): number {
    return this.#version;
  }

  /** Grows when somebody came or left, or talks to somebody new: then a layout is to be computed again. */
  get shape(): number {
    return this.#shape;
  }

  /** How many participants had to make room. */
  get hidden(): number {
    return this.#hidden;
  }

  /** What participants are. */
  get roster(): Pick<Roster, "kind"> {
    return this.#roster;
  }

  /** The participants, the Synapse first, then as they came. */
  get nodes(): readonly GraphNode[] {
    return [...this.#nodes.values()];
  }

  /** A participant; undefined: it is not shown. */
  node(id: string): GraphNode | undefined {
    return this.#nodes.get(id);
  }

  /** Who asked whom. */
  get edges(): readonly GraphEdge[] {
    return [...this.#edges.values()];
  }

  /** The journeys of which something was seen after an instant, as they began. */
  journeysSince(at: number): readonly Journey[] {
    return this.#journeys.since(at);
  }

  /** How hot a participant is, or an edge by its id, from 0 to 1: what it had to do lately. */
  heat(id: string, now: number): number {
    const one = this.#nodes.get(id) ?? this.#edges.get(id);
    if (one === undefined) return 0;
    return heatOf(one, now);
  }

  /** How visible a participant is: 1, and less the longer ago it left. */
  presence(id: string, now: number): number {
    const leftAt = this.#nodes.get(id)?.leftAt;
    return leftAt === undefined ? 1 : Math.max(0, 1 - (now - leftAt) / fadeMs);
  }

  /** Takes records over. */
  observe(records: readonly ViewRecord[]): void {
    for (const record of records) if (record.kind === "signal") this.#take(record);
    this.#version += 1;
  }

  /** Forgets those that left so long ago that they are no longer visible. */
  sweep(now: number): void {
    for (const { id, leftAt } of [...this.#nodes.values()]) {
      if (leftAt !== undefined && now - leftAt > fadeMs) this.#remove(id);
    }
  }

  #take(signal: ViewSignal): void {
    this.#roster.observe(signal);
    const { type, at, source } = signal;
    if (type === SignalType.REGISTER) this.#register(signal);
    else if (type === SignalType.DEREGISTER) this.#deregister(signal);
    else if (type !== SignalType.HEARTBEAT) {
      const node = this.#touch(source, at);
      node.sent += 1;
      if (isFailure(signal)) node.errors += 1;
      if (signal.exchange === Exchange.REQUEST) this.#depart(signal);
      else if (isOutcome(signal) || signal.exchange === Exchange.PARTIAL) this.#return(signal);
    }
  }

  #register({ at, signal: { body } }: ViewSignal): void {
    if (body?.$case !== "register") return;
    const { id, kind, capabilities } = body.value;
    const node = this.#touch(id, at);
    if (node.leftAt !== undefined) this.#shape += 1;
    node.leftAt = undefined;
    node.role = kind;
    node.capabilities = capabilities;
  }

  #deregister({ at, signal: { body } }: ViewSignal): void {
    const node = body?.$case === "deregister" ? this.#nodes.get(body.value.id) : undefined;
    if (node === undefined) return;
    node.leftAt = at;
    this.#shape += 1;
  }

  #depart(request: ViewSignal): void {
    const { at, source } = request;
    const { journey, names } = this.#journeys.depart(request);
    for (const id of journey.to) {
      this.#touch(id, at).asked += 1;
      const edge = this.#edge(source, id);
      edge.requests += 1;
      warm(edge, at);
    }
    this.#touch(SYNAPSE_SOURCE, at);
    this.#addInFlight(names, 1);
    this.#addInFlight(this.#journeys.makeRoom(), -1);
  }

  #return(reply: ViewSignal): void {
    const change = this.#journeys.arrive(reply);
    if (change === undefined) return;
    const { journey, names } = change;
    const { source, at, failure } = reply;
    this.#addInFlight(names, -1);
    for (const id of journey.to) {
      const edge = this.#edges.get(`${journey.from} ${id}`);
      if (edge === undefined || (source !== id && !names.includes(id))) continue;
      warm(edge, at);
      if (failure !== "") edge.errors += 1;
    }
  }

  #addInFlight(names: readonly string[], count: number): void {
    for (const id of names) {
      const node = this.#nodes.get(id);
      if (node !== undefined) node.inFlight = Math.max(0, node.inFlight + count);
    }
  }

  #touch(id: string, at: number): Node {
    let node = this.#nodes.get(id);
    const kind = this.#roster.kind(id);
    if (node === undefined) {
      node = createNode(id, kind, at);
      this.#nodes.set(id, node);
      this.#shape += 1;
      this.#makeRoom(id);
    }
    if (node.kind !== kind) {
      node.kind = kind;
      this.#shape += 1;
    }
    warm(node, at);
    return node;
  }

  #edge(from: string, to: string): Edge {
    const id = `${from} ${to}`;
    let edge = this.#edges.get(id);
    if (edge === undefined) {
      edge = { id, from, to, requests: 0, errors: 0, lastAt: 0, heat: 0 };
      this.#edges.set(id, edge);
      this.#shape += 1;
    }
    return edge;
  }

  #makeRoom(newcomer: string): void {
    if (this.#nodes.size - 1 <= this.#nodesMax) return;
    let still: Node | undefined;
    for (const node of this.#nodes.values()) {
      if (node.kind === "synapse" || node.id === newcomer) continue;
      if (still === undefined || node.lastAt < still.lastAt) still = node;
    }
    if (still === undefined) return;
    this.#remove(still.id);
    this.#hidden += 1;
  }

  #remove(id: string): void {
    this.#nodes.delete(id);
    for (const edge of [...this.#edges.values()]) {
      if (edge.from === id || edge.to === id) this.#edges.delete(edge.id);
    }
    this.#shape += 1;
  }
}

function createNode(id: string, kind: ParticipantKind, at: number): Node {
  const counts = { sent: 0, asked: 0, errors: 0, inFlight: 0, heat: 0 };
  return { id, kind, role: "", capabilities: [], lastAt: at, leftAt: undefined, ...counts };
}

import { Exchange } from "../../../gen/cosmonapse/v1/options.js";
import { clip, makeHarmless } from "../../doppler/index.js";
import { SYNAPSE_SOURCE, signalTypeName } from "../../signal/index.js";
import type { ViewGap } from "./records.js";
import { participantKinds, type ParticipantKind, type Roster } from "./roster.js";
import type { Trace, TraceNode } from "./trace.js";
import { sayOf } from "./tree.js";

/** A column: one participant. */
export interface Lane {
  readonly id: string;
  readonly kind: ParticipantKind;
  /** How many arrows begin or end there. */
  readonly uses: number;
}

/** A line of a diagram. */
export type SequenceStep = SequenceArrow | SequenceNote;

/** A Signal on its way from one lane to another. */
export interface SequenceArrow {
  readonly kind: "arrow";
  readonly node: TraceNode;
  /** The indexes of its lanes; the same: it asked itself. */
  readonly from: number;
  readonly to: number;
  /** `request`, a `reply` or a part of one, or neither. */
  readonly way: "request" | "reply" | "other";
  /** When it was seen. */
  readonly at: number;
  readonly hasFailed: boolean;
  /** Of a request: it waits for an outcome. */
  readonly isOpen: boolean;
  /** Which attempt, from 1; 0: not said. */
  readonly attempt: number;
}

/** What is missing there. */
export interface SequenceNote {
  readonly kind: "note";
  readonly gap: ViewGap;
  readonly at: number;
}

/** A trace as a diagram: who said what to whom, downwards. */
export interface Sequence {
  /** Who asks, the bus, who answers, memory; of one kind, those that appeared first before the others. */
  readonly lanes: readonly Lane[];
  readonly steps: readonly SequenceStep[];
}

/** What a diagram needs beside its trace. */
export interface SequenceOptions {
  readonly roster: Pick<Roster, "kind">;
  /** Gaps; those between the first and the last Signal of the trace are shown. Default: none. */
  readonly gaps?: readonly ViewGap[];
}

interface Draft {
  readonly node: TraceNode;
  readonly from: string;
  readonly to: string;
  readonly at: number;
  readonly row: number;
  readonly attempt: number;
}

/** The diagram of a trace. A request to several is one arrow to each; each attempt has its own. */
export function buildSequence(trace: Trace, { roster, gaps = [] }: SequenceOptions): Sequence {
  const drafts = trace.inOrder.flatMap((node) =>
    node.sightings.flatMap((sighting) =>
      targetsOf(node, sighting.asked, trace).map((to) => {
        const { source: from, at, row, attempt } = sighting;
        return { node, from, to, at, row, attempt };
      }),
    ),
  );
  drafts.sort((one, other) => one.row - other.row);
  const lanes = lanesOf(drafts, roster);
  const indexes = new Map(lanes.map(({ id }, index) => [id, index]));
  const steps: SequenceStep[] = [];
  const first = drafts[0]?.row ?? Infinity;
  const last = drafts.at(-1)?.row ?? -Infinity;
  const waiting = gaps.filter(({ row }) => row > first && row < last);
  let next = 0;
  for (const draft of drafts) {
    for (let gap = waiting[next]; gap !== undefined && gap.row < draft.row; gap = waiting[next]) {
      steps.push({ kind: "note", gap, at: gap.at });
      next += 1;
    }
    steps.push(showArrow(draft, indexes));
  }
  return { lanes, steps };
}

function targetsOf({ signal, parent }: TraceNode, asked: readonly string[], trace: Trace): readonly string[] {
  const { exchange, target } = signal;
  if (exchange === Exchange.REQUEST) return asked.length > 0 ? asked : [target === "" ? SYNAPSE_SOURCE : target];
  if (exchange === Exchange.REPLY || exchange === Exchange.PARTIAL) return [parent?.signal.source ?? SYNAPSE_SOURCE];
  // What the Synapse says to nobody in particular, a FINAL for example, is for who opened the trace.
  if (signal.source === SYNAPSE_SOURCE) return [trace.inOrder[0]?.signal.source ?? SYNAPSE_SOURCE];
  return [SYNAPSE_SOURCE];
}

function lanesOf(drafts: readonly Draft[], roster: Pick<Roster, "kind">): readonly Lane[] {
  const uses = new Map<string, number>();
  for (const { from, to } of drafts) {
    uses.set(from, (uses.get(from) ?? 0) + 1);
    if (to !== from) uses.set(to, (uses.get(to) ?? 0) + 1);
  }
  const lanes = [...uses].map(([id, count]) => ({ id, kind: roster.kind(id), uses: count }));
  return participantKinds.flatMap((kind) => lanes.filter((lane) => lane.kind === kind));
}

function showArrow({ node, from, to, at, attempt }: Draft, indexes: ReadonlyMap<string, number>): SequenceArrow {
  const { signal } = node;
  const isReply = signal.exchange === Exchange.REPLY || signal.exchange === Exchange.PARTIAL;
  return {
    kind: "arrow",
    node,
    from: indexes.get(from) ?? 0,
    to: indexes.get(to) ?? 0,
    way: signal.awaits > 0 ? "request" : isReply ? "reply" : "other",
    at,
    hasFailed: signal.failure !== "",
    isOpen: node.unanswered > 0,
    attempt,
  };
}

const labelMax = 80;
const stepsMax = 5_000;

/**
 * A diagram as the text of Mermaid. Names and contents are quoted so that nothing in them is read as Mermaid. Of more
 * than 5,000 steps the first ones are written, and a note counts the others.
 */
export function toMermaid({ lanes, steps }: Sequence): string {
  const lines = ["sequenceDiagram"];
  lanes.forEach(({ id, kind }, index) => lines.push(`  participant P${index} as ${quote(id)} (${kind})`));
  for (const step of steps.slice(0, stepsMax)) {
    if (step.kind === "note") {
      const { missed, reason } = step.gap;
      lines.push(`  Note over ${span(lanes)}: ${quote(`${missed ?? "some"} Signals not shown (${reason})`)}`);
      continue;
    }
    const arrow = step.hasFailed ? "--x" : step.way === "request" ? "->>" : step.way === "reply" ? "-->>" : "-)";
    const { signal } = step.node;
    const said = `${signalTypeName(signal.type)} ${sayOf(signal)}`.trim();
    lines.push(`  P${step.from}${arrow}P${step.to}: ${quote(said)}`);
    if (step.isOpen) lines.push(`  Note over P${step.to}: no answer yet`);
  }
  if (steps.length > stepsMax) lines.push(`  Note over ${span(lanes)}: ${steps.length - stepsMax} more steps`);
  return `${lines.join("\n")}\n`;
}

function span(lanes: readonly Lane[]): string {
  return lanes.length > 1 ? `P0,P${lanes.length - 1}` : "P0";
}

/** Text that Mermaid shows and does not read: what has a meaning there becomes the number of its character. */
function quote(text: string): string {
  const short = Array.from(clip(makeHarmless(text), labelMax));
  const shown = short.map((sign) => (/[#;:<>"'`%{}\\|&[\]()]/.test(sign) ? `#${sign.codePointAt(0)};` : sign)).join("");
  return shown.trim() === "" ? "-" : shown;
}

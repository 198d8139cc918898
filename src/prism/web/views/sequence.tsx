import { describeGap } from "../../../doppler/index.js";
import { signalTypeName } from "../../../signal/index.js";
import {
  buildSequence,
  describeSequence,
  sayOf,
  type Sequence,
  type SequenceArrow,
  type SequenceStep,
  type Trace,
} from "../../model/index.js";
import { Rows } from "../rows/rows.js";
import type { Session } from "../state/session.js";
import { OneTrace } from "./one-trace.js";

const rowHeight = 34;

/** A trace as a diagram: a lane for each participant, an arrow for each Signal, downwards. */
export function SequenceView({ session }: { readonly session: Session }) {
  return (
    <OneTrace session={session} label="Sequence diagram">
      {(trace) => <Diagram session={session} trace={trace} />}
    </OneTrace>
  );
}

function Diagram({ session, trace }: { readonly session: Session; readonly trace: Trace }) {
  const sequence = buildSequence(trace, { roster: session.seen.graph.roster });
  const { lanes, steps } = sequence;
  const { signal } = session.address.value;
  return (
    <div class="sequence" style={{ "--lanes": String(Math.max(1, lanes.length)) }}>
      <p class="view-text">{describeSequence(sequence)}</p>
      <div class="lanes" aria-hidden="true">
        {lanes.map(({ id, kind }) => (
          <span key={id} class={`lane kind-${kind}`} title={`${id}, ${kind}`}>
            {id}
          </span>
        ))}
      </div>
      <Rows
        label="Messages, in order"
        count={steps.length}
        height={rowHeight}
        selected={steps.findIndex((step) => step.kind === "arrow" && step.node.id === signal)}
        empty="Nothing of it is kept."
        canSelect={(index) => steps[index]?.kind === "arrow"}
        onSelect={(index) => {
          const step = steps[index];
          if (step?.kind === "arrow") session.select({ signal: step.node.id, trace: trace.id });
        }}
        text={(index) => textOf(steps[index], sequence)}
        row={(index) => <Step step={steps[index]} lanes={lanes.length} />}
      />
    </div>
  );
}

function Step({ step, lanes }: { readonly step: SequenceStep | undefined; readonly lanes: number }) {
  if (step === undefined) return null;
  if (step.kind === "note") return <span class="line-gap">{describeGap(step.gap)}</span>;
  const { from, to, way, hasFailed, isOpen, node } = step;
  const centre = (lane: number): number => ((lane + 0.5) / lanes) * 100;
  const isBack = to < from;
  const isSelf = from === to;
  const left = Math.min(centre(from), centre(to));
  const width = isSelf ? 50 / lanes : Math.abs(centre(to) - centre(from));
  const marks = `${hasFailed ? " is-failed" : ""}${isOpen ? " is-open" : ""}${isBack ? " is-back" : ""}`;
  return (
    <span class="step">
      {Array.from({ length: lanes }, (_, lane) => (
        <span key={lane} class="step-lane" style={{ left: `${centre(lane)}%` }} />
      ))}
      <span class={`arrow way-${way}${marks}`} style={{ left: `${left}%`, width: `${width}%` }} />
      <span class={`arrow-text${marks}`} style={{ left: `${left}%`, minWidth: `${width}%` }}>
        <strong>{signalTypeName(node.signal.type)}</strong> {sayOf(node.signal)}
      </span>
    </span>
  );
}

function textOf(step: SequenceStep | undefined, { lanes }: Sequence): string {
  if (step === undefined) return "";
  if (step.kind === "note") return describeGap(step.gap);
  const name = (lane: SequenceArrow["from"]): string => lanes[lane]?.id ?? "";
  const open = step.isOpen ? ", without an answer" : "";
  return `${name(step.from)} to ${name(step.to)}: ${signalTypeName(step.node.signal.type)} ${sayOf(step.node.signal)}${open}`;
}

import { useState } from "preact/hooks";
import { signalTypeName } from "../../../signal/index.js";
import {
  countOf,
  describeTrace,
  durationText,
  listTraces,
  sayOf,
  type TraceOrder,
  type TraceSummary,
} from "../../model/index.js";
import { Rows } from "../rows/rows.js";
import type { Session } from "../state/session.js";

const rowHeight = 44;

/** A row for each trace: what started it, how long it took, what became of it. Errors first, if one likes. */
export function TracesView({ session }: { readonly session: Session }) {
  const [order, setOrder] = useState<TraceOrder>("errors");
  void session.version.value;
  const { store, traces } = session.seen;
  const ids = listTraces(store, order);
  const { trace } = session.address.value;
  const summary = (index: number): TraceSummary | undefined => {
    const id = ids[index];
    return id === undefined ? undefined : traces.summary(id, session.now());
  };
  return (
    <section class="view" aria-label="Traces">
      <fieldset class="choices">
        <legend>Order</legend>
        {(["errors", "newest"] as const).map((one) => (
          <label key={one}>
            <input type="radio" name="order" checked={one === order} onChange={() => setOrder(one)} />
            <span>{one === "errors" ? "Errors first" : "Newest first"}</span>
          </label>
        ))}
      </fieldset>
      <Rows
        label="Traces"
        count={ids.length}
        height={rowHeight}
        selected={ids.indexOf(trace)}
        empty="No trace yet. A TASK begins one."
        onSelect={(index) => session.select({ trace: ids[index] ?? "", signal: "" })}
        text={(index) => {
          const one = summary(index);
          return one === undefined ? "" : describeTrace(one);
        }}
        row={(index) => <TraceLine summary={summary(index)} />}
      />
    </section>
  );
}

function TraceLine({ summary }: { readonly summary: TraceSummary | undefined }) {
  if (summary === undefined) return null;
  const { start, outcome, code, durationMs, signals, unanswered, recalls, imprints, id } = summary;
  const waiting = unanswered[0];
  return (
    <span class="trace-line">
      <span class={`outcome is-${outcome}`}>{code === "" ? outcome : code}</span>
      <span class="trace-what">
        <span>
          <strong>{start === undefined ? "…" : signalTypeName(start.signal.type)}</strong>
          {start === undefined
            ? ""
            : ` ${start.signal.source} → ${start.signal.asked.join(", ") || start.signal.target}`}
        </span>
        <span class="trace-said">{start === undefined ? "" : sayOf(start.signal)}</span>
      </span>
      <span class="is-number">{durationText(durationMs)}</span>
      <span class="is-number trace-signals">{countOf(signals, "Signal")}</span>
      <span class="is-number trace-memory">
        {recalls + imprints === 0 ? "" : `${countOf(recalls, "recall")}, ${countOf(imprints, "imprint")}`}
      </span>
      <span class="is-number trace-waits">
        {waiting === undefined ? "" : `${unanswered.length} unanswered, ${durationText(waiting.ageMs)}`}
      </span>
      <span class="line-trace">{id.slice(-8)}</span>
    </span>
  );
}

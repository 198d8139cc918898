import type { ComponentChildren } from "preact";
import { describeTrace, summarizeTrace, type Trace } from "../../model/index.js";
import type { Session } from "../state/session.js";

/** What views of one trace have in common: the trace that is selected, or the newest one, and a sentence about it. */
export function OneTrace({ session, label, children }: OneTraceProps) {
  void session.version.value;
  const trace = shownTrace(session);
  if (trace === undefined) {
    return (
      <section class="view" aria-label={label}>
        <p class="rows-empty">No trace yet. A TASK begins one; it is shown here.</p>
      </section>
    );
  }
  return (
    <section class="view" aria-label={label}>
      <p class="view-text">
        <code>{trace.id.slice(-8)}</code> {describeTrace(summarizeTrace(trace, session.now()))}
      </p>
      {children(trace)}
    </section>
  );
}

interface OneTraceProps {
  readonly session: Session;
  readonly label: string;
  readonly children: (trace: Trace) => ComponentChildren;
}

function shownTrace({ seen: { store, traces }, address }: Session): Trace | undefined {
  const selected = traces.trace(address.value.trace);
  if (selected !== undefined) return selected;
  const newest = [...store.traces.keys()].at(-1);
  return newest === undefined ? undefined : traces.trace(newest);
}

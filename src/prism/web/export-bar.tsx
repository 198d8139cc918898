import { buildSequence, toMermaid, toNdjson } from "../model/index.js";
import type { Session } from "./state/session.js";

/** What can be taken along: what the filter shows, and the trace that is selected, as a recording or a diagram. */
export function ExportBar({ session }: { readonly session: Session }) {
  void session.version.value;
  const { store, traces, graph, filtered } = session.seen;
  const trace = traces.trace(session.address.value.trace);
  return (
    <section class="actions export" aria-label="Export">
      {trace === undefined ? null : (
        <>
          <button
            type="button"
            onClick={() => save(`${trace.id}.ndjson`, toNdjson(store.traces.get(trace.id)?.records.slice() ?? []))}
          >
            Export trace
          </button>
          <button
            type="button"
            onClick={() => save(`${trace.id}.mmd`, [toMermaid(buildSequence(trace, { roster: graph.roster }))])}
          >
            Export diagram
          </button>
        </>
      )}
      <button type="button" onClick={() => save("prism.ndjson", toNdjson(filtered.rows.slice()))}>
        Export view
      </button>
    </section>
  );
}

/** For how long a file can still be read by the browser that saves it, milliseconds. */
const keptMs = 60_000;

/** Saves lines as a file: a recording, or a diagram in the language of Mermaid. */
function save(name: string, lines: Iterable<string>): void {
  const type = name.endsWith(".mmd") ? "text/vnd.mermaid" : "application/x-ndjson";
  const url = URL.createObjectURL(new Blob([...lines], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(url), keptMs);
}

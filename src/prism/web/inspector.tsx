import { useState } from "preact/hooks";
import { makeHarmless } from "../../doppler/index.js";
import { signalToJson } from "../../signal/index.js";
import { buildSequence, commandFor, durationText, toMermaid, toNdjson, type ViewSignal } from "../model/index.js";
import type { Session } from "./state/session.js";
import { TypeMark } from "./rows/type-mark.js";

/** The Signal that is selected: what it says, raw and pretty, and what can be copied of it. */
export function Inspector({ session }: { readonly session: Session }) {
  const [form, setForm] = useState<"pretty" | "raw" | "bytes">("pretty");
  void session.version.value;
  const { signal: id, trace } = session.address.value;
  const signal = session.seen.store.signal(id);
  return (
    <aside class="inspector" aria-label="Selected Signal">
      {signal === undefined ? (
        <p class="rows-empty">Select a Signal to read what it says.</p>
      ) : (
        <>
          <h2>
            <TypeMark type={signal.type} hasFailed={signal.failure !== ""} /> {signal.source}
            {signal.target === "" ? "" : ` → ${signal.target}`}
          </h2>
          <Facts signal={signal} session={session} />
          <fieldset class="choices">
            <legend>Form</legend>
            {(["pretty", "raw", "bytes"] as const).map((one) => (
              <label key={one}>
                <input type="radio" name="form" checked={one === form} onChange={() => setForm(one)} />
                <span>{one}</span>
              </label>
            ))}
          </fieldset>
          <pre class="payload" tabIndex={0} aria-label="What the Signal says">
            {textOf(signal, form)}
          </pre>
        </>
      )}
      <Actions session={session} signal={signal} traceId={trace} />
    </aside>
  );
}

const shownMax = 200_000;

function textOf(signal: ViewSignal, form: "pretty" | "raw" | "bytes"): string {
  if (form === "bytes") {
    const hex = Array.from(signal.bytes.subarray(0, 20_000), (byte) => byte.toString(16).padStart(2, "0"));
    const rows = Array.from({ length: Math.ceil(hex.length / 16) }, (_, row) =>
      hex.slice(row * 16, row * 16 + 16).join(" "),
    );
    return `${signal.bytes.length} bytes\n${rows.join("\n")}${signal.bytes.length > 20_000 ? "\n…" : ""}`;
  }
  const text = JSON.stringify(signalToJson(signal.signal), undefined, form === "pretty" ? 2 : 0);
  const shown = text.slice(0, shownMax).split("\n").map(harmlessLine).join("\n");
  return text.length > shownMax ? `${shown}\n… ${text.length - shownMax} more characters; export has them all` : shown;
}

/** A line with its indent. */
function harmlessLine(line: string): string {
  const indent = line.length - line.trimStart().length;
  return line.slice(0, indent) + makeHarmless(line.slice(indent));
}

function Facts({ signal, session }: { readonly signal: ViewSignal; readonly session: Session }) {
  const parent = session.seen.store.signal(signal.parentId);
  const rows: readonly (readonly [string, string])[] = [
    ["seen", new Date(signal.at).toISOString().slice(11, 23)],
    ["trace", signal.traceId],
    ["id", signal.id],
    ["parent", parent === undefined ? signal.parentId : `${durationText(signal.at - parent.at)} after ${parent.id}`],
    ["asked", signal.asked.join(", ")],
    ["attempt", signal.attempt > 1 ? String(signal.attempt) : ""],
    ["error", signal.failure],
    ["refused", signal.refused?.message ?? ""],
    ["redacted", signal.redactions === 0 ? "" : `${signal.redactions} secrets`],
    ["size", `${signal.bytes.length} bytes`],
  ];
  return (
    <dl class="facts">
      {rows
        .filter(([, value]) => value !== "")
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{makeHarmless(value)}</dd>
          </div>
        ))}
    </dl>
  );
}

interface ActionsProps {
  readonly session: Session;
  readonly signal: ViewSignal | undefined;
  readonly traceId: string;
}

function Actions({ session, signal, traceId }: ActionsProps) {
  const target = session.source.value;
  const copy = (what: string, text: string): void => {
    void navigator.clipboard.writeText(text).then(
      () => session.say(`${what} copied.`),
      () => session.say(`${what} could not be copied: the browser does not allow it.`),
    );
  };
  const { store, traces, graph } = session.seen;
  const trace = traces.trace(traceId);
  return (
    <div class="actions">
      {signal === undefined ? null : (
        <>
          <button
            type="button"
            onClick={() => copy("Signal", JSON.stringify(signalToJson(signal.signal), undefined, 2))}
          >
            Copy Signal
          </button>
          <button type="button" onClick={() => copy("Command", commandFor(signal.id, target))}>
            Copy command
          </button>
        </>
      )}
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
            onClick={() => copy("Diagram", toMermaid(buildSequence(trace, { roster: graph.roster })))}
          >
            Copy Mermaid
          </button>
        </>
      )}
      <button type="button" onClick={() => save("prism.ndjson", toNdjson(session.seen.filtered.rows.slice()))}>
        Export view
      </button>
    </div>
  );
}

function save(name: string, lines: Iterable<string>): void {
  const url = URL.createObjectURL(new Blob([...lines], { type: "application/x-ndjson" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

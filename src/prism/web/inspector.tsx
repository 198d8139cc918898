import { makeHarmless } from "../../doppler/index.js";
import { countOf, durationText, type ViewSignal } from "../model/index.js";
import { Payload } from "./payload.js";
import type { Session } from "./state/session.js";
import { TypeMark } from "./rows/type-mark.js";

/** The Signal that is selected: its facts and what it says. */
export function Inspector({ session }: { readonly session: Session }) {
  void session.version.value;
  const signal = session.seen.store.signal(session.address.value.signal);
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
          <Payload session={session} signal={signal} />
        </>
      )}
    </aside>
  );
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
    ["redacted", signal.redactions === 0 ? "" : countOf(signal.redactions, "secret")],
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

import { useMemo, useState } from "preact/hooks";
import { makeHarmless } from "../../doppler/index.js";
import { signalToJson } from "../../signal/index.js";
import { commandFor, jsonRows, REDACTED, type JsonRow, type ViewSignal } from "../model/index.js";
import { Difference } from "./difference.js";
import { Rows } from "./rows/rows.js";
import type { Session } from "./state/session.js";

const forms = ["tree", "pretty", "raw", "bytes"] as const;
const rowHeight = 20;
const label = "What the Signal says";

interface PayloadProps {
  readonly session: Session;
  readonly signal: ViewSignal;
}

/** What a Signal says: as a tree whose values can be copied, as text, or as the bytes that were published. */
export function Payload({ session, signal }: PayloadProps) {
  const [form, setForm] = useState<(typeof forms)[number]>("tree");
  const { compared } = session.address.value;
  const other = session.seen.store.signal(compared);
  const copy = (what: string, text: string): void => {
    void navigator.clipboard.writeText(text).then(
      () => session.say(`${what} copied.`),
      () => session.say(`${what} could not be copied: the browser does not allow it.`),
    );
  };
  return (
    <>
      <fieldset class="choices">
        <legend>Form</legend>
        {forms.map((one) => (
          <label key={one}>
            <input type="radio" name="form" checked={one === form} onChange={() => setForm(one)} />
            <span>{one}</span>
          </label>
        ))}
      </fieldset>
      {other !== undefined && other.id !== signal.id ? (
        <Difference before={other} after={signal} />
      ) : form === "tree" ? (
        <Tree key={signal.id} signal={signal} copy={copy} />
      ) : (
        <pre class="payload" tabIndex={0} aria-label={label}>
          {textOf(signal, form)}
        </pre>
      )}
      <div class="actions">
        <button type="button" onClick={() => copy("Signal", JSON.stringify(signalToJson(signal.signal), undefined, 2))}>
          Copy Signal
        </button>
        <button type="button" onClick={() => copy("Command", commandFor(signal.id, session.source.value))}>
          Copy command
        </button>
        <button type="button" onClick={() => session.select({ compared: compared === "" ? signal.id : "" })}>
          {compared === "" ? "Compare" : compared === signal.id ? "Compare with the next" : "Stop comparing"}
        </button>
      </div>
    </>
  );
}

interface TreeProps {
  readonly signal: ViewSignal;
  readonly copy: (what: string, text: string) => void;
}

function Tree({ signal, copy }: TreeProps) {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [path, setPath] = useState("");
  const json = useMemo(() => signalToJson(signal.signal), [signal]);
  const { rows, isWhole } = useMemo(() => jsonRows(json, { toggled }), [json, toggled]);
  const selected = rows.findIndex((row) => row.path === path);
  const row = rows[selected];
  return (
    <>
      <div class="payload is-tree">
        <Rows
          label={label}
          count={rows.length}
          height={rowHeight}
          selected={selected}
          empty=""
          onSelect={(index) => setPath(rows[index]?.path ?? "")}
          text={(index) => textOfRow(rows[index])}
          level={(index) => rows[index]?.depth ?? 0}
          isExpanded={(index) => rows[index]?.isExpanded}
          onToggle={(index) => {
            const next = new Set(toggled);
            const one = rows[index]?.path ?? "";
            if (!next.delete(one)) next.add(one);
            setToggled(next);
          }}
          row={(index) => <Line row={rows[index]} hasSecrets={signal.redactions > 0} />}
        />
      </div>
      {isWhole ? null : (
        <p class="flag">There is more than these {rows.length} rows: copy the Signal to have it all.</p>
      )}
      <div class="actions">
        <button
          type="button"
          disabled={row === undefined}
          onClick={() =>
            copy("Value", typeof row?.value === "string" ? row.value : JSON.stringify(row?.value, undefined, 2))
          }
        >
          Copy value
        </button>
        <button type="button" disabled={row === undefined} onClick={() => copy("Path", path)}>
          Copy path
        </button>
      </div>
    </>
  );
}

/** A value has no more than so many characters on its row; copied it has them all. */
const lineMax = 2_000;

function Line({ row, hasSecrets }: { readonly row: JsonRow | undefined; readonly hasSecrets: boolean }) {
  if (row === undefined) return null;
  const isRedacted = hasSecrets && row.kind === "string" && row.text.includes(REDACTED);
  const { name, kind, text, depth, isExpanded } = row;
  return (
    <span class="json-line" style={{ paddingLeft: `${depth * 12}px` }}>
      <span class="json-fold">{isExpanded === undefined ? "" : isExpanded ? "▾" : "▸"}</span>
      {name === "" ? null : <span class="json-name">{makeHarmless(name)}</span>}
      <span class={`json-value ${isRedacted ? "flag" : `is-${kind}`}`}>{makeHarmless(text.slice(0, lineMax))}</span>
    </span>
  );
}

function textOfRow(row: JsonRow | undefined): string {
  if (row === undefined) return "";
  return `${row.name === "" ? "the Signal" : makeHarmless(row.name)}: ${makeHarmless(row.text.slice(0, lineMax))}`;
}

const shownMax = 200_000;

function textOf(signal: ViewSignal, form: Exclude<(typeof forms)[number], "tree">): string {
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

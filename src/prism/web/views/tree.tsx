import { useState } from "preact/hooks";
import { signalTypeName } from "../../../signal/index.js";
import { durationText, sayOf, searchFor, treeRows, type Trace, type TreeRow } from "../../model/index.js";
import { Rows } from "../rows/rows.js";
import type { Session } from "../state/session.js";
import { TypeMark } from "../rows/type-mark.js";
import { OneTrace } from "./one-trace.js";

const rowHeight = 28;
/** A deep trace does not march off to the right. */
const indentMax = 12;

/** A trace by its parents: what caused what. */
export function TreeView({ session }: { readonly session: Session }) {
  return (
    <OneTrace session={session} label="Tree">
      {(trace) => <Tree session={session} trace={trace} />}
    </OneTrace>
  );
}

function Tree({ session, trace }: { readonly session: Session; readonly trace: Trace }) {
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [search, setSearch] = useState("");
  const rows = treeRows(trace, { collapsed, ...(search === "" ? {} : { search: searchFor(search) }) });
  const { signal } = session.address.value;
  return (
    <>
      <label class="search">
        Search in this trace
        <input type="search" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
      </label>
      <Rows
        label="Signals of the trace, by what caused them"
        count={rows.length}
        height={rowHeight}
        selected={rows.findIndex(({ node }) => node.id === signal)}
        empty={search === "" ? "Nothing of it is kept." : "Nothing in this trace has these words."}
        onSelect={(index) => session.select({ signal: rows[index]?.node.id ?? "", trace: trace.id })}
        text={(index) => textOf(rows[index])}
        level={(index) => rows[index]?.depth ?? 0}
        isExpanded={(index) => rows[index]?.isExpanded}
        onToggle={(index) => {
          const id = rows[index]?.node.id ?? "";
          const next = new Set(collapsed);
          if (!next.delete(id)) next.add(id);
          setCollapsed(next);
        }}
        row={(index) => <TreeLine row={rows[index]} now={session.now()} />}
      />
    </>
  );
}

function TreeLine({ row, now }: { readonly row: TreeRow | undefined; readonly now: number }) {
  if (row === undefined) return null;
  const { node, depth, isExpanded, isMatch } = row;
  const { signal, outcomes, unanswered, place, below } = node;
  const end = outcomes.at(-1)?.signal.at;
  const took = signal.awaits === 0 ? "" : durationText((end ?? now) - signal.at);
  return (
    <span class={`tree-line${isMatch ? " is-match" : ""}`}>
      <span class="tree-indent" style={{ width: `${Math.min(depth, indentMax) * 18}px` }}>
        {depth > indentMax ? depth : ""}
      </span>
      <span class="tree-fold" aria-hidden="true">
        {isExpanded === undefined ? "·" : isExpanded ? "▾" : "▸"}
      </span>
      <TypeMark type={signal.type} hasFailed={signal.failure !== ""} />
      <span class="line-way">{signal.target === "" ? signal.source : `${signal.source} → ${signal.target}`}</span>
      <span class="line-text">{sayOf(signal)}</span>
      {place === "orphan" || place === "cycle" ? <span class="flag">{place}</span> : null}
      {isExpanded === false ? <span class="line-trace">{below} below</span> : null}
      <span class={`is-number${unanswered > 0 ? " flag" : ""}`}>{unanswered > 0 ? `waits ${took}` : took}</span>
    </span>
  );
}

function textOf(row: TreeRow | undefined): string {
  if (row === undefined) return "";
  const { signal, unanswered } = row.node;
  const open = unanswered > 0 ? ", without an answer" : "";
  return `${signalTypeName(signal.type)} from ${signal.source}: ${sayOf(signal)}${open}`;
}

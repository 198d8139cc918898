import { useState } from "preact/hooks";
import { signalTypeName } from "../../../signal/index.js";
import {
  buildWaterfall,
  describeWaterfall,
  durationText,
  type TimeAxis,
  type Trace,
  type WaterfallRow,
} from "../../model/index.js";
import { Rows } from "../rows/rows.js";
import type { Session } from "../state/session.js";
import { TypeMark } from "../rows/type-mark.js";
import { OneTrace } from "./one-trace.js";

const rowHeight = 28;

/** A trace along time: how long each request took, and what the trace waited for. */
export function WaterfallView({ session }: { readonly session: Session }) {
  return (
    <OneTrace session={session} label="Waterfall">
      {(trace) => <Waterfall session={session} trace={trace} />}
    </OneTrace>
  );
}

function Waterfall({ session, trace }: { readonly session: Session; readonly trace: Trace }) {
  const [isCompressed, setCompressed] = useState(true);
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const waterfall = buildWaterfall(trace, { now: session.now(), isCompressed, collapsed });
  const { rows, axis, totalMs } = waterfall;
  const { signal } = session.address.value;
  return (
    <>
      <div class="waterfall-head">
        <p class="view-text">{describeWaterfall(waterfall)}</p>
        <label>
          <input type="checkbox" checked={isCompressed} onChange={() => setCompressed(!isCompressed)} /> Pauses short
        </label>
      </div>
      <div class="waterfall-scale" aria-hidden="true">
        <span>0</span>
        <span>{durationText(axis.instant(0.5) - axis.from)}</span>
        <span>{durationText(totalMs)}</span>
      </div>
      <Rows
        label="Requests along time"
        count={rows.length}
        height={rowHeight}
        selected={rows.findIndex(({ node }) => node.id === signal)}
        empty="Nothing of it is kept."
        onSelect={(index) => session.select({ signal: rows[index]?.node.id ?? "", trace: trace.id })}
        text={(index) => textOf(rows[index])}
        level={(index) => rows[index]?.depth ?? 0}
        isExpanded={(index) => rows[index]?.isExpanded}
        onToggle={(index) => {
          const next = new Set(collapsed);
          const id = rows[index]?.node.id ?? "";
          if (!next.delete(id)) next.add(id);
          setCollapsed(next);
        }}
        row={(index) => <Bar row={rows[index]} axis={axis} />}
      />
    </>
  );
}

function Bar({ row, axis }: { readonly row: WaterfallRow | undefined; readonly axis: TimeAxis }) {
  if (row === undefined) return null;
  const { node, depth, from, to, shape, isOpen, hasFailed, isCritical } = row;
  const { type, source, asked, target } = node.signal;
  const start = axis.place(from) * 100;
  const width = Math.max(0, axis.place(to) * 100 - start);
  const marks = `${isOpen ? " is-open" : ""}${hasFailed ? " is-failed" : ""}${isCritical ? " is-critical" : ""}`;
  return (
    <span class="fall-line">
      <span class="fall-what" style={{ paddingLeft: `${Math.min(depth, 12) * 12}px` }}>
        <TypeMark type={type} hasFailed={hasFailed} />
        <span class="line-way">{`${source} → ${asked.join(", ") || target || "all"}`}</span>
      </span>
      <span class="fall-track">
        {axis.breaks.map((one) => (
          <span
            key={one.start}
            class="fall-break"
            title={`a pause of ${durationText(one.to - one.from)}`}
            style={{ left: `${one.start * 100}%`, width: `${(one.end - one.start) * 100}%` }}
          />
        ))}
        <span
          class={`fall-${shape}${marks}`}
          style={{ left: `${start}%`, width: shape === "bar" ? `${width}%` : "8px" }}
        />
      </span>
      <span class="is-number">{shape === "bar" ? durationText(to - from) : ""}</span>
    </span>
  );
}

function textOf(row: WaterfallRow | undefined): string {
  if (row === undefined) return "";
  const { node, isOpen, hasFailed, isCritical, from, to } = row;
  const how = isOpen ? "still waiting after" : hasFailed ? "failed after" : "took";
  const critical = isCritical ? ", on the critical path" : "";
  return `${signalTypeName(node.signal.type)} from ${node.signal.source} ${how} ${durationText(to - from)}${critical}`;
}

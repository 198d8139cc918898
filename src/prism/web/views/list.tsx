import { viewRecord } from "../../../doppler/index.js";
import type { ViewRecord } from "../../model/index.js";
import { Rows } from "../rows/rows.js";
import type { Session } from "../state/session.js";
import { TypeMark } from "../rows/type-mark.js";

const rowHeight = 26;

/** Every Signal in the order in which it was seen, gaps and notes among them. */
export function ListView({ session }: { readonly session: Session }) {
  const { version, address, isPaused } = session;
  void version.value;
  const { rows } = session.seen.filtered;
  const { signal } = address.value;
  const selected = signal === "" ? -1 : rows.indexWhere((record) => record.row >= rowOf(session, signal));
  return (
    <section class="view view-list" aria-label="Signals">
      <Rows
        label="Signals, the newest last"
        count={rows.length}
        height={rowHeight}
        selected={selected >= rows.length ? -1 : selected}
        isFollowing={!isPaused.value}
        empty="Nothing was seen yet. Every Signal of the namespace appears here as it fires."
        canSelect={(index) => rows.at(index)?.kind === "signal"}
        onSelect={(index) => {
          const record = rows.at(index);
          if (record?.kind === "signal") session.select({ signal: record.id, trace: record.traceId });
        }}
        text={(index) => textOf(rows.at(index))}
        row={(index) => <Line record={rows.at(index)} before={rows.at(index - 1)} />}
      />
    </section>
  );
}

function rowOf(session: Session, id: string): number {
  return session.seen.store.signal(id)?.row ?? Number.POSITIVE_INFINITY;
}

function Line({
  record,
  before,
}: {
  readonly record: ViewRecord | undefined;
  readonly before: ViewRecord | undefined;
}) {
  if (record === undefined) return null;
  const { time, delta, trace, way, text } = viewRecord(record, { width: 1_000, previousAt: before?.at });
  if (record.kind !== "signal") return <span class={`line-${record.kind}`}>{text}</span>;
  return (
    <span class={`line${record.failure === "" ? "" : " is-failed"}`}>
      <span class="line-time">{time}</span>
      <span class="line-delta">{delta.trim()}</span>
      <TypeMark type={record.type} hasFailed={record.failure !== ""} />
      <span class="line-way">{way.trim()}</span>
      <span class="line-text">{text}</span>
      <span class="line-trace">{trace.trim()}</span>
    </span>
  );
}

function textOf(record: ViewRecord | undefined): string {
  if (record === undefined) return "";
  const { time, type, way, text } = viewRecord(record, { width: 240 });
  return `${type.trim()}, ${way.trim()}: ${text}, at ${time}`;
}

import { useMemo } from "preact/hooks";
import {
  countOf,
  describeMetrics,
  durationText,
  type LatencyRow,
  type Metrics,
  type MetricsCounter,
} from "../../model/index.js";
import { Chart } from "./chart.js";

/** What the figures show. */
export interface MetricsViewProps {
  readonly counter: MetricsCounter;
  /** Grows when the counter has changed; once a second is often enough. */
  readonly version: number;
  /** The longest window: milliseconds. */
  readonly windowMs: number;
  readonly onWindow: (windowMs: number) => void;
  /** The name of the theme, so that the chart follows it. */
  readonly theme: string;
  /** The watcher's time: milliseconds since 1970. undefined: that of the newest record. */
  readonly now?: number;
}

const windows = [
  { ms: 60_000, label: "1 min" },
  { ms: 300_000, label: "5 min" },
  { ms: 900_000, label: "15 min" },
];

/** Rates, durations, hits, errors and gaps of a window, each figure with its sample. */
export function MetricsView({ counter, version, windowMs, onWindow, theme, now }: MetricsViewProps) {
  const metrics = useMemo(() => counter.read(windowMs, now), [counter, version, windowMs, now]);
  const { types, latencies, errors, curve } = metrics;
  const span = durationText(metrics.signals === 0 ? windowMs : metrics.windowMs);
  const text = metrics.signals === 0 ? "No Signal was seen." : describeMetrics(metrics);
  return (
    <div class="metrics">
      <header class="metrics-head">
        <p class="metrics-text">{text}</p>
        <fieldset class="metrics-windows">
          <legend>Window</legend>
          {windows.map(({ ms, label }) => (
            <label key={ms}>
              <input type="radio" name="window" checked={ms === windowMs} onChange={() => onWindow(ms)} />
              <span>{label}</span>
            </label>
          ))}
        </fieldset>
      </header>
      <Tiles metrics={metrics} span={span} />
      {metrics.signals === 0 ? (
        <p class="chart metrics-empty">Nothing was seen in this window. Figures appear with the first Signal.</p>
      ) : (
        <Chart
          at={curve.at}
          lines={[
            { label: "Signals each second", colour: "--accent", values: curve.signals },
            { label: "Errors each second", colour: "--sig-error", values: curve.errors, isDashed: true },
          ]}
          text={text}
          theme={theme}
        />
      )}
      <div class="metrics-tables">
        <Latencies rows={latencies} span={span} />
        <Counts title={`Signals by type, ${span}`} rows={types.map(({ type, count }) => ({ name: type, count }))} />
        <Counts
          title={`Errors by code, ${span}`}
          rows={errors.map(({ code, count }) => ({ name: code, count }))}
          empty="No errors."
          isWrong
        />
      </div>
    </div>
  );
}

/** The figures that one looks at first. */
function Tiles({ metrics, span }: { readonly metrics: Metrics; readonly span: string }) {
  const { signals, perSecond, recall, errors, retries, gaps, inFlight } = metrics;
  const failed = errors.reduce((sum, { count }) => sum + count, 0);
  const hits = recall.rate === undefined ? "–" : `${Math.round(recall.rate * 100)} %`;
  const missing = gaps.unsure > 0 ? `${gaps.missing.toLocaleString("en-US")} +?` : gaps.missing.toLocaleString("en-US");
  return (
    <dl class="metrics-tiles">
      <Tile
        name="Signals a second"
        value={perSecond.toFixed(perSecond < 100 ? 1 : 0)}
        of={`${countOf(signals, "Signal")} in ${span}`}
      />
      <Tile
        name="Errors"
        value={failed.toLocaleString("en-US")}
        of={`of ${countOf(signals, "Signal")} in ${span}`}
        isWrong={failed > 0}
      />
      <Tile
        name="Recalls with hits"
        value={hits}
        of={`${recall.withHits.toLocaleString("en-US")} of ${countOf(recall.answered, "answer")} in ${span}`}
      />
      <Tile name="In work" value={inFlight.toLocaleString("en-US")} of="requests without an outcome, now" />
      <Tile name="Retries" value={retries.toLocaleString("en-US")} of={`in ${span}`} />
      <Tile
        name="Not seen"
        value={missing}
        of={`${countOf(gaps.count, "gap")} in ${span}; no figure knows of these`}
        isWrong={gaps.count > 0}
      />
    </dl>
  );
}

interface TileProps {
  readonly name: string;
  readonly value: string;
  readonly of: string;
  readonly isWrong?: boolean;
}

function Tile({ name, value, of, isWrong = false }: TileProps) {
  return (
    <div class={`metrics-tile${isWrong ? " is-wrong" : ""}`}>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        <small>{of}</small>
      </dd>
    </div>
  );
}

const rowsMax = 100;

function Latencies({ rows, span }: { readonly rows: readonly LatencyRow[]; readonly span: string }) {
  const title = `From request to outcome, ${span}`;
  return (
    <section class="metrics-latencies">
      <h2>{title}</h2>
      {rows.length === 0 ? <p class="metrics-empty">No request has its outcome yet.</p> : null}
      {rows.length === 0 ? null : (
        <div class="metrics-table" tabIndex={0} role="region" aria-label={title}>
          <table>
            <thead>
              <tr>
                <th scope="col">Request</th>
                <th scope="col">Answered by</th>
                {["Sample", "p50", "p95", "p99", "Longest", "Errors"].map((name) => (
                  <th key={name} scope="col" class="is-number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, rowsMax).map(({ type, participant, sample, p50, p95, p99, max, failed }) => (
                <tr key={`${type} ${participant}`} class={participant === "" ? "is-sum" : ""}>
                  <th scope="row">{type}</th>
                  <td>{participant === "" ? "everybody" : participant}</td>
                  <td class="is-number">{sample.toLocaleString("en-US")}</td>
                  {[p50, p95, p99, max].map((ms, index) => (
                    <td key={index} class="is-number">
                      {ms === undefined ? "–" : durationText(ms)}
                    </td>
                  ))}
                  <td class={`is-number${failed > 0 ? " is-wrong" : ""}`}>{failed}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {rows.length > rowsMax ? <p>{rows.length - rowsMax} rows with smaller samples are not shown.</p> : null}
    </section>
  );
}

interface CountsProps {
  readonly title: string;
  readonly rows: readonly { readonly name: string; readonly count: number }[];
  readonly empty?: string;
  readonly isWrong?: boolean;
}

function Counts({ title, rows, empty = "Nothing was seen.", isWrong = false }: CountsProps) {
  const most = rows[0]?.count ?? 1;
  return (
    <section class={`metrics-counts${isWrong ? " of-errors" : ""}`}>
      <h2>{title}</h2>
      {rows.length === 0 ? <p class="metrics-empty">{empty}</p> : null}
      <ul>
        {rows.map(({ name, count }) => (
          <li key={name}>
            <span>{name}</span>
            <meter min={0} max={most} value={count} aria-label={`${name}: ${count}`} />
            <span class="is-number">{count.toLocaleString("en-US")}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

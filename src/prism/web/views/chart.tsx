import { useEffect, useRef } from "preact/hooks";
import UPlot from "uplot";
import { useSize } from "./frames.js";

/** A line of a chart. */
export interface ChartLine {
  readonly label: string;
  /** The name of the custom property that has its colour. */
  readonly colour: string;
  readonly values: readonly number[];
  /** Drawn dashed, so that it is not told by its colour alone. */
  readonly isDashed?: boolean;
}

/** What a chart shows. */
export interface ChartProps {
  /** Seconds since 1970, ascending. */
  readonly at: readonly number[];
  readonly lines: readonly ChartLine[];
  /** What it says, in a sentence. */
  readonly text: string;
  /** Changes when the theme does: colours are read again. */
  readonly theme: string;
}

const heightPx = 180;

/** Marks stand at whole numbers: half a Signal says nothing. */
const steps = [1, 10, 100, 1_000, 10_000, 100_000].flatMap((power) => [power, 2 * power, 5 * power]);

/** The least that the axis of time spans, seconds: one instant has no width. */
const spanMin = 10;

function spanOf(_plot: UPlot, from: number | null, to: number | null): [number, number] {
  const end = to ?? Date.now() / 1_000;
  return [Math.min(from ?? end, end - spanMin), end];
}

function optionsOf(element: HTMLElement, width: number, lines: readonly ChartLine[]): UPlot.Options {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(name).trim() || style.color;
  const grid = { stroke: read("--line"), width: 1 };
  const axis = { stroke: read("--text-muted"), grid, ticks: { show: false }, font: "12px system-ui" };
  const clock = (_plot: UPlot, marks: readonly number[]): string[] =>
    marks.map((mark) => new Date(mark * 1_000).toISOString().slice(11, 19));
  const whole = (_plot: UPlot, marks: readonly number[]): string[] => marks.map((mark) => mark.toLocaleString("en-US"));
  return {
    width,
    height: heightPx,
    legend: { show: false },
    cursor: { points: { size: 6 }, drag: { x: false, y: false } },
    scales: { x: { range: spanOf }, y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.1)] } },
    tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1_000), "Etc/UTC"),
    axes: [
      { ...axis, space: 90, size: 30, values: clock },
      { ...axis, size: 56, space: 34, incrs: steps, values: whole },
    ],
    series: [
      {},
      ...lines.map(({ label, colour, isDashed }) => ({
        label,
        stroke: read(colour),
        width: 2,
        points: { show: false },
        ...(isDashed === true ? { dash: [6, 4] } : { fill: `color-mix(in srgb, ${read(colour)} 14%, transparent)` }),
      })),
    ],
  };
}

/** A line needs two points: before the first second nothing was seen. */
function dataOf(at: readonly number[], lines: readonly ChartLine[]): UPlot.AlignedData {
  const end = at[0] ?? Date.now() / 1_000;
  const before = at.length === 0 ? [end - 1, end] : at.length === 1 ? [end - 1] : [];
  return [[...before, ...at], ...lines.map(({ values }) => [...before.map(() => 0), ...values])];
}

/** A chart along time. */
export function Chart({ at, lines, text, theme }: ChartProps) {
  const { ref, width } = useSize<HTMLDivElement>();
  const plot = useRef<UPlot | undefined>(undefined);
  const names = lines.map(({ label }) => label).join();
  useEffect(() => {
    const element = ref.current;
    if (element === null || width === 0) return undefined;
    const made = new UPlot(optionsOf(element, width, lines), dataOf(at, lines), element);
    plot.current = made;
    return () => made.destroy();
    // What the lines hold is set below; here only what they are.
  }, [width, names, theme]);
  useEffect(() => {
    plot.current?.setData(dataOf(at, lines));
  }, [at, lines]);
  return (
    <figure class="chart">
      <figcaption>
        {lines.map(({ label, colour, isDashed }) => (
          <span key={label} class={`chart-key${isDashed === true ? " is-dashed" : ""}`}>
            <i class={`chart-swatch ${colour.slice(2)}`} aria-hidden="true" />
            {label}
          </span>
        ))}
        <span class="chart-clock">UTC</span>
      </figcaption>
      <div class="chart-plot" ref={ref} role="img" aria-label={text} />
    </figure>
  );
}

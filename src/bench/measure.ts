/** One thing to measure. */
export interface BenchCase {
  /** What it does. */
  readonly name: string;
  /** Does it once. What it returns is kept, so that no engine leaves the work out. */
  readonly run: () => number;
}

/** What one run of a case cost, over all rounds. */
export interface Figure {
  readonly name: string;
  readonly medianNs: number;
  readonly minNs: number;
  readonly maxNs: number;
}

/** How to measure. */
export interface MeasureOptions {
  /** Rounds that count. Default 15. */
  readonly rounds?: number;
  /** How long one round of one case lasts, milliseconds. Default 40. */
  readonly roundMs?: number;
}

const warmUpRounds = 5;
let sink = 0;

function timeNs({ run }: BenchCase, times: number): number {
  const start = performance.now();
  for (let index = 0; index < times; index += 1) sink = (sink + run()) | 0;
  return (performance.now() - start) * 1e6;
}

/**
 * Runs all cases in turns, round by round, so that what slows the machine slows them alike and their ratios hold. The
 * first rounds warm up and find how many runs fill a round; they do not count.
 */
export function measure(cases: readonly BenchCase[], options: MeasureOptions = {}): Figure[] {
  const { rounds = 15, roundMs = 40 } = options;
  const plans = cases.map((one) => ({ one, times: 100, costsNs: [0].slice(1) }));
  for (let round = 0; round < warmUpRounds; round += 1) {
    for (const plan of plans) {
      const costNs = timeNs(plan.one, plan.times) / plan.times;
      plan.times = Math.max(1, Math.round((roundMs * 1e6) / Math.max(costNs, 1)));
    }
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const { one, times, costsNs } of plans) costsNs.push(timeNs(one, times) / times);
  }
  return plans.map(({ one: { name }, costsNs }) => {
    const sorted = costsNs.toSorted((left, right) => left - right);
    return { name, medianNs: at(sorted, rounds >> 1), minNs: at(sorted, 0), maxNs: at(sorted, rounds - 1) };
  });
}

function at(sorted: readonly number[], index: number): number {
  return sorted[index] ?? Number.NaN;
}

/** How often the median of one figure holds the median of another. */
export function ratio(figures: readonly Figure[], slow: string, fast: string): number {
  const cost = (name: string): number => figures.find((figure) => figure.name === name)?.medianNs ?? Number.NaN;
  return cost(slow) / cost(fast);
}

/** The figures as lines of text, in microseconds. */
export function formatFigures(figures: readonly Figure[]): string {
  const width = Math.max(...figures.map(({ name }) => name.length));
  const micros = (ns: number): string => (ns / 1000).toFixed(3);
  return figures
    .map(({ name, medianNs, minNs, maxNs }) => {
      const perSecond = Math.round(1e9 / medianNs).toLocaleString("en");
      const span = `${micros(minNs)}–${micros(maxNs)}`;
      return `${name.padEnd(width)}  ${micros(medianNs).padStart(8)} µs  (${span})  ${perSecond}/s`;
    })
    .join("\n");
}

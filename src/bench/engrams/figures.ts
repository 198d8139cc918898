/** The distribution of latencies, milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** How long something takes, each time, milliseconds. */
export async function latencyOf(times: number, run: (index: number) => Promise<unknown>): Promise<Latency> {
  const costs: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const start = performance.now();
    await run(index);
    costs.push(performance.now() - start);
  }
  return summarize(costs);
}

/** The distribution of these costs. */
export function summarize(costs: readonly number[]): Latency {
  const sorted = costs.toSorted((left, right) => left - right);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** The middle one of an odd number of figures. */
export function median(figures: readonly number[]): number {
  return figures.toSorted((left, right) => left - right)[figures.length >> 1] ?? NaN;
}

/** The median of each percentile over the rounds. */
export function medianLatency(rounds: readonly Latency[]): Latency {
  return {
    p50: median(rounds.map(({ p50 }) => p50)),
    p95: median(rounds.map(({ p95 }) => p95)),
    p99: median(rounds.map(({ p99 }) => p99)),
  };
}

/** One line: a name and its latencies. */
export function printLatency(name: string, { p50, p95, p99 }: Latency, note = ""): void {
  const [first, second, third] = [p50, p95, p99].map((ms) => ms.toFixed(3).padStart(9));
  process.stdout.write(`${name.padEnd(52)} p50 ${first}  p95 ${second}  p99 ${third} ms  ${note}\n`);
}

/** One line: a name and a rate. */
export function printRate(name: string, perSecond: number, note = ""): void {
  process.stdout.write(`${name.padEnd(52)} ${Math.round(perSecond).toLocaleString("en").padStart(9)}/s  ${note}\n`);
}

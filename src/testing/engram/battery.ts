import type { Engram } from "../../engram/index.js";
import { FakeClock } from "../fake-clock.js";
import { engramCases } from "./cases.js";
import { runVector } from "./run-vector.js";
import type { Vector } from "./vector.js";
import idempotency from "./vectors/idempotency.json" with { type: "json" };
import input from "./vectors/input.json" with { type: "json" };
import merge from "./vectors/merge.json" with { type: "json" };
import opsById from "./vectors/ops-by-id.json" with { type: "json" };
import opsByKey from "./vectors/ops-by-key.json" with { type: "json" };
import pages from "./vectors/pages.json" with { type: "json" };
import query from "./vectors/query.json" with { type: "json" };
import sequences from "./vectors/sequences.json" with { type: "json" };
import text from "./vectors/text.json" with { type: "json" };
import ttl from "./vectors/ttl.json" with { type: "json" };
import where from "./vectors/where.json" with { type: "json" };

/**
 * Makes a fresh, empty Engram of the backend under test, with the id `ctx` and this clock as the store's. It is closed
 * after its case.
 */
export type OpenEngram = (clock: FakeClock) => Promise<Engram>;

/** One case of the battery. */
export interface EngramCase {
  /** What it is about. */
  readonly group: string;
  /** A sentence that says what holds. */
  readonly name: string;
  /** Runs it on an Engram of its own; what does not hold, in words. Empty: it holds. */
  readonly run: (open: OpenEngram) => Promise<readonly string[]>;
}

const vectors: Readonly<Record<string, readonly Vector[]>> = {
  "ops by key": opsByKey,
  "ops by id": opsById,
  sequences,
  idempotency,
  "time to live": ttl,
  merge,
  text,
  where,
  query,
  pages,
  input,
};

async function withEngram<T>(open: OpenEngram, use: (engram: Engram, clock: FakeClock) => Promise<T>): Promise<T> {
  const clock = new FakeClock();
  await using engram = await open(clock);
  return await use(engram, clock);
}

/** Everything that an Engram of any backend must do, case by case: the vectors and what needs more than data. */
export const engramBattery: readonly EngramCase[] = [
  ...Object.entries(vectors).flatMap(([group, list]) =>
    list.map((vector) => ({
      group,
      name: vector.name,
      run: (open: OpenEngram) => withEngram(open, (engram, clock) => runVector(vector, engram, clock)),
    })),
  ),
  ...engramCases.map(({ name, run }) => ({
    group: "behaviour",
    name,
    run: (open: OpenEngram) => withEngram(open, run),
  })),
];

/** The result of a whole battery. */
export interface BatteryReport {
  /** How many cases hold. */
  readonly passed: number;
  /** What does not hold, as `group: name: finding`. */
  readonly failures: readonly string[];
}

/** Runs the whole battery on one backend, without a test runner. A case that throws is a failure. */
export async function runEngramBattery(open: OpenEngram): Promise<BatteryReport> {
  const failures: string[] = [];
  let passed = 0;
  for (const { group, name, run } of engramBattery) {
    const findings = await run(open).catch((thrown: unknown) => [String(thrown)]);
    if (findings.length === 0) passed += 1;
    else failures.push(...findings.map((finding) => `${group}: ${name}: ${finding}`));
  }
  return { passed, failures };
}

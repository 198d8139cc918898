import type { Engram } from "../../engram/index.js";
import { FakeClock } from "../fake-clock.js";
import { awkwardCases } from "./awkward-cases.js";
import { badInputCases } from "./bad-input-cases.js";
import type { BehaviourCase } from "./behaviour.js";
import { engramCases } from "./cases.js";
import { runVector } from "./run-vector.js";
import type { Vector } from "./vector.js";
import forget from "../../../conformance/vectors/engram/forget.json" with { type: "json" };
import idempotency from "../../../conformance/vectors/engram/idempotency.json" with { type: "json" };
import input from "../../../conformance/vectors/engram/input.json" with { type: "json" };
import merge from "../../../conformance/vectors/engram/merge.json" with { type: "json" };
import opsById from "../../../conformance/vectors/engram/ops-by-id.json" with { type: "json" };
import opsByKey from "../../../conformance/vectors/engram/ops-by-key.json" with { type: "json" };
import pages from "../../../conformance/vectors/engram/pages.json" with { type: "json" };
import query from "../../../conformance/vectors/engram/query.json" with { type: "json" };
import sequences from "../../../conformance/vectors/engram/sequences.json" with { type: "json" };
import text from "../../../conformance/vectors/engram/text.json" with { type: "json" };
import ttl from "../../../conformance/vectors/engram/ttl.json" with { type: "json" };
import where from "../../../conformance/vectors/engram/where.json" with { type: "json" };

/**
 * Makes a fresh, empty Engram of the backend under test, with the id `ctx` and this clock as the store's. It is closed
 * after its case.
 */
export type OpenEngram = (clock: FakeClock) => Promise<Engram>;

/** One case of the battery. */
export interface EngramCase {
  /** What it is about. */
  readonly group: string;
  /** The requirements that it, or its group, shows. */
  readonly requirements: readonly string[];
  /** A sentence that says what holds. */
  readonly name: string;
  /** Runs it on an Engram of its own; what does not hold, in words. Empty: it holds. */
  readonly run: (open: OpenEngram) => Promise<readonly string[]>;
}

interface VectorGroup {
  readonly group: string;
  readonly requirements: string;
  readonly vectors: readonly Vector[];
}

const groups: readonly VectorGroup[] = [
  {
    group: "ops by key",
    vectors: opsByKey,
    requirements: "OP-001 OP-003 OP-009 OP-010 OP-011 OP-012 OP-015 OP-016 OP-020",
  },
  {
    group: "ops by id",
    vectors: opsById,
    requirements: "OP-002 OP-008 OP-012 OP-013 OP-014 OP-017 OP-029 OP-031 ENT-012",
  },
  { group: "sequences", vectors: sequences, requirements: "OP-003 OP-012 OP-035 RCL-023" },
  {
    group: "idempotency",
    vectors: idempotency,
    requirements: "OP-021 OP-022 OP-023 OP-024 OP-025 OP-026 OP-027 ENT-015",
  },
  { group: "time to live", vectors: ttl, requirements: "OP-018 OP-019 OP-020 ENT-013 ENT-014 ENT-018" },
  { group: "merge", vectors: merge, requirements: "OP-004 OP-005 OP-006 OP-007 OP-008" },
  { group: "text", vectors: text, requirements: "RCL-003 RCL-004 RCL-005 RCL-006 RCL-007 RCL-008" },
  { group: "where", vectors: where, requirements: "RCL-009 RCL-010 RCL-011 RCL-012 RCL-013 RCL-014 RCL-015 ENT-010" },
  {
    group: "query",
    vectors: query,
    requirements: "RCL-001 RCL-002 RCL-016 RCL-017 RCL-021 RCL-022 ENT-008 ENT-011 ENT-016",
  },
  { group: "pages", vectors: pages, requirements: "RCL-018 RCL-019 RCL-020 RCL-025" },
  {
    group: "input",
    vectors: input,
    requirements: "ENT-002 ENT-003 ENT-004 ENT-005 ENT-007 ENT-008 ENT-009 OP-030 OP-032",
  },
  { group: "forget", vectors: forget, requirements: "ENT-016 ENT-023 ENT-024" },
];

const behaviours: readonly (readonly [group: string, cases: readonly BehaviourCase[]])[] = [
  ["behaviour", engramCases],
  ["awkward", awkwardCases],
  ["bad input", badInputCases],
];

async function withEngram<T>(open: OpenEngram, use: (engram: Engram, clock: FakeClock) => Promise<T>): Promise<T> {
  const clock = new FakeClock();
  await using engram = await open(clock);
  return await use(engram, clock);
}

/** `OP-001 …` in full. */
function fullIds(requirements: string): readonly string[] {
  return requirements.split(" ").map((id) => `COS-${id}`);
}

/** Everything that an Engram of any backend must do, case by case: the vectors and what needs more than data. */
export const engramBattery: readonly EngramCase[] = [
  ...groups.flatMap(({ group, requirements, vectors }) =>
    vectors.map((vector) => ({
      group,
      requirements: fullIds(requirements),
      name: vector.name,
      run: (open: OpenEngram) => withEngram(open, (engram, clock) => runVector(vector, engram, clock)),
    })),
  ),
  ...behaviours.flatMap(([group, cases]) =>
    cases.map(({ name, requirements, run }) => ({
      group,
      requirements: fullIds(requirements),
      name,
      run: (open: OpenEngram) => withEngram(open, run),
    })),
  ),
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

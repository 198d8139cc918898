import { performance } from "node:perf_hooks";
import { SuiteError, wordsOf } from "../ground/suite-error.js";
import { Finding, type Case, type CheckResult, type Emit, type Seen, type Sight } from "./verdict.js";

/** How cases are run. */
export interface RunOptions {
  /** What is claimed beside the role. */
  readonly features: readonly string[];
  /** Cases that run at once. */
  readonly parallel: number;
  /** After this time a case is tried once more, alone; after it again it hangs. */
  readonly watchdogMs: number;
  /** Told after each case. */
  readonly onCase?: (results: readonly CheckResult[]) => void;
  /** Told of everything that crosses the wire, at once. */
  readonly onSight?: (sight: Sight, id: string) => void;
}

/** So much of a case that failed is kept, and so many characters of each message. */
const evidenceMax = 60;
const textMax = 2_000;

/** Plays cases and judges each check. The results are in the order of the cases. Never rejects for what a case does. */
export async function runCases(cases: readonly Case[], options: RunOptions): Promise<readonly CheckResult[]> {
  const results: (readonly CheckResult[])[] = new Array(cases.length).fill([]);
  const again: number[] = [];
  const queue = cases.entries();
  const work = async (): Promise<void> => {
    for (const [index, one] of queue) {
      const played = await judge(one, options);
      results[index] = played;
      // Many at once can be slow, and one that crashed takes the others with it: it is asked again, alone.
      if (played.some(({ verdict }) => verdict === "hung" || verdict === "crashed")) again.push(index);
      else options.onCase?.(played);
    }
  };
  await Promise.all(Array.from({ length: options.parallel }, work));
  for (const index of again) {
    const one = cases[index];
    if (one === undefined) continue;
    const played = await judge(one, options);
    results[index] = played;
    options.onCase?.(played);
  }
  return withTwins(cases, results.flat());
}

async function judge(one: Case, { features, watchdogMs, onSight }: RunOptions): Promise<readonly CheckResult[]> {
  const missing = one.needs.filter((need) => !features.includes(need));
  if (missing.length > 0) {
    return one.checks.map((check) => ({
      ...blank(one, check),
      verdict: "unsupported",
      reason: `${missing.join(", ")}: not claimed`,
    }));
  }
  const emitted = new Set<string>();
  const seen: (Seen & Pick<Sight, "ms">)[] = [];
  let earlier = 0;
  const from = performance.now();
  const emit: Emit = {
    passed: (check) => {
      if (!one.checks.includes(check)) throw new SuiteError(`${one.id}: the check ${check} was not declared`);
      emitted.add(check);
    },
    saw: (what) => {
      const moment = { ...what, ms: Math.round(performance.now() - from) };
      onSight?.(toSight(moment), one.id);
      seen.push(moment);
      if (seen.length <= evidenceMax) return;
      seen.shift();
      earlier += 1;
    },
  };
  const finding = await outcomeOf(one.play(emit), watchdogMs);
  let isOver = false;
  return one.checks.map((check) => {
    const result = blank(one, check);
    if (emitted.has(check)) return { ...result, verdict: "passed" };
    const evidence = { evidence: seen.map((sight) => toSight(sight)), earlier };
    if (finding === undefined)
      return { ...result, verdict: "not-emitted", reason: "the case ended without it", ...evidence };
    if (isOver) return { ...result, verdict: "inconclusive", reason: "a check before it did not pass" };
    isOver = true;
    return { ...result, verdict: finding.verdict, reason: finding.message, ...evidence };
  });
}

function toSight({ ms, peer, way, what, tell }: Seen & Pick<Sight, "ms">): Sight {
  const text = tell();
  const more = text.length - textMax;
  return { ms, peer, way, what, text: more > 0 ? `${text.slice(0, textMax)}… and ${more} more characters` : text };
}

function blank({ id, requirements }: Case, check: string): Omit<CheckResult, "verdict"> {
  return { case: id, check, requirements, reason: "", evidence: [], earlier: 0 };
}

/** What ended a case; undefined if it ended well. */
async function outcomeOf(playing: Promise<void>, watchdogMs: number): Promise<Finding | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => resolve(new Finding("hung", `it did not end within ${watchdogMs} ms`)), watchdogMs);
  });
  const ended = playing.then(
    () => undefined,
    (thrown: unknown) => (thrown instanceof Finding ? thrown : new Finding("harness-error", wordsOf(thrown))),
  );
  const finding = await Promise.race([ended, late]);
  clearTimeout(timer);
  return finding;
}

/** A negative case says nothing if its valid twin does not pass. Throws SuiteError for a twin that there is not. */
function withTwins(cases: readonly Case[], results: readonly CheckResult[]): readonly CheckResult[] {
  const red = new Set(
    results.filter(({ verdict }) => verdict !== "passed" && verdict !== "unsupported").map((one) => one.case),
  );
  const twins = new Map(cases.map(({ id, twin }) => [id, twin]));
  return results.map((result) => {
    const twin = twins.get(result.case);
    if (twin === undefined || result.verdict !== "passed" || !red.has(twin)) return result;
    return { ...result, verdict: "inconclusive", reason: `its twin ${twin} did not pass` };
  });
}

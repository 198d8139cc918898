import { describe, expect, test } from "vitest";
import { runCases } from "./run-cases.js";
import { summarize } from "./summary.js";
import { toPattern, withKnownFailures } from "./known-failing.js";
import { Finding, type Case, type CheckResult } from "./verdict.js";

const options = { features: ["claimed"], parallel: 4, watchdogMs: 5_000 };

function caseOf(parts: Partial<Case>): Case {
  return {
    id: "a/case",
    requirements: ["COS-ENV-001"],
    checks: ["holds"],
    needs: [],
    isNegative: false,
    play: (emit) => Promise.resolve(emit.passed("holds")),
    ...parts,
  };
}

async function verdictsOf(...cases: readonly Case[]): Promise<readonly string[]> {
  return (await runCases(cases, options)).map(({ case: id, check, verdict }) => `${id} ${check}: ${verdict}`);
}

const fails = (verdict: Finding["verdict"]) => () => Promise.reject(new Finding(verdict, "as it is"));

describe("a check", () => {
  test("passes when its case says so", async () => {
    expect(await verdictsOf(caseOf({}))).toEqual(["a/case holds: passed"]);
  });

  test("that is declared and never heard of was not emitted", async () => {
    const one = caseOf({ checks: ["holds", "and-more"] });
    expect(await verdictsOf(one)).toEqual(["a/case holds: passed", "a/case and-more: not-emitted"]);
  });

  test("that did not pass is told with what crossed the wire, one that passed is not", async () => {
    const one = caseOf({
      checks: ["holds", "and-more"],
      play: (emit) => {
        emit.saw({ peer: "asker", way: ">", what: "hello", tell: () => "x".repeat(3_000) });
        return Promise.resolve(emit.passed("holds"));
      },
    });
    const [passed, missing] = await runCases([one], options);
    expect(passed?.evidence).toEqual([]);
    const text = `${"x".repeat(2_000)}… and 1000 more characters`;
    expect(missing).toMatchObject({ evidence: [{ peer: "asker", way: ">", what: "hello", text }], earlier: 0 });
  });

  test("that did not pass keeps the last 60 messages, and says how many came before", async () => {
    const one = caseOf({
      play: (emit) => {
        for (let at = 1; at <= 100; at += 1) emit.saw({ peer: "p", way: ">", what: `m${at}`, tell: () => "" });
        return Promise.reject(new Finding("failed", "as it is"));
      },
    });
    const [{ evidence, earlier } = { evidence: [], earlier: 0 }] = await runCases([one], options);
    expect([earlier, evidence.length, evidence[0]?.what, evidence.at(-1)?.what]).toEqual([40, 60, "m41", "m100"]);
  });

  test("behind one that failed is inconclusive", async () => {
    const one = caseOf({ checks: ["first", "second"], play: fails("failed") });
    expect(await verdictsOf(one)).toEqual(["a/case first: failed", "a/case second: inconclusive"]);
  });

  test("that nobody declared is a mistake of the suite", async () => {
    const one = caseOf({ play: (emit) => Promise.resolve().then(() => emit.passed("stranger")) });
    expect(await verdictsOf(one)).toEqual(["a/case holds: harness-error"]);
  });

  test("needs what is claimed, and is then mandatory", async () => {
    expect(await verdictsOf(caseOf({ needs: ["claimed"], play: fails("failed") }))).toEqual(["a/case holds: failed"]);
    expect(await verdictsOf(caseOf({ needs: ["other"], play: fails("failed") }))).toEqual([
      "a/case holds: unsupported",
    ]);
  });

  test("that something else throws in says nothing of the implementation", async () => {
    const one = caseOf({ play: () => Promise.reject(new Error("a defect of ours")) });
    expect(await verdictsOf(one)).toEqual(["a/case holds: harness-error"]);
  });
});

describe("a negative case", () => {
  const negative = caseOf({ id: "a/negative", twin: "a/case", isNegative: true });

  test("counts if its twin passes", async () => {
    expect(await verdictsOf(caseOf({}), negative)).toEqual(["a/case holds: passed", "a/negative holds: passed"]);
  });

  test("says nothing if its twin does not: whoever refuses everything is not right", async () => {
    const broken = caseOf({ play: fails("failed") });
    expect(await verdictsOf(broken, negative)).toEqual(["a/case holds: failed", "a/negative holds: inconclusive"]);
  });
});

describe("a case that hangs or crashes", () => {
  test("is tried once more, alone", async () => {
    let tries = 0;
    const flaky = caseOf({
      play: (emit) => {
        tries += 1;
        return tries === 1 ? Promise.reject(new Finding("crashed", "gone")) : Promise.resolve(emit.passed("holds"));
      },
    });
    expect(await verdictsOf(flaky)).toEqual(["a/case holds: passed"]);
    expect(tries).toBe(2);
  });

  test("hangs if it does so twice", async () => {
    const one = caseOf({ play: () => new Promise(() => undefined) });
    const [result] = await runCases([one], { ...options, watchdogMs: 20 });
    expect(result).toMatchObject({ verdict: "hung", reason: "it did not end within 20 ms" });
  });
});

const about: Parameters<typeof summarize>[0] = {
  suite: "1",
  cases: "x",
  role: "codec",
  profile: "full",
  excluded: [],
  features: [],
  ms: 1,
  implementation: { name: "a", version: "1", language: "b" },
};
const result = (verdict: CheckResult["verdict"], id = "a/case"): CheckResult => ({
  case: id,
  check: "holds",
  requirements: ["COS-ENV-001"],
  verdict,
  reason: "",
  evidence: [],
  earlier: 0,
});

describe("a run", () => {
  test.each([
    ["conformant", 0, [result("passed"), result("unsupported")]],
    ["failed", 1, [result("passed"), result("failed")]],
    ["failed", 1, [result("passed"), result("wrong-reason")]],
    ["failed", 1, [result("passed"), result("not-emitted")]],
    ["failed", 1, [result("passed"), result("inconclusive")]],
    ["failed", 1, [result("passed"), result("hung")]],
    ["failed", 1, [result("passed"), result("crashed")]],
    ["not-evaluated", 9, [result("unsupported"), result("known-failing")]],
    ["not-evaluated", 9, []],
    ["harness-error", 10, [result("failed"), result("harness-error")]],
  ] as const)("is %s (%i)", (outcome, exit, results) => {
    expect(summarize(about, results, [])).toMatchObject({ outcome, exit });
  });

  test("with a stale entry is 9", () => {
    expect(summarize(about, [result("passed")], ["an entry"])).toMatchObject({ outcome: "stale", exit: 9 });
  });

  test("does not call a sentence shown that one check saw broken", () => {
    expect(summarize(about, [result("passed"), result("known-failing")], []).requirements).toEqual([]);
    expect(summarize(about, [result("passed")], []).requirements).toEqual(["COS-ENV-001"]);
  });
});

describe("a list of known failures", () => {
  const entry = { cases: ["a/*"], verdict: "failed", reason: "a reason that is long" } as const;

  test("marks what fails as it says, and nothing else", () => {
    const { results, stale } = withKnownFailures([result("failed"), result("wrong-reason", "a/other")], [entry], false);
    expect([results.map(({ verdict }) => verdict), stale]).toEqual([["known-failing", "wrong-reason"], []]);
  });

  test("is stale when a case of it passes, or is not there", () => {
    expect(withKnownFailures([result("passed")], [entry], false).stale).toEqual([
      "a/case holds: passed, and the list says failed",
    ]);
    expect(withKnownFailures([], [entry], false).stale).toEqual(["a/*: there is no such case"]);
    expect(withKnownFailures([], [entry], true).stale).toEqual([]);
  });

  test("excepts the cases that it names", () => {
    const except = { ...entry, except: ["a/case"] };
    expect(withKnownFailures([result("passed"), result("failed", "a/b")], [except], false).stale).toEqual([]);
  });

  test("has patterns whose star stops at a slash", () => {
    expect(["a/b", "a/b/c", "a/"].map((id) => toPattern("a/*").test(id))).toEqual([true, false, true]);
    expect(["a/b", "a/b/c", "ba/c"].map((id) => toPattern("a/**").test(id))).toEqual([true, true, false]);
  });
});

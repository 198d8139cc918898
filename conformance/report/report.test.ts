import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { summarize } from "../run/summary.js";
import type { CheckResult } from "../run/verdict.js";
import { toBadge } from "./badge.js";
import { toHtml } from "./html.js";
import { toJson } from "./json.js";
import { toJunit } from "./junit.js";
import { toMarkdown } from "./markdown.js";
import { showProgress } from "./progress.js";
import { toTerminal } from "./terminal.js";

const passed: CheckResult = {
  case: "synapse/a",
  check: "holds",
  requirements: ["COS-ENV-001"],
  verdict: "passed",
  reason: "",
  evidence: [],
  earlier: 0,
};
const hostile = '<script>alert("&")</script>';
const failed: CheckResult = {
  ...passed,
  case: "synapse/b",
  verdict: "failed",
  reason: hostile,
  evidence: [
    { ms: 1, peer: "asker", way: ">", what: "publish", text: `{first: 1, said: ${hostile}}` },
    { ms: 3, peer: "worker", way: "<", what: "deliver", text: "{first: 1}" },
  ],
};
const requirement = {
  id: "COS-ENV-001",
  level: "MUST",
  sentence: "A Signal MUST be <whole>.",
  line: 1,
  roles: ["synapse"],
  profile: "core",
  excluded: undefined,
} as const;

const leftOut = { requirement: "COS-SEC-001", reason: "It is not seen from <a link>." };

function reportOf(...results: readonly CheckResult[]) {
  const implementation = { name: `own ${hostile}`, version: "1.2.3", language: "any" };
  const about = { suite: "1", cases: "abc", role: "synapse", profile: "core", features: [], ms: 12 } as const;
  return summarize({ ...about, implementation, excluded: [leftOut] }, results, []);
}

test("the page needs nothing else, and nothing of a report is markup in it", () => {
  const page = toHtml(reportOf(passed, failed), [requirement]);
  expect(page).not.toContain("<script");
  expect(page).not.toMatch(/(?:src|href|url)\s*[=(]/);
  expect(page).toContain("default-src 'none'");
  expect(page).toContain("A Signal MUST be &lt;whole&gt;.");
  expect(page).toContain('<td class="number">1/2</td><td class="is-failed">failed</td>');
});

test("the page draws each failure: a lane for each peer, an arrow for each message", () => {
  const page = toHtml(reportOf(passed, failed), [requirement]);
  expect(page.match(/<svg/g)).toHaveLength(1);
  expect(page.match(/class="lane"/g)).toHaveLength(3);
  expect(page).toContain("2 messages between asker, worker and own");
  expect([page.match(/class="out"/g)?.length, page.match(/class="back"/g)?.length]).toEqual([1, 1]);
  expect(toHtml(reportOf(passed), [requirement])).not.toContain("<svg");
});

test("every report says which profile was played, and which sentences are left out, with why", () => {
  const report = reportOf(passed);
  const page = toHtml(report, [requirement]);
  expect(page).toContain("profile core");
  expect(page).toContain("Sentences that are left out (1)");
  expect(page).toContain("<code>COS-SEC-001</code> It is not seen from &lt;a link&gt;.");
  expect(toMarkdown(report)).toContain("Profile core");
  expect(toMarkdown(report)).toContain("- COS-SEC-001: It is not seen from \\<a link\\>.");
  const terminal = toTerminal(report, [requirement], false);
  expect(terminal).toContain("(any) as synapse, profile core");
  expect(terminal).toContain("1 sentences are left out:\n  COS-SEC-001 It is not seen from <a link>.");
  const junit = toJunit(report);
  expect(junit).toContain('<property name="profile" value="core"/>');
  expect(junit).toContain('<property name="excluded" value="COS-SEC-001 It is not seen from &lt;a link&gt;."/>');
  expect(JSON.parse(toJson(report))).toMatchObject({ profile: "core", excluded: [leftOut] });
});

test("a report says how many messages came before those that it kept", () => {
  const cut = reportOf({ ...failed, earlier: 40 });
  const words = "40 messages before these not shown; replay shows all";
  for (const text of [toHtml(cut, [requirement]), toJunit(cut), toTerminal(cut, [requirement], false)])
    expect(text).toContain(words);
  expect(toHtml(reportOf(failed), [requirement])).not.toContain("before these");
  const [sight] = failed.evidence;
  const evidence = Array.from({ length: 15 }, () => sight).filter((one) => one !== undefined);
  const short = toTerminal(reportOf({ ...failed, evidence, earlier: 1 }), [requirement], false);
  expect(short).toContain("… 4 messages before these not shown");
});

test("the badge says how many passed, and is green for what is conformant without a list alone", () => {
  const badge = (...results: readonly CheckResult[]): unknown => JSON.parse(toBadge(reportOf(...results)));
  const base = { schemaVersion: 1, label: "cosmonapse synapse" };
  expect(badge(passed)).toEqual({ ...base, message: "1 passed", color: "brightgreen" });
  expect(badge(passed, failed)).toEqual({ ...base, message: "1 passed, 1 failed", color: "red" });
  expect(badge(passed, { ...failed, verdict: "known-failing" })).toEqual({
    ...base,
    message: "1 passed, 1 known",
    color: "yellow",
  });
  expect(badge()).toEqual({ ...base, message: "not-evaluated", color: "red" });
});

test("nothing of a report moves the cursor of a terminal, and a failure says how to play it again", () => {
  const [said] = failed.evidence;
  const evil = "\u001b[2J\r\nall is well\u009b31m";
  const evidence = said === undefined ? [] : [{ ...said, text: evil }];
  const text = toTerminal(reportOf({ ...failed, reason: evil, evidence }), [requirement], false);
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  expect(text).toContain("\\u001b[2J\\u000d\\u000aall is well\\u009b31m");
  expect(text).toContain("again: conformance replay 'synapse/b' --role synapse\n");
});

describe("the bar of a run", () => {
  /** What stands on a terminal after two cases of three, and what it wrote to end the line. */
  function draw(isTTY: boolean): { readonly shown: string; readonly end: string } {
    const terminal = Object.assign(new PassThrough({ encoding: "utf8" }), { isTTY, columns: 80 });
    const taken = (): string => String(terminal.read() ?? "");
    const bar = showProgress(terminal, 3);
    bar.add([passed]);
    bar.add([failed]);
    const shown = taken();
    bar[Symbol.dispose]();
    return { shown, end: taken() };
  }

  test("counts the cases and those that are red, without a colour, and goes when the run is over", () => {
    const { shown, end } = draw(true);
    expect(shown).toContain("░ 0/3 cases, 0 red");
    expect(end).toMatch(/2\/3 cases, 1 red[^]*\u001b\[1G\u001b\[2K$/);
    expect(shown + end).not.toMatch(/\u001b\[\d*m/);
  });

  test("is not there without a terminal", () => {
    expect(draw(false)).toEqual({ shown: "", end: "" });
    const none = showProgress(undefined, 3);
    none.add([passed]);
    none[Symbol.dispose]();
  });
});

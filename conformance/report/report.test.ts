import { expect, test } from "vitest";
import { summarize } from "../run/summary.js";
import type { CheckResult } from "../run/verdict.js";
import { toBadge } from "./badge.js";
import { toHtml } from "./html.js";
import { toTerminal } from "./terminal.js";

const passed: CheckResult = {
  case: "synapse/a",
  check: "holds",
  requirements: ["COS-ENV-001"],
  verdict: "passed",
  reason: "",
  evidence: [],
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
  excluded: undefined,
} as const;

function reportOf(...results: readonly CheckResult[]) {
  const implementation = { name: `own ${hostile}`, version: "1.2.3", language: "any" };
  return summarize({ suite: "1", cases: "abc", role: "synapse", implementation, features: [], ms: 12 }, results, []);
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

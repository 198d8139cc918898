import { describeSight, earlierWords } from "./sights.js";
import { isRed, type Report } from "../run/summary.js";

/** The report as JUnit: one testcase for each check, skipped if it is not claimed, with the ids as properties; those left out stand above. */
export function toJunit({ results, implementation, role, counts, ms, ...about }: Report): string {
  const red = results.filter(({ verdict }) => isRed(verdict)).length;
  const head = `name="${escape(`${implementation.name} as ${role}`)}" tests="${results.length}" failures="${red}" skipped="${counts.unsupported}" time="${ms / 1_000}"`;
  const excluded = about.excluded.map(({ requirement, reason }) => ["excluded", `${requirement} ${reason}`] as const);
  const whole = [["profile", about.profile] as const, ...excluded]
    .map(([name, value]) => `<property name="${name}" value="${escape(value)}"/>`)
    .join("");
  const cases = results.map(({ case: id, check, verdict, reason, requirements, evidence, earlier }) => {
    const area = id.split("/").slice(0, -1).join(".");
    const properties = requirements.map((one) => `<property name="requirement" value="${one}"/>`).join("");
    const hidden = earlierWords(earlier);
    const lines = [...(hidden === "" ? [] : [hidden]), ...evidence.map((sight) => describeSight(sight))];
    const inside = [
      properties === "" ? "" : `<properties>${properties}</properties>`,
      isRed(verdict)
        ? `<failure type="${verdict}" message="${escape(reason)}">${escape(lines.join("\n"))}</failure>`
        : "",
      verdict === "unsupported" || verdict === "known-failing"
        ? `<skipped message="${escape(`${verdict}: ${reason}`)}"/>`
        : "",
    ].join("");
    return `    <testcase classname="${escape(area)}" name="${escape(`${id} ${check}`)}">${inside}</testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<testsuites>",
    `  <testsuite ${head}>`,
    `    <properties>${whole}</properties>`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function escape(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\n": "&#10;",
  };
  // What XML cannot hold is left out.
  const clean = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "");
  return clean.replace(/[&<>"\n]/g, (letter) => entities[letter] ?? letter);
}

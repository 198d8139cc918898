import { writeFileSync } from "node:fs";
import type { Report } from "../run/summary.js";
import { SuiteError, wordsOf } from "../ground/suite-error.js";
import { readRequirements } from "../ground/requirements.js";
import { toBadge } from "./badge.js";
import { toHtml } from "./html.js";
import { toJson } from "./json.js";
import { toJunit } from "./junit.js";
import { toMarkdown } from "./markdown.js";

const forms: Readonly<Record<string, (report: Report) => string>> = {
  badge: toBadge,
  html: (report) => toHtml(report, readRequirements()),
  json: toJson,
  junit: toJunit,
  markdown: toMarkdown,
};

/** A file that a report goes to, and its form. */
export interface ReportTarget {
  readonly form: string;
  readonly file: string;
}

/** Reads `form=file`. Throws SuiteError for a form that there is not. */
export function readReportTarget(text: string): ReportTarget {
  const [form = "", ...rest] = text.split("=");
  const file = rest.join("=");
  if (!Object.hasOwn(forms, form) || file === "") {
    throw new SuiteError(`--report ${text}: give ${Object.keys(forms).join(", ")}, then = and a file`, 2);
  }
  return { form, file };
}

/** Writes a report. Throws SuiteError if the file cannot be written. */
export function writeReport(report: Report, { form, file }: ReportTarget): void {
  try {
    writeFileSync(file, forms[form]?.(report) ?? "");
  } catch (thrown) {
    throw new SuiteError(`${file}: cannot write it: ${wordsOf(thrown)}`, 2);
  }
}

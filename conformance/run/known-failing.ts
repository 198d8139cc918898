import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { SuiteError, wordsOf } from "../ground/suite-error.js";
import type { CheckResult, Verdict } from "./verdict.js";

/** A failure that is known, with why it is there. It pins the verdict: failing in another way is red. */
export interface KnownFailure {
  /** Ids of cases; `*` stands for anything within a part between slashes. */
  readonly cases: readonly string[];
  /** Cases that a pattern matches and the entry does not mean. */
  readonly except?: readonly string[];
  readonly verdict: Verdict;
  readonly reason: string;
}

const isList = new Ajv2020().compile<readonly KnownFailure[]>({
  type: "array",
  items: {
    type: "object",
    additionalProperties: false,
    required: ["cases", "verdict", "reason"],
    properties: {
      cases: { type: "array", minItems: 1, items: { type: "string", minLength: 1 } },
      except: { type: "array", minItems: 1, items: { type: "string" } },
      verdict: { enum: ["crashed", "failed", "hung", "inconclusive", "wrong-reason"] },
      reason: { type: "string", minLength: 10 },
    },
  },
});

/** Reads a list of known failures. Throws SuiteError for a file that is none. */
export function readKnownFailures(file: string): readonly KnownFailure[] {
  let read: unknown;
  try {
    read = parse(readFileSync(file, "utf8"));
  } catch (thrown) {
    throw new SuiteError(`${file}: cannot read it: ${wordsOf(thrown)}`, 2);
  }
  if (isList(read)) return read;
  const [error] = isList.errors ?? [];
  throw new SuiteError(`${file}: ${error?.instancePath ?? ""} ${error?.message ?? "is no list"}`, 2);
}

/** A pattern of case ids as an expression: `*` is anything but a slash, `**` anything. */
export function toPattern(pattern: string): RegExp {
  const parts = pattern
    .split("**")
    .map((part) => part.split("*").map((one) => one.replace(/[.+?^${}()|[\]\\]/g, "\\$&")));
  return new RegExp(`^${parts.map((part) => part.join("[^/]*")).join(".*")}$`);
}

/**
 * Marks what fails as the list says. An entry is stale if a case of it did not fail so, or if there is no such case;
 * `isPartial`: only a part of the cases was run, so that an entry may have none.
 */
export function withKnownFailures(
  results: readonly CheckResult[],
  known: readonly KnownFailure[],
  isPartial: boolean,
): { readonly results: readonly CheckResult[]; readonly stale: readonly string[] } {
  const patterns = known.flatMap(({ cases, except = [], ...one }) =>
    cases.map((text) => {
      const pattern = toPattern(text);
      return { ...one, text, matches: (id: string): boolean => pattern.test(id) && !except.includes(id) };
    }),
  );
  const stale = patterns.flatMap(({ text, verdict, matches }) => {
    const own = results.filter((one) => matches(one.case) && one.verdict !== "unsupported");
    const passed = own
      .filter((one) => one.verdict === "passed")
      .map((one) => `${one.case} ${one.check}: passed, and the list says ${verdict}`);
    return own.length === 0 && !isPartial ? [`${text}: there is no such case`] : passed;
  });
  const marked = results.map((one): CheckResult => {
    const entry = patterns.find(({ matches, verdict }) => verdict === one.verdict && matches(one.case));
    return entry === undefined ? one : { ...one, verdict: "known-failing", reason: `${entry.reason} (${one.reason})` };
  });
  return { results: marked, stale };
}

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ErrorCode } from "../../gen/cosmonapse/v1/error.js";
import { SignalType } from "../../gen/cosmonapse/v1/signal.js";
import { CosmoError, createErrorDetail } from "../errors/index.js";
import { Matcher, parseFilter, toObserveFilter } from "./index.js";
import { answerRecord, errorRecord, taskRecord } from "../testing/records/index.js";

const shows = (text: string, record = taskRecord()): boolean => new Matcher(parseFilter(text)).matches(record);

function refusal(text: string): string {
  try {
    parseFilter(text);
  } catch (thrown) {
    if (thrown instanceof CosmoError) return thrown.detail.message;
    throw thrown;
  }
  return "";
}

/** Terms that hold for the sample task, and terms that do not. */
const holding = [
  "",
  "type:TASK",
  "type:task,ERROR",
  "source:asker",
  "neuron:planner",
  "neuron:plan*",
  '"Hello World"',
  "hello",
];
const failing = [
  "type:ERROR",
  "source:planner",
  "engram:ctx",
  "error:*",
  "took:>0ms",
  '"absent"',
  "trace:trc_0000000000ZZZZZZZZZZZZZZZZ",
  "trace:ZZZZZZZZ",
  "id:x",
];

describe("a filter", () => {
  test.each(holding)("shows a Signal for which it holds: %s", (text) => expect(shows(text)).toBe(true));

  test.each(failing)("hides a Signal for which it does not: %s", (text) => expect(shows(text)).toBe(false));

  test("is all of its terms, `-` turns one around, OR is any, parentheses group", () => {
    const term = fc.oneof(
      fc.constantFrom(...holding.slice(1)).map((text) => ({ text, holds: true })),
      fc.constantFrom(...failing).map((text) => ({ text, holds: false })),
    );
    const { tree } = fc.letrec<{ tree: { text: string; holds: boolean } }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        term,
        tie("tree").map(({ text, holds }) => ({ text: `-(${text})`, holds: !holds })),
        fc.array(tie("tree"), { minLength: 1, maxLength: 3 }).map((parts) => ({
          text: `(${parts.map((part) => part.text).join(" ")})`,
          holds: parts.every((part) => part.holds),
        })),
        fc.array(tie("tree"), { minLength: 1, maxLength: 3 }).map((parts) => ({
          text: `(${parts.map((part) => part.text).join(" OR ")})`,
          holds: parts.some((part) => part.holds),
        })),
      ),
    }));

    fc.assert(fc.property(tree, ({ text, holds }) => shows(text) === holds));
  });

  test("is read, or refused with a column within it, whatever it is", () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom("(", ")", ":", '"', "-", "\\", " ", "OR", ",", "*", ">5ms", "took", "type"),
        }),
        (text) => {
          const column = /^filter, column (\d+): /.exec(refusal(text))?.[1];
          expect(refusal(text) === "" || (Number(column) >= 1 && Number(column) <= text.length + 1)).toBe(true);
        },
      ),
    );
  });

  test.each([
    ["type:TASK typ:X", "filter, column 11: there is no 'typ:'; accepted: type:TASK,"],
    ["type:TASKS", "filter, column 1: 'TASKS' is no type of Signal; accepted: REGISTER, TASK,"],
    ["error:OOPS", "filter, column 1: 'OOPS' is no code of an error; accepted: *, MALFORMED,"],
    ["took:5", "filter, column 1: took:5 is no comparison; accepted: took:>500ms, took:<=2s"],
    ["after:noon", "filter, column 1: after:noon is no time; accepted: after:2026-01-31,"],
    ['"open', 'filter, column 1: the quote is not closed; accepted: "text"'],
    ["(type:TASK", "filter, column 1: this parenthesis is not closed; accepted: )"],
    ["type:TASK)", "filter, column 10: this parenthesis closes nothing"],
    ["type:TASK OR", "filter, column 13: here a term is missing; accepted:"],
    ["neuron:", "filter, column 1: neuron: has no value; accepted:"],
    ["-".repeat(65), "filter, column 65: more than 64 groups in each other"],
  ])("says where it is wrong, and what would have been accepted: %s", (text, message) => {
    expect(refusal(text)).toContain(message);
  });
});

describe("took", () => {
  test("is the time from a request to its outcome", () => {
    const matcher = new Matcher(parseFilter("took:>=500ms took:<=2s"));
    const seen = [0, 499, 500, 2_000, 2_001].map((ms) => matcher.matches(ms === 0 ? taskRecord() : answerRecord(ms)));

    expect(seen).toEqual([false, false, true, true, false]);
  });

  test("does not hold where the request was not seen", () => {
    expect(shows("took:<1h", answerRecord(5))).toBe(false);
  });
});

test("errors are found by code, on outcomes and on what was refused", () => {
  expect(shows("error:UNROUTABLE", errorRecord("UNROUTABLE"))).toBe(true);
  expect(shows("error:LATE", errorRecord("UNROUTABLE"))).toBe(false);
  expect(shows("error:late", { ...taskRecord(), refused: createErrorDetail("LATE", "") })).toBe(true);
  expect(Object.keys(ErrorCode)).toContain("LATE");
});

test("before and after are of when a Signal was seen", () => {
  expect(shows("after:2026-01-01 before:2026-01-03")).toBe(true);
  expect(shows("after:2026-01-03")).toBe(false);
  expect(shows("before:2026-01-01")).toBe(false);
});

test("a Synapse is asked what it can know, and never for less than the filter shows", () => {
  const trace = "trc_01JFDZ00000000000000000000";
  const ask = (text: string) => toObserveFilter(parseFilter(text));

  expect(ask(`type:TASK,ERROR trace:${trace} source:a -type:FINAL hello`)).toEqual({
    types: [SignalType.TASK, SignalType.ERROR],
    traceIds: [trace],
    participants: ["a"],
  });
  const everything = { types: [], traceIds: [], participants: [] };
  for (const text of ["type:TASK OR source:a", "-type:TASK", "neuron:a", "source:a*", "type:ERROR took:>1s"]) {
    expect(ask(text), text).toEqual(everything);
  }
});

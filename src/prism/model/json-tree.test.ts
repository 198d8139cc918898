import { expect, test } from "vitest";
import { compareJson, jsonRows } from "./index.js";

const shown = (value: unknown, options = {}): readonly string[] =>
  jsonRows(value, options).rows.map(({ depth, name, text, isExpanded }) => {
    const fold = isExpanded === undefined ? " " : isExpanded ? "-" : "+";
    return `${"  ".repeat(depth)}${fold}${name === "" ? "" : `${name}: `}${text}`;
  });

test("a value is shown with what is in it, in order", () => {
  expect(shown({ type: "TASK", list: [1, true, null, "a"], none: {}, empty: [] })).toEqual([
    "-4 members",
    '   type: "TASK"',
    "  -list: 4 items",
    "     0: 1",
    "     1: true",
    "     2: null",
    '     3: "a"',
    "   none: 0 members",
    "   empty: 0 items",
  ]);
});

test("what is toggled is closed, or open if it was closed for its size", () => {
  const value = { one: { two: 2 }, many: Array.from({ length: 101 }, (_, index) => index) };
  expect(shown(value)).toHaveLength(4);
  expect(shown(value, { toggled: new Set(["$['one']"]) })).toEqual([
    "-2 members",
    "  +one: 1 member",
    "  +many: 101 items",
  ]);
  expect(shown(value, { toggled: new Set(["$['many']"]) })).toHaveLength(4 + 101);
});

test("a path is one of RFC 9535 in its normal form", () => {
  const value = { "it's": [{ 'say "it"': 1 }], "back\\slash\n": 2 };
  expect(jsonRows(value).rows.map(({ path }) => path)).toEqual([
    "$",
    "$['it\\'s']",
    "$['it\\'s'][0]",
    "$['it\\'s'][0]['say \"it\"']",
    "$['back\\\\slash\\n']",
  ]);
});

test("a value of any depth and size has bounded rows", () => {
  let deep: unknown = 1;
  for (let level = 0; level < 50_000; level += 1) deep = [deep];
  const sizeOf = ({ rows, isWhole }: ReturnType<typeof jsonRows>) => [rows.length, isWhole];
  expect(sizeOf(jsonRows(deep))).toEqual([7, true]);
  expect(sizeOf(jsonRows(deep, { depth: Infinity, rowsMax: 1_000 }))).toEqual([1_000, false]);
  const wide = Array.from({ length: 200_000 }, (_, index) => index);
  expect(sizeOf(jsonRows(wide, { toggled: new Set(["$"]) }))).toEqual([100_000, false]);
  expect(sizeOf(jsonRows(wide.slice(0, 99_999), { toggled: new Set(["$"]) }))).toEqual([100_000, true]);
});

test("two values differ where a text, a number or nothing stands in the place of another", () => {
  const before = { same: 1, text: "a", list: [1, 2, 3], gone: { deep: true }, empty: {} };
  const after = { same: 1, text: "b", list: [1, 5], empty: [], new: null };
  expect(compareJson(before, after)).toEqual([
    { path: "$['text']", before: '"a"', after: '"b"' },
    { path: "$['list'][1]", before: "2", after: "5" },
    { path: "$['list'][2]", before: "3", after: undefined },
    { path: "$['gone']['deep']", before: "true", after: undefined },
    { path: "$['empty']", before: "0 members", after: "0 items" },
    { path: "$['new']", before: undefined, after: "null" },
  ]);
  expect(compareJson(before, structuredClone(before))).toEqual([]);
  const wide = Array.from({ length: 150_000 }, (_, index) => index);
  expect(compareJson(wide, [...wide.slice(0, -1), "other"])).toHaveLength(1);
});

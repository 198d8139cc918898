import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CosmoError } from "../errors/index.js";
import { canonicalText, isJsonObject, jsonEqual, readJsonBytes, readJsonText } from "./canonical.js";
import { isStorable } from "./code-points.js";
import { parseJsonText } from "./json-text.js";

function codeOf(attempt: () => unknown): string {
  try {
    attempt();
    return "none";
  } catch (thrown) {
    return thrown instanceof CosmoError ? thrown.code : `untyped: ${String(thrown)}`;
  }
}

/** RFC 8785 written another way: the names of every object are sorted, then JSON.stringify does the rest. */
function independentText(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    const sorted: Record<string, unknown> = Object.create(null);
    for (const name of Object.keys(member).sort()) sorted[name] = Reflect.get(member, name);
    return sorted;
  });
}

// Names that look like numbers are left out: an engine puts them first, whatever the order of insertion.
const text = fc.string({ unit: "grapheme" }).filter((value) => isStorable(value) && !/^\d+$/.test(value));
const { tree: json } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    text,
    fc.array(tie("tree"), { maxLength: 5 }),
    fc.dictionary(text, tie("tree"), { maxKeys: 5 }),
  ),
}));

describe("canonicalText", () => {
  test("agrees with another writing of RFC 8785", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalText(value, "INVALID_ENTRY")).toBe(independentText(value));
      }),
      { numRuns: 1000 },
    );
  });

  test("is a fixed point, and keeps the value", () => {
    fc.assert(
      fc.property(json, (value) => {
        const once = canonicalText(value, "INVALID_ENTRY");
        const read = readJsonText(once, "INVALID_ENTRY");
        expect(read.text).toBe(once);
        expect(canonicalText(read.value, "INVALID_ENTRY")).toBe(once);
      }),
      { numRuns: 1000 },
    );
  });

  test("sorts names that look like numbers as text", () => {
    expect(canonicalText({ 10: 1, 9: 2, "-": 3 }, "INVALID_ENTRY")).toBe('{"-":3,"10":1,"9":2}');
  });

  test("writes the numbers of RFC 8785, appendix B", () => {
    const numbers = [
      0, -0, 5e-324, 1.7976931348623157e308, 9007199254740991, 295147905179352830000, 1e21, 333333333.3333332,
    ];
    expect(numbers.map((number) => canonicalText(number, "INVALID_ENTRY"))).toEqual([
      "0",
      "0",
      "5e-324",
      "1.7976931348623157e+308",
      "9007199254740991",
      "295147905179352830000",
      "1e+21",
      "333333333.3333332",
    ]);
  });

  test("leaves out members that are undefined", () => {
    expect(canonicalText({ a: undefined, b: 1 }, "INVALID_ENTRY")).toBe('{"b":1}');
  });

  const circle: { self?: unknown } = {};
  circle.self = circle;
  test.each([
    ["undefined", undefined],
    ["undefined in a list", [undefined]],
    ["a hole in a list", new Array(1)],
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["a bigint", 1n],
    ["NaN", Number.NaN],
    ["an infinity", -Infinity],
    ["a Date", new Date(0)],
    ["a Map", new Map()],
    ["bytes", new Uint8Array(1)],
    ["half a surrogate pair", "\uD800"],
    ["half a surrogate pair in a name", { "\uDC00": 1 }],
    ["U+0000", "\0"],
    ["a circle", circle],
  ])("refuses %s", (_, value) => {
    expect(codeOf(() => canonicalText({ a: [value] }, "INVALID_ENTRY"))).toBe("INVALID_ENTRY");
  });

  test("names the place of the fault as a JSON Pointer", () => {
    expect(() => canonicalText({ a: [{ "b/c~": Number.NaN }] }, "INVALID_ENTRY")).toThrow('at "/a/0/b~1c~0"');
  });
});

describe("readJsonText", () => {
  test("takes spaces, another order and other writings, and gives the canonical text", () => {
    fc.assert(
      fc.property(json, fc.constantFrom(0, 1, "\t"), (value, indent) => {
        const read = readJsonText(JSON.stringify(value, undefined, indent), "INVALID_ENTRY");
        expect(read.text).toBe(canonicalText(value, "INVALID_ENTRY"));
      }),
      { numRuns: 500 },
    );
  });

  test("never throws anything but the code that it was given", () => {
    const odd = fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .array(fc.constantFrom("{", "}", "[", "]", ",", ":", '"a"', '"', "\\", "1", "-", ".", "e", "null", " "))
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(odd, (source) => {
        expect(["none", "INVALID_ENTRY"]).toContain(codeOf(() => readJsonText(source, "INVALID_ENTRY")));
      }),
      { numRuns: 3000 },
    );
  });

  test("agrees with JSON.parse on what is JSON, apart from what I-JSON forbids", () => {
    const parts = fc.array(
      fc.constantFrom("{", "}", "[", "]", ",", ":", '"a"', '"b"', "1", "2.5", "true", "null", " "),
    );
    fc.assert(
      fc.property(parts, (list) => {
        const source = list.join("");
        const parsed = codeOf(() => JSON.parse(source)) === "none";
        const hasRepeat = codeOf(() => parseJsonText(source, 32, "INVALID_ENTRY")) !== "none";
        if (!parsed) expect(hasRepeat).toBe(true);
        else if (!source.includes("{")) expect(hasRepeat).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    "9007199254740993",
    "1e400",
    "-1e400",
    "1e-400",
    "0.30000000000000004440892098500626",
    "123456789012345678901",
  ])("refuses the number %s, which a double changes", (literal) => {
    expect(codeOf(() => readJsonText(`{"n":${literal}}`, "INVALID_ENTRY"))).toBe("INVALID_ENTRY");
  });

  test.each([
    ["1.0", "1"],
    ["10e-1", "1"],
    ["0.000", "0"],
    ["-0.0e9", "0"],
    ["1E+2", "100"],
    ["123456789012345680000", "123456789012345680000"],
    ["0.1", "0.1"],
    ["1e23", "1e+23"],
  ])("keeps the number %s as %s", (literal, canonical) => {
    expect(readJsonText(literal, "INVALID_ENTRY").text).toBe(canonical);
  });

  test("refuses 100,000 levels at once, without an overflow of the stack", () => {
    expect(codeOf(() => readJsonText("[".repeat(100_000), "INVALID_ENTRY"))).toBe("INVALID_ENTRY");
    expect(codeOf(() => readJsonText("[".repeat(1e5) + "]".repeat(1e5), "INVALID_ENTRY"))).toBe("INVALID_ENTRY");
  });

  test("refuses bytes that are no UTF-8, and a byte order mark", () => {
    expect(codeOf(() => readJsonBytes(Uint8Array.of(0x22, 0xc3, 0x22), "INVALID_FILTER"))).toBe("INVALID_FILTER");
    expect(codeOf(() => readJsonBytes(Uint8Array.of(0xef, 0xbb, 0xbf, 0x31), "INVALID_FILTER"))).toBe("INVALID_FILTER");
  });
});

test("jsonEqual compares by value, and null is no object", () => {
  expect(jsonEqual({ a: [1, { b: null }], c: 2 }, { c: 2, a: [1, { b: null }] })).toBe(true);
  expect(jsonEqual([1, 2], [2, 1])).toBe(false);
  expect(jsonEqual(1, "1")).toBe(false);
  expect(jsonEqual({}, [])).toBe(false);
  expect([isJsonObject(null), isJsonObject([]), isJsonObject({})]).toEqual([false, false, true]);
});

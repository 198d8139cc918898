import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ComparisonOp, type Filter } from "../../gen/cosmonapse/v1/memory.js";
import { CosmoError } from "../errors/index.js";
import type { Json } from "../foundation/index.js";
import { canonicalText } from "./canonical.js";
import { evaluateWhere, readFilter, readPointer, resolvePointer } from "./where.js";

const ops = Object.values(ComparisonOp).filter((op) => op !== ComparisonOp.UNSPECIFIED);
const paths = ["", "/a", "/b", "/a/b", "/l/0", "/l/1", "/missing", "/a/missing"];
const scalar: fc.Arbitrary<Json> = fc.constantFrom(
  null,
  true,
  false,
  0,
  1,
  2.5,
  "",
  "a",
  "ab",
  "b",
  "\u{1F600}",
  "\uFFFD",
);
const value: fc.Arbitrary<Json> = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.record({ b: scalar }));
const content = fc.record({ a: value, b: value, l: value }, { requiredKeys: [] });

function comparison(path: string, op: ComparisonOp, operand: Json): Filter {
  const bytes = new TextEncoder().encode(canonicalText(operand, "INTERNAL"));
  return { node: { $case: "comparison", value: { path, op, value: bytes } } };
}

/** Whether the filter holds; undefined if it is refused. */
function evaluate(filter: Filter, of: Json): boolean | undefined {
  try {
    return evaluateWhere(readFilter(filter), of);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(CosmoError);
    return undefined;
  }
}

const anyComparison = fc.tuple(fc.constantFrom(...paths), fc.constantFrom(...ops), value);

describe("evaluateWhere", () => {
  test("finds every comparison with a missing field false, but for exists", () => {
    fc.assert(
      fc.property(anyComparison, content, ([path, op, operand], of) => {
        if (resolvePointer(of, readPointer(path)) !== undefined) return;
        const wanted = op === ComparisonOp.EXISTS ? operand === false : false;
        expect(evaluate(comparison(path, op, operand), of) ?? wanted).toBe(wanted);
      }),
      { numRuns: 2000 },
    );
  });

  test("finds ne the opposite of eq, and nin of in, on a field that is there", () => {
    fc.assert(
      fc.property(fc.constantFrom(...paths), value, content, (path, operand, of) => {
        const isThere = resolvePointer(of, readPointer(path)) !== undefined;
        const holds = (op: ComparisonOp, right: Json): boolean | undefined => evaluate(comparison(path, op, right), of);
        expect(holds(ComparisonOp.NE, operand)).toBe(isThere && !holds(ComparisonOp.EQ, operand));
        expect(holds(ComparisonOp.NIN, [operand])).toBe(isThere && !holds(ComparisonOp.IN, [operand]));
        expect(holds(ComparisonOp.IN, [operand])).toBe(holds(ComparisonOp.EQ, operand));
      }),
      { numRuns: 1000 },
    );
  });

  test("orders only two numbers or two strings, and those totally", () => {
    fc.assert(
      fc.property(scalar, fc.constantFrom(0, 1, 2.5, "", "a", "ab", "\u{1F600}", "\uFFFD"), (field, operand) => {
        const holds = (op: ComparisonOp): boolean | undefined => evaluate(comparison("/f", op, operand), { f: field });
        const isSameType = typeof field === typeof operand;
        expect(holds(ComparisonOp.GT) || holds(ComparisonOp.LTE)).toBe(isSameType);
        expect(holds(ComparisonOp.LT) || holds(ComparisonOp.GTE)).toBe(isSameType);
        expect(holds(ComparisonOp.GT) && holds(ComparisonOp.LT)).toBe(false);
        expect(holds(ComparisonOp.GTE) && holds(ComparisonOp.LTE)).toBe(isSameType && field === operand);
      }),
      { numRuns: 1000 },
    );
  });

  test("keeps De Morgan's laws", () => {
    const negate = (filter: Filter): Filter => ({ node: { $case: "negation", value: filter } });
    const list = (kind: "all" | "any", filters: Filter[]): Filter => ({ node: { $case: kind, value: { filters } } });
    const filters = fc.array(
      fc.tuple(fc.constantFrom(...paths), scalar).map(([path, operand]) => comparison(path, ComparisonOp.EQ, operand)),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(filters, content, (members, of) => {
        expect(evaluate(negate(list("all", members)), of)).toBe(evaluate(list("any", members.map(negate)), of));
        expect(evaluate(negate(list("any", members)), of)).toBe(evaluate(list("all", members.map(negate)), of));
      }),
      { numRuns: 1000 },
    );
  });

  test("refuses what it cannot compare instead of saying false", () => {
    fc.assert(
      fc.property(anyComparison, ([path, op, operand]) => {
        const wants: Partial<Record<number, boolean>> = {
          [ComparisonOp.GT]: typeof operand === "number" || typeof operand === "string",
          [ComparisonOp.IN]: Array.isArray(operand),
          [ComparisonOp.EXISTS]: typeof operand === "boolean",
          [ComparisonOp.PREFIX]: typeof operand === "string",
        };
        const isTaken = evaluate(comparison(path, op, operand), {}) !== undefined;
        expect(isTaken).toBe(wants[op] ?? isTaken);
      }),
    );
  });
});

test("readPointer reads RFC 6901", () => {
  expect(readPointer("")).toEqual([]);
  expect(readPointer("/")).toEqual([""]);
  expect(readPointer("/a~1b/m~0n/~01/0")).toEqual(["a/b", "m~n", "~1", "0"]);
  for (const wrong of ["a", "/~", "/~2", "#/a"]) expect(() => readPointer(wrong)).toThrow("JSON Pointer");
});

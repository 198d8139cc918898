import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../foundation/index.js";
import { canonicalText } from "./canonical.js";
import { deepUnion, mergePatch, overlay } from "./merge.js";

/** Objects of JSON, as text and back, so that they are what a parser gives. */
const { object } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, 0, 1, "x", "y"),
    fc.array(tie("tree"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc.dictionary(fc.constantFrom("a", "b", "c", "__proto__"), tie("tree"), { maxKeys: 4 }),
}));
const objects = object.map((value): JsonObject => JSON.parse(JSON.stringify(value)));

const text = (value: JsonObject): string => canonicalText(value, "INTERNAL");

describe("mergePatch", () => {
  // The examples of RFC 7396, appendix A, whose target and patch are objects.
  test.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', "{}"],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['{"e":null}', '{"a":1}', '{"a":1,"e":null}'],
    ["{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])("of %s with %s is %s", (target, patch, result) => {
    expect(text(mergePatch(JSON.parse(target), JSON.parse(patch)))).toBe(result);
  });

  test("twice changes nothing more, and changes no argument", () => {
    fc.assert(
      fc.property(objects, objects, (target, patch) => {
        const before = [text(target), text(patch)];
        const once = mergePatch(target, patch);
        expect(text(mergePatch(once, patch))).toBe(text(once));
        expect([text(target), text(patch)]).toEqual(before);
      }),
    );
  });

  test("never reaches the prototype of objects", () => {
    mergePatch({}, JSON.parse('{"__proto__":{"polluted":1}}'));

    expect("polluted" in {}).toBe(false);
  });
});

describe("deepUnion", () => {
  test.each([
    ['{"a":[1,2]}', '{"a":[2,3]}', '{"a":[1,2,3]}'],
    ['{"a":[1,1]}', '{"a":[]}', '{"a":[1]}'],
    ['{"a":[{"x":1}]}', '{"a":[{"x":1},{"x":2}]}', '{"a":[{"x":1},{"x":2}]}'],
    ['{"a":1}', '{"a":null}', '{"a":1}'],
    ["{}", '{"a":null,"b":{"c":null}}', '{"b":{}}'],
    ['{"a":{"b":[1]}}', '{"a":{"b":[2],"c":0}}', '{"a":{"b":[1,2],"c":0}}'],
    ['{"a":[1]}', '{"a":2}', '{"a":2}'],
    ['{"a":2}', '{"a":[1,1]}', '{"a":[1]}'],
  ])("of %s with %s is %s", (target, patch, result) => {
    expect(text(deepUnion(JSON.parse(target), JSON.parse(patch)))).toBe(result);
  });

  test("twice changes nothing more", () => {
    fc.assert(
      fc.property(objects, objects, (target, patch) => {
        const once = deepUnion(target, patch);
        expect(text(deepUnion(once, patch))).toBe(text(once));
      }),
    );
  });

  test("loses no name of the target", () => {
    fc.assert(
      fc.property(objects, objects, (target, patch) => {
        expect(Object.keys(deepUnion(target, patch))).toEqual(expect.arrayContaining(Object.keys(target)));
      }),
    );
  });
});

test("overlay goes into objects, and replaces lists and null", () => {
  const older = { a: { x: 1, y: 2 }, b: [1, 2], c: 3, d: 4 };
  const newer = { a: { y: null, z: 5 }, b: [9], c: { deep: 1 } };

  expect(overlay(older, newer)).toEqual({ a: { x: 1, y: null, z: 5 }, b: [9], c: { deep: 1 }, d: 4 });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CosmoError } from "../errors/index.js";
import { decodeJson, encodeJson } from "./index.js";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const content = (text: string, mediaType = ""): { mediaType: string; data: Uint8Array; schema: string } => ({
  mediaType,
  data: utf8(text),
  schema: "",
});

/** An object that holds itself, `depth` levels down. */
function circle(): object {
  const inner: { list: unknown[] } = { list: [] };
  const outer = { a: inner };
  inner.list.push(1, outer);
  return outer;
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

function refusalOf(value: unknown): CosmoError | undefined {
  try {
    encodeJson(value, "INVALID_OUTPUT");
    return undefined;
  } catch (thrown) {
    return thrown instanceof CosmoError ? thrown : undefined;
  }
}

describe("encodeJson", () => {
  test("writes what JSON.stringify writes, in UTF-8, with an empty media type", () => {
    const value = { a: [1, "é🙂", null, true], left: undefined, at: new Date(0), own: { toJSON: () => ({ b: 1 }) } };
    expect(encodeJson(value, "INVALID_OUTPUT")).toEqual(content(JSON.stringify(value)));
  });

  test("gives back what it got, whatever JSON that is", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
        const bytes = encodeJson(value, "INVALID_OUTPUT");
        expect(decodeJson(bytes, null, "INVALID_INPUT")).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test.each([
    [undefined, "The value is undefined"],
    [() => 1, "The value is a function"],
    [{ a: { b: Symbol("s") } }, "'a.b' is a symbol"],
    [{ list: [1, 2n] }, "'list[1]' is a bigint"],
    [[undefined], "'[0]' is undefined"],
    [{ a: Number.NaN }, "'a' is NaN"],
    [[-Infinity], "'[0]' is -Infinity"],
    ["\uD800", "The value is a string with half a surrogate pair"],
    [{ "\uDC00": 1 }, "half a surrogate pair"],
    [{ m: new Map([[1, 2]]) }, "'m' is of the kind Map"],
    [{ p: Promise.resolve(1) }, "'p' is of the kind Promise"],
    [new Uint8Array(2), "The value is of the kind Uint8Array"],
    [new RangeError("x"), "The value is of the kind Error"],
    [circle(), "'a.list[1]' is a circle"],
    [nested(513), "nested deeper than 512 levels"],
    [{ toJSON: () => undefined }, "The value is undefined"],
  ])("refuses %s and names the place", (value, message) => {
    const refusal = refusalOf(value);
    expect([refusal?.code, refusal?.detail.requirement]).toEqual(["INVALID_OUTPUT", "COS-CONT-006"]);
    expect(refusal?.detail.message).toContain(message);
  });

  test("accepts 512 levels, and a value that is there twice without a circle", () => {
    const shared = { x: 1 };
    expect(refusalOf(nested(512))).toBeUndefined();
    expect(refusalOf({ one: shared, two: [shared, shared] })).toBeUndefined();
  });

  test("throws the code that it was told, also when a getter, toJSON or a proxy throws", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const bad = { toJSON: () => { throw new RangeError("mine"); } }; // prettier-ignore
    const getter = Object.defineProperty({}, "a", { enumerable: true, get: () => bad.toJSON() });
    for (const value of [bad, getter, proxy]) expect(refusalOf(value)?.code).toBe("INVALID_OUTPUT");
    expect(refusalOf(bad)?.detail.message).toBe("mine");
  });
});

describe("decodeJson", () => {
  test("reads an absent content as what the caller says", () => {
    expect(decodeJson(undefined, {}, "INVALID_INPUT")).toEqual({});
  });

  test("reads JSON whatever the case and the parameters of its media type", () => {
    for (const mediaType of ["", "application/json", "Application/JSON; charset=utf-8", " application/json "]) {
      expect(decodeJson(content("[1]", mediaType), null, "INVALID_INPUT")).toEqual([1]);
    }
  });

  test.each([
    ["another media type", content("1", "text/plain")],
    ["a media type that only begins like JSON's", content("1", "application/jsonl")],
    ["no text", content("")],
    ["broken JSON", content("{")],
    ["a byte order mark", content("\uFEFF1")],
    ["bytes that are no UTF-8", { mediaType: "", data: Uint8Array.of(0x22, 0xff, 0x22), schema: "" }],
  ])("refuses %s with the code that it was told", (_name, bad) => {
    const expected = { code: "INVALID_INPUT", detail: expect.objectContaining({ requirement: "COS-CONT-004" }) };
    expect(() => decodeJson(bad, null, "INVALID_INPUT")).toThrow(expect.objectContaining(expected));
  });
});

// The suite's own reader and writer, beside a second opinion: protobufjs, which shares no line with them.
import { describe, expect, test } from "vitest";
import { generateCases } from "../codec/message-cases.js";
import { readVectors } from "../codec/vector-cases.js";
import { readDescriptors } from "../ground/files.js";
import { fromHex, resolveObject } from "../synapse/resolve.js";
import { decodeMessage } from "./decode.js";
import { WireError } from "./reader.js";
import { Schema } from "./schema.js";
import { canonical, isObject, toHex } from "./value.js";
import { encodeMessage } from "./writer.js";

const schema = new Schema(readDescriptors());
const cases = generateCases(schema);
const message = "cosmonapse.v1.Signal";

describe("the generated cases", () => {
  test("are many, each with an id of its own", () => {
    expect(cases.length).toBeGreaterThan(4_000);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  });

  test("are read where they are valid, and refused where they are not", () => {
    for (const { id, message: name, bytes, expect: wanted } of cases) {
      const read = (): unknown => decodeMessage(schema, name, bytes);
      if (wanted === "refused") expect(read, id).toThrow(WireError);
      else expect(read, id).not.toThrow();
    }
  });

  test("mean to protobufjs what they mean to the suite", () => {
    // Maps with a name of a prototype are kept apart: protobufjs guards itself against them.
    const same = cases.filter(({ id, expect: wanted }) => wanted === "same" && !id.endsWith("name-of-a-prototype"));
    for (const { id, message: name, bytes } of same) {
      const type = schema.reflected(name);
      const again = type.encode(type.decode(bytes)).finish();
      const known = (data: Uint8Array): string => {
        const { "?": _, ...own } = decodeMessage(schema, name, data);
        return withoutUnknown(canonical(own));
      };
      expect(known(again), id).toBe(known(bytes));
    }
  });
});

/** What a reader that drops unknown fields leaves of a message. */
function withoutUnknown(text: string): string {
  return text.replace(/"\?": \[[^\]]*\](?:, )?/g, "").replace(/, \}/g, "}");
}

describe("the golden vectors", () => {
  test.each(readVectors().map((vector) => [vector.name, vector] as const))(
    "%s says what its bytes say",
    (_, vector) => {
      const { "?": rest = [], ...own } = vector.signal;
      const unknown = Array.isArray(rest) ? rest.map((hex) => fromHex(String(hex))) : [];
      const value = resolveObject(own, new Map());
      const bytes = encodeMessage(schema, message, unknown.length === 0 ? value : { ...value, "?": unknown });
      expect(toHex(bytes)).toBe(vector.hex);
    },
  );

  test("have one of every type", () => {
    const bodies = schema.fields(message).filter(({ oneof }) => oneof === "body");
    const shown = readVectors().flatMap(({ hex }) => Object.keys(decodeMessage(schema, message, fromHex(hex))));
    expect(bodies.map(({ name }) => name).filter((name) => !shown.includes(name))).toEqual([]);
  });
});

describe("the reader", () => {
  const read = (hex: string, name = message) => decodeMessage(schema, name, fromHex(hex));

  test("lets the last of a scalar win, and merges messages", () => {
    expect(read("2a01612a0162")).toEqual({ source: "b" });
    expect(read("3a020801 3a0410c0843d")).toEqual({ created_at: { seconds: 1n, nanos: 1_000_000 } });
  });

  test("keeps what it does not know, in order of numbers", () => {
    const { "?": unknown } = read("c23e0102 7a0101");
    expect(Array.isArray(unknown) && unknown.map((one) => one instanceof Uint8Array && toHex(one))).toEqual([
      "7a0101",
      "c23e0102",
    ]);
  });

  test("lets the last member of a oneof win", () => {
    expect(Object.keys(read("8a0100a20100"))).toEqual(["recall"]);
  });

  test("reads packed and unpacked as one", () => {
    const [packed, single] = ["0a020102", "08010802"].map((hex) => read(hex, "cosmonapse.v1.Hello"));
    expect(packed).toEqual({ versions: [1, 2] });
    expect(single).toEqual(packed);
  });

  test.each([
    ["what is cut off", "0a05"],
    ["a varint of eleven bytes", "4880808080808080808080 8001"],
    ["the number zero", "0201"],
    ["a group", "0b0c"],
    ["a text that is no UTF-8", "2a0180"],
  ])("refuses %s", (_, hex) => {
    expect(() => read(hex)).toThrow(WireError);
  });

  test("tells absent from zero where that differs", () => {
    expect(read("4800", "cosmonapse.v1.ErrorDetail")).toEqual({ current_version: 0n });
    expect(read("1800", "cosmonapse.v1.ErrorDetail")).toEqual({});
  });
});

test("equal values, and no others, have equal texts", () => {
  expect(canonical({ b: 1, a: [1n] })).toBe(canonical({ a: [1n], b: 1 }));
  const texts = [0, -0, 0n, "0", false, new Uint8Array([0]), [0], { a: 0 }].map((value) => canonical(value));
  expect(new Set(texts).size).toBe(texts.length);
  expect(isObject(new Uint8Array())).toBe(false);
});

import { describe, expect, test } from "vitest";
import { SIGNAL_FIELDS } from "../../gen/cosmonapse/v1/tables.js";
import { encodeSignal, peekSignal, SignalPeek } from "./index.js";
import { SAMPLE_ID, SAMPLE_TRACE, samples } from "./test-samples.js";

const peek = new SignalPeek();

function textOf(bytes: Uint8Array, field: number): string | undefined {
  if ((peek.seen & (1 << field)) === 0) return undefined;
  return new TextDecoder().decode(bytes.subarray(peek.starts[field], peek.ends[field]));
}

describe("peekSignal", () => {
  test("finds the type, the exchange, the body and every part of the header", () => {
    const bytes = encodeSignal(samples.task);
    peekSignal(bytes, peek);
    expect([peek.type, peek.exchange]).toEqual([17, 2]);
    expect(textOf(bytes, SIGNAL_FIELDS.id)).toBe(SAMPLE_ID);
    expect(textOf(bytes, SIGNAL_FIELDS.traceId)).toBe(SAMPLE_TRACE);
    expect(textOf(bytes, SIGNAL_FIELDS.source)).toBe("worker");
    expect(textOf(bytes, SIGNAL_FIELDS.parentId)).toBeUndefined();
    expect(textOf(bytes, SIGNAL_FIELDS.directed)).toContain("researcher");
    expect(peek.bodyOffset + peek.bodyLength).toBe(bytes.length);
  });

  test("finds the same when the fields stand in another order", () => {
    const bytes = encodeSignal(samples.stop);
    peekSignal(bytes, peek);
    const bodyStart = peek.bodyOffset - 3;
    const turned = Uint8Array.of(...bytes.subarray(bodyStart), ...bytes.subarray(0, bodyStart));
    peekSignal(turned, peek);
    expect([peek.type, peek.exchange, peek.bodyOffset]).toEqual([28, 5, 3]);
    expect(textOf(turned, SIGNAL_FIELDS.id)).toBe(SAMPLE_ID);
  });

  test("forgets the Signal before", () => {
    peekSignal(encodeSignal(samples.task), peek);
    peekSignal(encodeSignal(samples.discover), peek);
    expect(textOf(new Uint8Array(), SIGNAL_FIELDS.traceId)).toBeUndefined();
    expect([peek.type, peek.exchange, peek.bodyLength]).toEqual([27, 5, 0]);
  });

  test("finds a body of any length, and one whose tag or length is written longer than it need be", () => {
    for (const length of [0, 1, 127, 128, 16_383, 16_384, 70_000]) {
      const body = { $case: "stop", value: { requestId: "", reason: "x".repeat(length) } } as const;
      const bytes = encodeSignal({ ...samples.stop, body });
      peekSignal(bytes, peek);
      expect([peek.type, peek.bodyOffset + peek.bodyLength]).toEqual([28, bytes.length]);
    }
    for (const bytes of [
      [0x8a, 0x81, 0, 1, 9],
      [0x8a, 1, 0x81, 0, 9],
      [0x8a, 1, 0x81, 0x80, 0, 9],
    ]) {
      peekSignal(Uint8Array.from(bytes), peek);
      expect([peek.type, peek.bodyOffset, peek.bodyLength]).toEqual([17, bytes.length - 1, 1]);
    }
  });

  test("reads the field 15 of a later version as a part of the header, not as a body", () => {
    peekSignal(Uint8Array.of(0x7a, 1, 1, 0x7a, 1, 2, 0x78, 5, 0x8a, 1, 0), peek);
    expect([peek.type, peek.seen, peek.bodyOffset]).toEqual([17, 0, 11]);
  });

  test.each<[string, number[]]>([
    ["COS-TYPE-002", []],
    ["COS-TYPE-002", [0xc0, 0x3e, 1]],
    ["COS-TYPE-002", [0x8a, 1, 0, 0x8a, 1, 0]],
    ["COS-TYPE-002", [0x8a, 1, 0, 0xfa, 1, 0]],
    ["COS-TYPE-003", [0x88, 1, 0]],
    ["COS-TYPE-003", [0x8d, 1, 0, 0, 0, 0]],
    ["COS-ENV-026", [0x0a, 0, 0x0a, 0, 0x8a, 1, 0]],
    ["COS-ENV-026", [0x20, 1, 0xa0, 0, 1, 0x8a, 1, 0]],
    ["COS-ENV-028", [0x0a]],
    ["COS-ENV-028", [0x0a, 5, 1]],
    ["COS-ENV-028", [0x8a, 1]],
    ["COS-ENV-028", [0x8a, 1, 0x80]],
    ["COS-ENV-028", [0x8a, 1, 9]],
    ["COS-ENV-028", [0x08, 1, 0x8a, 1, 0]],
    ["COS-ENV-028", [0x22, 0, 0x8a, 1, 0]],
    ["COS-ENV-028", [0, 0]],
    ["COS-ENV-028", [0x0b, 0x0c, 0x8a, 1, 0]],
    ["COS-ENV-028", [0x7b, 0x7c, 0x8a, 1, 0]],
    ["COS-ENV-028", [0x7e, 0x8a, 1, 0]],
    ["COS-ENV-028", [0x20, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2]],
    ["COS-ENV-028", [255, 255, 255, 255, 255, 1]],
    ["COS-ENV-028", [255, 255, 255, 255, 0x1f, 1]],
  ])("refuses with %s: %j", (requirement, bytes) => {
    const expected = { code: "MALFORMED", detail: expect.objectContaining({ requirement }) };
    expect(() => peekSignal(Uint8Array.from(bytes), peek)).toThrow(expect.objectContaining(expected));
  });
});

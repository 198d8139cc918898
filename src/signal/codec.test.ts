import { describe, expect, test } from "vitest";
import { CosmoError } from "../errors/index.js";
import { decodeSignal, encodeSignal } from "./codec.js";
import { STANDARD_LIMITS } from "./limits.js";
import { scanSignal } from "./scan.js";
import { SAMPLE_ID, samples } from "./test-samples.js";

function text(value: string): number[] {
  return [...new TextEncoder().encode(value)];
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

/** A field of the wire type 2. */
function field(number: number, value: readonly number[]): number[] {
  return [...varint((number << 3) | 2), ...varint(value.length), ...value];
}

const heartbeatHead = [...field(1, text(SAMPLE_ID)), 0x20, 5, ...field(5, text("worker"))];

function refusalOf(act: () => unknown): string {
  try {
    act();
    return "nothing was thrown";
  } catch (thrown) {
    return thrown instanceof CosmoError ? `${thrown.code} ${thrown.detail.requirement}` : String(thrown);
  }
}

describe("decodeSignal", () => {
  test("never reads another header than the one that was scanned", () => {
    const forged = field(5, text("admin"));
    const cases = {
      "a tag of zero": field(25, [0, ...forged]),
      "the end of a group": field(25, [0x0c, ...forged]),
      "a field that is longer than the body": [...field(25, [0x0a, 3]), ...field(1001, forged)],
    };
    for (const [name, body] of Object.entries(cases)) {
      const bytes = Uint8Array.of(...heartbeatHead, ...body);
      const decode = (): unknown => decodeSignal(bytes);
      expect(scanSignal(bytes, STANDARD_LIMITS).source, name).toBe("worker");
      expect(refusalOf(decode), name).toBe("MALFORMED COS-ENV-028");
    }
  });

  test("refuses all that is not a Signal with MALFORMED", () => {
    for (const bytes of [[0x0a], [0x0a, 200, 1], [0x80], [0], [0x0c], [0x0b, 0x0a]]) {
      const decode = (): unknown => decodeSignal(Uint8Array.from(bytes));
      expect(refusalOf(decode), bytes.join()).toBe("MALFORMED COS-ENV-028");
    }
  });

  test("refuses a field with the number zero, and takes one that is only unknown", () => {
    const head = [...heartbeatHead, ...field(25, [])];
    const zero = new Uint8Array([...head, 0x02, 0x00]);
    expect(refusalOf(() => decodeSignal(zero))).toBe("MALFORMED COS-ENV-028");
    expect(refusalOf(() => decodeSignal(new Uint8Array([...head, ...field(1001, [])])))).toBe("nothing was thrown");
  });

  test("refuses a filter of a thousand levels instead of overflowing the stack", () => {
    let filter: number[] = [];
    for (let level = 0; level < 1000; level += 1) filter = field(3, filter);
    const bytes = Uint8Array.of(...heartbeatHead, ...field(20, field(1, field(6, filter))));
    expect(refusalOf(() => decodeSignal(bytes))).toBe("MALFORMED COS-ENV-028");
  });

  test("gives plain bytes for those of a Buffer", () => {
    const { body } = decodeSignal(Buffer.from(encodeSignal(samples.task)));
    expect(body?.$case === "task" && body.value.input?.data.constructor).toBe(Uint8Array);
  });
});

describe("encodeSignal", () => {
  test("goes on after a Signal that it could not encode", () => {
    const before = encodeSignal(samples.recalled);
    expect(refusalOf(() => encodeSignal({ ...samples.recalled, maxAttempts: -1 }))).toBe("MALFORMED ");
    expect(encodeSignal(samples.recalled)).toEqual(before);
  });

  test("gives bytes of their own, which no later Signal changes", () => {
    const first = encodeSignal(samples.task);
    const kept = first.slice();
    for (const signal of Object.values(samples)) encodeSignal(signal);
    expect(first).toEqual(kept);
  });
});

describe("what a later version adds", () => {
  test("survives decoding and encoding byte for byte: header fields, fields within, numbers of enums", () => {
    const bytes = Uint8Array.of(
      ...field(1, text(SAMPLE_ID)),
      ...[0x20, 9],
      ...field(6, [...field(1, text("ctx")), 0x20, 8, 0x38, 7, ...field(200, [1, 2])]),
      ...field(18, [...field(1, field(99, [3])), 0x10, 1, 0x5d, 1, 2, 3, 4]),
      ...[0x78, 1],
      ...field(1000, text("later")),
    );
    expect(encodeSignal(decodeSignal(bytes))).toEqual(bytes);
  });

  test("survives as a whole body, and the scan tells its type", () => {
    const bytes = Uint8Array.of(...heartbeatHead, ...field(31, field(1, text("a"))));
    const signal = decodeSignal(bytes);
    expect(signal).toMatchObject({ id: SAMPLE_ID, source: "worker", body: undefined });
    expect(encodeSignal(signal)).toEqual(bytes);
    expect(scanSignal(bytes, STANDARD_LIMITS)).toMatchObject({ type: 31, bodyLength: 3 });
  });
});

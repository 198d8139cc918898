import { describe, expect, test } from "vitest";
import { Signal } from "../../gen/cosmonapse/v1/signal.js";
import { CosmoError } from "../errors/index.js";
import { decodeSignal, encodeSignal } from "./codec.js";
import { STANDARD_LIMITS } from "./limits.js";
import { scanSignal } from "./scan.js";
import { samples } from "./test-samples.js";

// The empty body of a TASK is the last field of what `encodeSignal` writes: its tag, of two bytes, and the length 0.
const bodyTag = [0x8a, 0x01];
const bare = encodeSignal({
  ...samples.task,
  body: { $case: "task", value: { input: undefined, context: undefined } },
});
const head = bare.subarray(0, -3);

/** The TASK with these bytes as its body, and with these behind it. */
function withBody(body: readonly number[], behind: readonly number[] = []): Uint8Array {
  return Uint8Array.of(...head, ...bodyTag, body.length, ...body, ...behind);
}

/** A `source` that nobody checked. */
const forged = [0x2a, 5, ...new TextEncoder().encode("admin")];

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
    const endsEarly = {
      "a tag of zero": withBody([0, ...forged]),
      "the end of a group": withBody([0x0c, ...forged]),
      "a field beyond the body": withBody([0x0a, 9], [0xfa, 0x3e, 7, ...forged]),
    };
    for (const [name, bytes] of Object.entries(endsEarly)) {
      expect(scanSignal(bytes, STANDARD_LIMITS).source, name).toBe("worker");
      expect(
        refusalOf(() => decodeSignal(bytes)),
        name,
      ).toBe("MALFORMED COS-ENV-028");
    }
  });

  test("refuses all that is not a Signal with MALFORMED", () => {
    for (const bytes of [[0x0a], [0x0a, 200, 1], [0x80], [0x0b, 0x0c, 0x0c]]) {
      expect(refusalOf(() => decodeSignal(Uint8Array.from(bytes)))).toBe("MALFORMED COS-ENV-028");
    }
  });

  test("refuses a filter of a thousand levels instead of overflowing the stack", () => {
    let filter: number[] = [];
    for (let level = 0; level < 1000; level += 1) filter = [0x1a, ...varint(filter.length), ...filter];
    const query = [0x32, ...varint(filter.length), ...filter];
    const recall = [0x0a, ...varint(query.length), ...query];
    const bytes = Uint8Array.of(...head, 0xa2, 0x01, ...varint(recall.length), ...recall);
    expect(refusalOf(() => decodeSignal(bytes))).toBe("MALFORMED COS-ENV-028");
  });
});

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

describe("encodeSignal", () => {
  test("goes on after a Signal that it could not encode", () => {
    const before = encodeSignal(samples.recalled);
    expect(refusalOf(() => encodeSignal({ ...samples.task, maxAttempts: -1 }))).toBe("MALFORMED ");
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
  // A header extension, a field of Address, a field within the body.
  const later = Uint8Array.of(
    ...[0x32, 5, 0x0a, 1, 0x78, 0x78, 7],
    ...encodeSignal({ ...samples.heartbeat, directed: undefined, body: undefined }),
    ...[0xca, 0x01, 6, 0x0a, 1, 0x61, 0xa2, 0x06, 0],
    ...[0xc2, 0x3e, 3, 1, 2, 3],
  );

  test("survives decoding and encoding, byte for byte", () => {
    const bytes = encodeSignal(decodeSignal(later));
    expect(encodeSignal(decodeSignal(bytes))).toEqual(bytes);
    expect([...bytes].sort()).toEqual([...later].sort());
    expect(Signal.decode(bytes)).toEqual(Signal.decode(later));
  });

  test("survives as a whole body of a type that is unknown", () => {
    const { id, source, createdAt } = samples.heartbeat;
    const known = encodeSignal({ ...samples.heartbeat, body: undefined });
    const bytes = Uint8Array.of(...known, 0xfa, 0x01, 3, 0x0a, 1, 0x61);
    const signal = decodeSignal(bytes);
    expect(signal).toMatchObject({ id, source, createdAt, body: undefined });
    expect(encodeSignal(signal)).toEqual(bytes);
    expect(scanSignal(bytes, STANDARD_LIMITS)).toMatchObject({ type: 31, bodyLength: 3 });
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DeliveryNote, PublishNote, Hello } from "../../../../gen/cosmonapse/v1/frames.js";
import { ConnectRequest, ConnectResponse } from "../../../../gen/cosmonapse/v1/synapse_service.js";
import { STANDARD_LIMITS } from "../../../signal/index.js";
import { encodeBatch } from "./encode-batch.js";
import { encodeMessage } from "./encode-message.js";
import { encodeNote } from "./note-codec.js";
import { readRequestFrame, readResponseFrame } from "./read-frame.js";

const signals = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 64 });
const numbers = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.maxSafeNat().map((number) => number + 1),
);

describe("a frame of Signals", () => {
  test("is what the generated code writes, and is read as what was written", () => {
    fc.assert(
      fc.property(numbers, signals, fc.nat(10), (first, all, attempt) => {
        const notes = all.map((_, index) => PublishNote.create({ index, attempt }));
        const batch = encodeBatch(
          first,
          all,
          notes.map((note) => PublishNote.encode(note).finish()),
        );
        const value = { first: BigInt(first), signals: all, notes };
        expect(Buffer.from(batch)).toEqual(
          Buffer.from(ConnectRequest.encode({ frame: { $case: "publish", value } }).finish()),
        );
        const read = readRequestFrame(new Uint8Array(batch), STANDARD_LIMITS);
        expect(read?.$case === "publish" && [read.value.first, read.value.notes.length]).toEqual([
          BigInt(first),
          all.length,
        ]);
        expect(read?.$case === "publish" && read.value.signals.map(String)).toEqual(all.map(String));
      }),
    );
  });

  test("has the same form from a Synapse", () => {
    const note = DeliveryNote.create({ type: 17, position: 5n });
    const value = { first: 9n, signals: [new Uint8Array([1, 2, 3])], notes: [note] };
    const batch = encodeBatch(9, value.signals, [encodeMessage(DeliveryNote, note)]);
    expect(Buffer.from(batch)).toEqual(
      Buffer.from(ConnectResponse.encode({ frame: { $case: "deliver", value } }).finish()),
    );
    expect(readResponseFrame(batch)).toMatchObject({ $case: "deliver", value: { first: 9n } });
  });
});

const texts = fc.oneof(fc.constant(""), fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/), fc.string({ maxLength: 200 }));
const uint32s = fc.integer({ min: 0, max: 0xffff_ffff });
const details = fc.record({ code: fc.integer({ min: 1, max: 40 }), message: fc.string() });
const deliveryNotes = fc
  .record(
    {
      reason: fc.integer({ min: 0, max: 6 }),
      position: fc.maxSafeNat().map(BigInt),
      type: uint32s,
      attempt: uint32s,
      remaining: fc.record({ seconds: fc.nat().map(BigInt), nanos: fc.nat(999_999_999) }),
      participant: texts,
      asked: fc.array(texts, { maxLength: 3 }),
      refused: details,
      subscriptionId: texts,
      requestId: texts,
    },
    { requiredKeys: ["position", "subscriptionId"] },
  )
  .map((parts) => DeliveryNote.create(parts as Parameters<typeof DeliveryNote.create>[0]));

describe("what stands beside a delivery", () => {
  test("is what the generated code writes", () => {
    fc.assert(
      fc.property(deliveryNotes, (note) => {
        expect(Buffer.from(encodeNote(note))).toEqual(Buffer.from(DeliveryNote.encode(note).finish()));
      }),
      { numRuns: 2_000 },
    );
  });

  test("is read as the generated code reads it, with fields of a later version too", () => {
    const later = fc.constantFrom<readonly number[]>([], [0xa0, 0x06, 7], [0x5a, 1, 0x61]);
    fc.assert(
      fc.property(deliveryNotes, later, (note, added) => {
        const bytes = Uint8Array.of(...DeliveryNote.encode(note).finish(), ...added);
        const frame = readResponseFrame(new Uint8Array(encodeBatch(1, [new Uint8Array(3)], [bytes])));
        const read = frame?.$case === "deliver" ? frame.value.notes[0] : undefined;
        expect(read && DeliveryNote.encode(read).finish()).toEqual(
          DeliveryNote.encode(DeliveryNote.decode(bytes)).finish(),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ["ends within a field", [8]],
    ["ends within a number of many bytes", [16, 0x80]],
    ["has a text that is longer than it", [74, 5, 0x61]],
  ])("is refused as MALFORMED if it %s", (_, note) => {
    const bytes = encodeBatch(1, [new Uint8Array(3)], [Uint8Array.of(...note)]);
    expect(() => readResponseFrame(new Uint8Array(bytes))).toThrow(/MALFORMED/);
  });
});

describe("a frame that is read", () => {
  const read = (bytes: Uint8Array) => readRequestFrame(bytes, STANDARD_LIMITS);
  const publish = (count: number, size: number) =>
    new Uint8Array(
      encodeBatch(
        1,
        Array.from({ length: count }, () => new Uint8Array(size)),
        [],
      ),
    );

  test("holds 64 Signals and 65,536 bytes of them, or one larger Signal", () => {
    expect(read(publish(64, 1_024))).toMatchObject({ $case: "publish" });
    expect(read(publish(1, 1_000_000))).toMatchObject({ $case: "publish" });
    expect(() => read(publish(65, 1))).toThrow(/TOO_LARGE/);
    expect(() => read(publish(2, 32_769))).toThrow(/TOO_LARGE/);
  });

  test("takes no memory for a million empty Signals", () => {
    expect(() => read(publish(1_000_000, 0))).toThrow(/TOO_LARGE/);
  });

  test("is at most 65,536 bytes if it is no Publish", () => {
    const hello = (length: number) =>
      ConnectRequest.encode({
        frame: { $case: "hello", value: Hello.create({ namespace: "x".repeat(length) }) },
      }).finish();
    expect(read(hello(65_000))).toMatchObject({ $case: "hello" });
    expect(() => read(hello(65_536))).toThrow(/TOO_LARGE/);
  });

  test.each([
    ["bytes that end early", [10, 5, 1]],
    ["something behind a Publish", [18, 0, 18, 0]],
    ["a Publish that is longer than its frame", [18, 5, 0]],
  ])("is refused as MALFORMED: %s", (_, bytes) => {
    expect(() => read(new Uint8Array(bytes))).toThrow(/MALFORMED/);
  });

  test.each([
    [
      "out of order",
      [
        { index: 1, attempt: 1 },
        { index: 0, attempt: 1 },
      ],
    ],
    [
      "twice",
      [
        { index: 0, attempt: 1 },
        { index: 0, attempt: 1 },
      ],
    ],
    ["beyond the frame", [{ index: 2, attempt: 1 }]],
  ])("is refused as MALFORMED for notes that stand %s", (_, notes) => {
    const encoded = notes.map((note) => encodeMessage(PublishNote, note));
    const frame = encodeBatch(1, [new Uint8Array(1), new Uint8Array(1)], encoded);
    expect(() => read(new Uint8Array(frame))).toThrow(/MALFORMED/);
  });

  test("is nothing if this version does not know it", () => {
    expect(read(new Uint8Array([0xfa, 0x07, 1, 0]))).toBeUndefined();
    expect(read(new Uint8Array())).toBeUndefined();
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Exchange } from "../../gen/cosmonapse/v1/options.js";
import { Fanout, type Address, type Signal } from "../../gen/cosmonapse/v1/signal.js";
import { CosmoError } from "../errors/index.js";
import { decodeSignal, encodeSignal } from "./codec.js";
import { durationMs } from "./header-rules.js";
import { signalToJson } from "./json-view.js";
import { STANDARD_LIMITS } from "./limits.js";
import { peekSignal, SignalPeek } from "./peek.js";
import { scanSignal, type SignalHeader } from "./scan.js";
import { samples } from "./test-samples.js";
import { typeOf } from "./types.js";
import { validateBody, validateSignal } from "./validate.js";
import { WireCursor } from "./wire.js";

const all = Object.values(samples);

/** What `act` gives; undefined if it throws what it may: a refusal with a requirement. Anything else fails the test. */
function allowed<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (thrown) {
    if (!(thrown instanceof CosmoError)) throw thrown;
    expect(["MALFORMED", "TOO_LARGE"]).toContain(thrown.code);
    expect(thrown.detail.requirement).toMatch(/^COS-(ENV|TYPE)-\d{3}$/);
    return undefined;
  }
}

function scan(bytes: Uint8Array): SignalHeader | undefined {
  return allowed(() => scanSignal(bytes, STANDARD_LIMITS));
}

/** The part of a header that has an effect: what asks for something counts on a REQUEST only (COS-ENV-021). */
function effective(header: Omit<SignalHeader, "bytes" | "bodyOffset" | "bodyLength">): unknown {
  const { type, exchange, id, traceId, parentId, source, directed } = header;
  const { timeoutMs, waitForRouteMs, maxAttempts, closeTrace } = header;
  const asks = exchange === Exchange.REQUEST ? { timeoutMs, waitForRouteMs, maxAttempts, closeTrace } : {};
  return { type, exchange, id, traceId, parentId, source, directed: directed && partsOf(directed), ...asks };
}

function partsOf({ id, type, capabilities, fanout }: Address): unknown {
  return { id, type, capabilities, fanout };
}

function headerOf(signal: Signal): unknown {
  const { timeout, waitForRoute } = signal;
  return effective({
    ...signal,
    type: typeOf(signal),
    timeoutMs: timeout && durationMs(timeout),
    waitForRouteMs: waitForRoute && durationMs(waitForRoute),
  });
}

/** The top-level fields of encoded bytes, each with its tag. */
function fieldsOf(bytes: Uint8Array): Uint8Array[] {
  const cursor = new WireCursor();
  cursor.reset(bytes, 0, bytes.length);
  const fields: Uint8Array[] = [];
  while (cursor.position < cursor.end) {
    const from = cursor.position;
    cursor.skip(cursor.uint32() & 7);
    fields.push(bytes.slice(from, cursor.position));
  }
  return fields;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const ulid = fc
  .tuple(
    fc.constantFrom(..."01234567".split("")),
    fc.array(fc.constantFrom(..."0123456789ABCDEFGHJKMNPQRSTVWXYZ".split("")), fixed(25)),
  )
  .map(([first, rest]) => first + rest.join(""));
const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const duration = fc.integer({ min: 1, max: STANDARD_LIMITS.timeoutMs }).map((ms) => ({
  seconds: BigInt(Math.floor(ms / 1000)),
  nanos: (ms % 1000) * 1_000_000,
}));
const address = fc.record({
  id: name,
  type: fc.option(name, { nil: "" }),
  capabilities: fc.array(name, { maxLength: 5 }),
  fanout: fc.constantFrom(...Object.values(Fanout)),
});

function fixed(length: number): { minLength: number; maxLength: number } {
  return { minLength: length, maxLength: length };
}

/** A valid Signal of any type with a header of its own. */
const validSignal: fc.Arbitrary<Signal> = fc
  .record({
    sample: fc.constantFrom(...all),
    id: ulid,
    traceId: ulid,
    parentId: ulid,
    source: name,
    directed: fc.option(address, { nil: undefined }),
    timeout: fc.option(duration, { nil: undefined }),
    waitForRoute: fc.option(duration, { nil: undefined }),
    maxAttempts: fc.nat(STANDARD_LIMITS.maxAttempts),
    closeTrace: fc.boolean(),
    traceparent: fc.string({ unit: "grapheme", maxLength: 60 }),
    meta: fc.dictionary(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), { maxKeys: 5 }),
  })
  .map(({ sample, id, traceId, parentId, ...header }) => ({
    ...sample,
    ...header,
    id: `evt_${id}`,
    traceId: sample.traceId && `trc_${traceId}`,
    parentId: sample.parentId && `evt_${parentId}`,
  }));

/** A change of some bytes: taken out and put in, among these what a reader may stumble over. */
const change = fc.record({
  at: fc.nat(1_000),
  taken: fc.nat(3),
  put: fc.oneof(
    fc.uint8Array({ maxLength: 3 }),
    fc.constantFrom([], [0], [0, 0], [0x80, 0], [0x2a, 1, 0x78], [0x20, 2], [0x08, 1], [0x0c], [0x0b], [0x8a, 1, 0]),
  ),
});
const changes = fc.array(change, { minLength: 1, maxLength: 3 });

function applyChanges(bytes: Uint8Array, list: readonly { at: number; taken: number; put: Iterable<number> }[]) {
  return list.reduce((changed, { at, taken, put }) => {
    const from = at % (changed.length + 1);
    return Uint8Array.of(...changed.subarray(0, from), ...put, ...changed.subarray(from + taken));
  }, bytes);
}

/** Everything that takes foreign bytes; what passes the scan is read alike by the codec. */
function throwAt(bytes: Uint8Array): void {
  allowed(() => peekSignal(bytes, new SignalPeek()));
  const header = scan(bytes);
  const signal = allowed(() => decodeSignal(bytes));
  if (signal === undefined) return;
  expect(Array.isArray(validateSignal(signal))).toBe(true);
  expect(JSON.stringify(signalToJson(signal))).toContain("{");
  encodeSignal(signal);
  if (header !== undefined) expect(headerOf(signal)).toEqual(effective(header));
}

describe("foreign bytes", () => {
  test("cause nothing but refusals that name a requirement, when they are random", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), throwAt), { numRuns: 1000 });
  });

  test("cause nothing but refusals, and show no other header than was scanned, when they are nearly a Signal", () => {
    const valid = fc.constantFrom(...all.map(encodeSignal));
    const property = fc.property(valid, changes, (bytes, list) => throwAt(applyChanges(bytes, list)));
    fc.assert(property, { numRuns: 2000 });
  });

  test("are decoded whenever the scan accepts them and their body is whole", () => {
    const body = Uint8Array.of(0x8a, 0x01, 0);
    const header = encodeSignal({ ...samples.task, body: undefined });
    const property = fc.property(changes, (list) => {
      const bytes = join([body, applyChanges(header, list)]);
      const scanned = scan(bytes);
      if (scanned !== undefined) expect(headerOf(decodeSignal(bytes))).toEqual(effective(scanned));
    });
    fc.assert(property, { numRuns: 4000 });
  });

  test("are refused when a Signal ends early, wherever it ends", () => {
    for (const bytes of all.map(encodeSignal)) {
      for (let length = 0; length < bytes.length; length += 1) {
        expect(scan(bytes.subarray(0, length))).toBeUndefined();
        allowed(() => decodeSignal(bytes.subarray(0, length)));
      }
    }
  });
});

describe("a valid Signal", () => {
  test("has no findings, and its scan agrees with what was encoded", () => {
    fc.assert(
      fc.property(validSignal, (signal) => {
        expect(validateSignal(signal)).toEqual([]);
        const bytes = encodeSignal(signal);
        const header = scanSignal(bytes, STANDARD_LIMITS);
        expect(effective(header)).toEqual(headerOf(signal));
        expect(header.bytes).toBe(bytes);
        expect(headerOf(decodeSignal(bytes))).toEqual(headerOf(signal));
      }),
      { numRuns: 300 },
    );
  });

  test("is read alike in whatever order its fields stand, with those of a later version among them", () => {
    const later = [Uint8Array.of(0x78, 5), Uint8Array.of(0xc2, 0x3e, 2, 0, 0), Uint8Array.of(0xc5, 0x3e, 1, 2, 3, 4)];
    fc.assert(
      fc.property(validSignal, fc.infiniteStream(fc.nat()), (signal, numbers) => {
        const fields = [...fieldsOf(encodeSignal(signal)), ...later];
        const keyed = fields.map((field) => ({ field, key: numbers.next().value ?? 0 }));
        const bytes = join(keyed.sort((one, other) => one.key - other.key).map(({ field }) => field));
        expect(effective(scanSignal(bytes, STANDARD_LIMITS))).toEqual(headerOf(signal));
        expect(headerOf(decodeSignal(bytes))).toEqual(headerOf(signal));
      }),
      { numRuns: 150 },
    );
  });

  test("has a body that stands where the scan says", () => {
    for (const signal of all) {
      const { bytes, bodyOffset, bodyLength, type } = scanSignal(encodeSignal(signal), STANDARD_LIMITS);
      const body = bytes.slice(bodyOffset, bodyOffset + bodyLength);
      const tag = [((type << 3) & 0x7f) | 0x82, type >>> 4];
      const size = bodyLength < 0x80 ? [bodyLength] : [(bodyLength & 0x7f) | 0x80, bodyLength >>> 7];
      expect(decodeSignal(Uint8Array.of(...tag, ...size, ...body)).body).toEqual(decodeSignal(bytes).body);
      expect(validateBody(signal)).toEqual([]);
    }
  });
});

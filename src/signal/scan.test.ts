import { describe, expect, test } from "vitest";
import { Exchange } from "../../gen/cosmonapse/v1/options.js";
import { Fanout, type Address, type Signal } from "../../gen/cosmonapse/v1/signal.js";
import { CosmoError } from "../errors/index.js";
import { encodeSignal } from "./codec.js";
import { resolveLimits, STANDARD_LIMITS } from "./limits.js";
import { scanSignal } from "./scan.js";
import { SAMPLE_ID, SAMPLE_PARENT, SAMPLE_TRACE, samples } from "./test-samples.js";

/** What a scan says: `accepted`, or the code, the requirement and the field of the refusal. */
function scanned(bytes: Uint8Array, limits = STANDARD_LIMITS): string {
  try {
    scanSignal(bytes, limits);
    return "accepted";
  } catch (thrown) {
    if (!(thrown instanceof CosmoError)) throw thrown;
    return [thrown.code, thrown.detail.requirement, thrown.detail.field].join(" ").trimEnd();
  }
}

function scannedSignal(signal: Signal): string {
  return scanned(encodeSignal(signal));
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))];
}

/** A field of the wire type 2. */
function field(number: number, value: readonly number[] | string): number[] {
  const bytes = typeof value === "string" ? [...new TextEncoder().encode(value)] : value;
  return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
}

const headerOfTask = {
  id: field(1, SAMPLE_ID),
  traceId: field(2, SAMPLE_TRACE),
  exchange: [0x20, Exchange.REQUEST],
  source: field(5, "asker"),
};

/** A TASK by its fields: some replaced, others added before its body. */
function task(replaced: Partial<Record<keyof typeof headerOfTask, number[]>>, added: readonly number[] = []) {
  const header = Object.values({ ...headerOfTask, ...replaced }).flat();
  return Uint8Array.of(...header, ...added, ...field(17, []));
}

describe("a Signal that is right", () => {
  test.each(Object.entries(samples))("is accepted: %s", (_name, signal) => {
    expect(scannedSignal(signal)).toBe("accepted");
  });

  test("is read with every part of its header", () => {
    const bytes = encodeSignal(samples.task);
    expect(scanSignal(bytes, STANDARD_LIMITS)).toEqual({
      type: 17,
      exchange: Exchange.REQUEST,
      id: SAMPLE_ID,
      traceId: SAMPLE_TRACE,
      parentId: "",
      source: "worker",
      directed: { id: "researcher", type: "", capabilities: ["research", "cite"], fanout: Fanout.ONE },
      timeoutMs: 1500,
      waitForRouteMs: 1,
      maxAttempts: 3,
      closeTrace: true,
      bytes,
      bodyOffset: bytes.length - 59,
      bodyLength: 59,
    });
  });

  test("has undefined, zero and empty text where its header says nothing", () => {
    expect(scanSignal(task({}), STANDARD_LIMITS)).toMatchObject({
      parentId: "",
      directed: undefined,
      timeoutMs: undefined,
      waitForRouteMs: undefined,
      maxAttempts: 0,
      closeTrace: false,
    });
  });

  test("may be of a type, and have fields and numbers, of a later version", () => {
    const { id, traceId, source } = headerOfTask;
    const head = [...id, ...traceId, ...source, 0x20, Exchange.EVENT];
    for (const type of [16 + 14, 500, 999])
      expect(scanned(Uint8Array.of(...head, ...field(type, [0xff])))).toBe("accepted");
    for (const later of [
      [0x78, 1],
      [0x7a, 0],
      field(1000, "x"),
      [0xc1, 0x3e, ...Array(8).fill(0)],
      field(2 ** 29 - 1, []),
    ]) {
      expect(scanned(task({}, later)), later.join()).toBe("accepted");
    }
    expect(scanned(task({}, field(6, [...field(1, "a"), ...field(9, "x")])))).toBe("accepted");
  });

  test("is not judged by its body, which only the addressee reads (COS-ENV-031)", () => {
    const { id, traceId, exchange, source } = headerOfTask;
    const broken = Uint8Array.of(...id, ...traceId, ...exchange, ...source, ...field(17, [0xff, 0x00, 0x0c]));
    expect(scanned(broken)).toBe("accepted");
  });
});

/** Bytes that no encoder of ours writes. */
const brokenBytes: readonly (readonly [string, string, Uint8Array])[] = [
  ["nothing at all", "MALFORMED COS-TYPE-002", Uint8Array.of()],
  ["no body", "MALFORMED COS-TYPE-002", Uint8Array.of(...headerOfTask.id)],
  ["two bodies", "MALFORMED COS-TYPE-002", task({}, field(18, []))],
  ["one body twice", "MALFORMED COS-TYPE-002", task({}, field(17, []))],
  ["a known and an unknown body", "MALFORMED COS-TYPE-002", task({}, field(999, []))],
  ["a body that is a number", "MALFORMED COS-TYPE-003", task({}, [0x88, 0x01, 0])],
  ["an unknown body of 32 bits", "MALFORMED COS-TYPE-003", task({}, [0xfd, 0x01, 0, 0, 0, 0])],
  ["a header field twice", "MALFORMED COS-ENV-026 source", task({}, field(5, "other"))],
  ["the exchange twice", "MALFORMED COS-ENV-026 exchange", task({}, [0x20, Exchange.REQUEST])],
  [
    "an address twice",
    "MALFORMED COS-ENV-026 directed",
    task({}, [...field(6, field(1, "a")), ...field(6, field(1, "a"))]),
  ],
  ["text as a number", "MALFORMED COS-ENV-028 source", task({ source: [0x28, 1] })],
  ["a number as text", "MALFORMED COS-ENV-028 exchange", task({ exchange: field(4, "x") })],
  ["meta as a number", "MALFORMED COS-ENV-028 meta", task({}, [0x68, 1])],
  ["the field number zero", "MALFORMED COS-ENV-028", task({}, [0x02, 0])],
  ["a group", "MALFORMED COS-ENV-028", task({}, [0xc3, 0x3e, 0xc4, 0x3e])],
  ["the end of a group", "MALFORMED COS-ENV-028", task({}, [0x7c])],
  ["a wire type that is none", "MALFORMED COS-ENV-028", task({}, [0x7e, 0])],
  ["a tag over 32 bits", "MALFORMED COS-ENV-028", task({}, [0xfa, 0xff, 0xff, 0xff, 0x1f, 0])],
  ["a tag of six bytes", "MALFORMED COS-ENV-028", task({}, [0xfa, 0x80, 0x80, 0x80, 0x80, 0x00, 0])],
  ["a number of eleven bytes", "MALFORMED COS-ENV-028", task({ exchange: [0x20, ...Array(10).fill(0x80), 0] })],
  ["a number over 64 bits", "MALFORMED COS-ENV-028", task({ exchange: [0x20, ...Array(9).fill(0xff), 0x02] })],
  ["a length beyond the end", "MALFORMED COS-ENV-028", Uint8Array.of(...task({}), 0x7a, 5)],
  ["a length of almost 4 GiB", "MALFORMED COS-ENV-028", Uint8Array.of(...task({}), 0x7a, 0xff, 0xff, 0xff, 0xff, 0x0f)],
  ["64 bits cut off", "MALFORMED COS-ENV-028", Uint8Array.of(...task({}), 0x79, 1, 2)],
  ["an address that has the field number zero", "MALFORMED COS-ENV-028", task({}, field(6, [...field(1, "a"), 0, 0]))],
  ["an address that ends early", "MALFORMED COS-ENV-028", task({}, field(6, [0x0a, 9, 0x61]))],
  ["an address whose id is a number", "MALFORMED COS-ENV-028", task({}, field(6, [0x08, 1]))],
  ["a timeout of text", "MALFORMED COS-ENV-028", task({}, field(8, field(1, "x")))],
  ["a created_at that is no message", "MALFORMED COS-ENV-028", task({}, field(7, [0]))],
  ["a key of meta that is a number", "MALFORMED COS-ENV-028", task({}, field(13, [0x08, 1]))],
  ["bad UTF-8 in the source", "MALFORMED COS-ENV-025 source", task({ source: field(5, [0xff]) })],
  ["bad UTF-8 in a capability", "MALFORMED COS-ENV-025 directed.capabilities", task({}, field(6, field(3, [0xc3])))],
  ["bad UTF-8 in the traceparent", "MALFORMED COS-ENV-025 traceparent", task({}, field(11, [0x61, 0x80]))],
  ["half a surrogate pair", "MALFORMED COS-ENV-025 tracestate", task({}, field(12, [0xed, 0xa0, 0x80]))],
  ["bad UTF-8 in meta", "MALFORMED COS-ENV-025 meta", task({}, field(13, [...field(1, "k"), ...field(2, [0xfe])]))],
  ["a byte order mark before the source", "MALFORMED COS-ENV-012 source", task({ source: field(5, "\ufeffasker") })],
];

const address: Address = { id: "a", type: "", capabilities: [], fanout: Fanout.ONE };
const long = "x".repeat(4097);
const reply = samples.agentOutput;

/** Whole messages with a header that breaks a rule. */
const brokenHeaders: [refusal: string, change: Partial<Signal>, signal?: Signal][] = [
  ["MALFORMED COS-ENV-001 id", { id: "" }],
  ["MALFORMED COS-ENV-001 id", { id: SAMPLE_TRACE }],
  ["MALFORMED COS-ENV-001 id", { id: SAMPLE_ID.toLowerCase() }],
  ["MALFORMED COS-ENV-001 id", { id: SAMPLE_ID.replace("_0", "_8") }],
  ["MALFORMED COS-ENV-003 trace_id", { traceId: SAMPLE_ID }],
  ["MALFORMED COS-ENV-004 trace_id", { traceId: "" }],
  ["MALFORMED COS-ENV-004 trace_id", { traceId: "" }, samples.stopped],
  ["MALFORMED COS-ENV-006 exchange", { exchange: Exchange.UNSPECIFIED }],
  ["MALFORMED COS-ENV-007 exchange", { exchange: Exchange.EVENT }],
  ["MALFORMED COS-ENV-007 exchange", { exchange: Exchange.REQUEST }, reply],
  ["MALFORMED COS-ENV-008 parent_id", { parentId: "evt_1" }],
  ["MALFORMED COS-ENV-009 trace_id", { traceId: SAMPLE_TRACE }, samples.register],
  ["MALFORMED COS-ENV-009 trace_id", { traceId: SAMPLE_TRACE }, samples.discover],
  ["MALFORMED COS-ENV-012 source", { source: "" }],
  ["MALFORMED COS-ENV-012 source", { source: "x".repeat(65) }],
  ["MALFORMED COS-ENV-012 directed.id", { directed: { ...address, id: "a b" } }],
  ["MALFORMED COS-ENV-012 directed.type", { directed: { ...address, type: "ü" } }],
  ["MALFORMED COS-ENV-012 directed.capabilities", { directed: { ...address, capabilities: ["a", ""] } }],
  ["MALFORMED COS-ENV-013 directed", { directed: { ...address, id: "" } }],
  ["TOO_LARGE COS-ENV-014 directed.capabilities", { directed: { ...address, capabilities: Array(65).fill("a") } }],
  ["MALFORMED COS-ENV-018 timeout", { timeout: { seconds: 0n, nanos: 0 } }],
  ["MALFORMED COS-ENV-018 timeout", { timeout: { seconds: -1n, nanos: 0 } }],
  ["MALFORMED COS-ENV-018 timeout", { timeout: { seconds: 1n, nanos: 1 } }],
  ["MALFORMED COS-ENV-018 timeout", { timeout: { seconds: 1n, nanos: -1_000_000 } }],
  ["MALFORMED COS-ENV-018 timeout", { timeout: { seconds: 3600n, nanos: 1_000_000 } }],
  ["MALFORMED COS-ENV-018 timeout", { timeout: { seconds: 2n ** 63n - 1n, nanos: 0 } }],
  ["MALFORMED COS-ENV-019 max_attempts", { maxAttempts: 11 }],
  ["MALFORMED COS-ENV-020 wait_for_route", { waitForRoute: { seconds: -1n, nanos: 0 } }],
  ["MALFORMED COS-ENV-020 wait_for_route", { waitForRoute: { seconds: 0n, nanos: 999 } }],
  ["MALFORMED COS-ENV-020 wait_for_route", { waitForRoute: { seconds: 3601n, nanos: 0 } }],
  ["TOO_LARGE COS-ENV-022 traceparent", { traceparent: long }],
  ["TOO_LARGE COS-ENV-022 tracestate", { tracestate: long }],
  ["TOO_LARGE COS-ENV-023 meta", { meta: { [long]: "" } }],
  ["TOO_LARGE COS-ENV-023 meta", { meta: { a: "ü".repeat(2049) } }],
  ["TOO_LARGE COS-ENV-023 meta", { meta: Object.fromEntries(Array.from({ length: 65 }, (_, key) => [key, ""])) }],
  ["MALFORMED COS-ENV-034 parent_id", { parentId: "" }, reply],
  ["MALFORMED COS-ENV-034 parent_id", { parentId: "" }, samples.error],
];

describe("a Signal that is wrong", () => {
  test.each(brokenBytes)("is refused for %s: %s", (_name, refusal, bytes) => {
    expect(scanned(bytes)).toBe(refusal);
  });

  test.each<[string, Partial<Signal>, Signal?]>(brokenHeaders)(
    "is refused with %s for %o",
    (refusal, change, signal) => {
      expect(scannedSignal({ ...(signal ?? samples.task), ...change })).toBe(refusal);
    },
  );

  test("is refused for a fanout of a later version, since nobody can know whom it means", () => {
    expect(scanned(task({}, field(6, [...field(1, "a"), 0x20, 3])))).toBe("MALFORMED COS-ENV-015 directed.fanout");
  });

  test("is refused for the exchange of a later version, also in more bits than an enum has", () => {
    expect(scanned(task({ exchange: [0x20, 6] }))).toBe("MALFORMED COS-ENV-006 exchange");
    const wrapped = varint(2 ** 32 + Exchange.REQUEST);
    expect(scanned(task({ exchange: [0x20, ...wrapped] }))).toBe("MALFORMED COS-ENV-006 exchange");
  });

  test("is refused for its size before anything of it is read", () => {
    const limits = resolveLimits({ signalBytes: 100 });
    expect(scanned(new Uint8Array(101), limits)).toBe("TOO_LARGE COS-ENV-032");
    expect(scanned(new Uint8Array(100), limits)).toBe("MALFORMED COS-ENV-028");
  });
});

describe("what is exactly at a limit", () => {
  test.each<[string, Partial<Signal>]>([
    ["timeout", { timeout: { seconds: 3600n, nanos: 0 } }],
    ["the shortest timeout", { timeout: { seconds: 0n, nanos: 1_000_000 } }],
    ["no time to wait for a route", { waitForRoute: { seconds: 0n, nanos: 0 } }],
    ["wait_for_route", { waitForRoute: { seconds: 3600n, nanos: 0 } }],
    ["max_attempts", { maxAttempts: 10 }],
    ["capabilities", { directed: { ...address, capabilities: Array(64).fill("a") } }],
    ["a source of 64 characters", { source: "x".repeat(64) }],
    ["traceparent", { traceparent: "x".repeat(4096) }],
    ["meta", { meta: Object.fromEntries(Array.from({ length: 64 }, (_, key) => [key, "ü".repeat(2048)])) }],
    ["the parent", { parentId: SAMPLE_PARENT }],
  ])("is accepted: %s", (_name, change) => {
    expect(scannedSignal({ ...samples.task, ...change })).toBe("accepted");
  });

  test("is accepted: the size of a Signal", () => {
    const bytes = encodeSignal(samples.task);
    expect(scanned(bytes, resolveLimits({ signalBytes: bytes.length }))).toBe("accepted");
    expect(scanned(bytes, resolveLimits({ signalBytes: bytes.length - 1 }))).toBe("TOO_LARGE COS-ENV-032");
  });
});

test("what asks for something has no effect on a Signal that is no request, however wrong (COS-ENV-021)", () => {
  const wrong = { timeout: { seconds: -1n, nanos: 7 }, waitForRoute: { seconds: 9999n, nanos: 0 }, maxAttempts: 99 };
  expect(scannedSignal({ ...samples.stopped, ...wrong, closeTrace: true })).toBe("accepted");
});

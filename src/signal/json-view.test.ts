import { describe, expect, test } from "vitest";
import type { JsonObject } from "../foundation/index.js";
import { decodeSignal, encodeSignal, signalToJson } from "./index.js";
import { SAMPLE_TRACE, sampleSignal, samples } from "./test-samples.js";

const views: Readonly<Record<string, JsonObject>> = {
  register: {
    type: "REGISTER",
    id: "evt_01JFDZ00000000000000000001",
    exchange: "CONTROL",
    source: "worker",
    created_at: "2026-01-02T03:04:05.678Z",
    register: {
      id: "ctx",
      role: "ENGRAM",
      kind: "context",
      capabilities: ["recall"],
      version: "1.2.0",
      max_in_flight: 4,
      retry_safe: true,
      store_id: "s1",
      description: "Shared memory",
    },
  },
  task: {
    type: "TASK",
    id: "evt_01JFDZ00000000000000000001",
    trace_id: "trc_01JFDZ00000000000000000000",
    exchange: "REQUEST",
    source: "worker",
    directed: { id: "researcher", capabilities: ["research", "cite"], fanout: "ONE" },
    created_at: "2026-01-02T03:04:05.678Z",
    timeout: "1.500s",
    max_attempts: 3,
    close_trace: true,
    traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    tracestate: "a=b",
    meta: { model: "großes" },
    wait_for_route: "0.001s",
    task: { input: { question: "why? 🙂" }, context: {} },
  },
  agentOutput: {
    type: "AGENT_OUTPUT",
    id: "evt_01JFDZ00000000000000000001",
    trace_id: "trc_01JFDZ00000000000000000000",
    parent_id: "evt_01JFDZ00000000000000000000",
    exchange: "PARTIAL",
    source: "worker",
    created_at: "2026-01-02T03:04:05.678Z",
    agent_output: { output: { media_type: "image/png", base64: "iVAA", bytes: 3 }, part: 1 },
  },
  final: {
    type: "FINAL",
    id: "evt_01JFDZ00000000000000000001",
    trace_id: "trc_01JFDZ00000000000000000000",
    exchange: "CONTROL",
    source: "worker",
    created_at: "2026-01-02T03:04:05.678Z",
    final: {
      status: "FAILED",
      detail: { code: "NEURON_FAILED", message: "it broke", effect: "UNKNOWN", requirement: "COS-TASK-015" },
    },
  },
  recall: {
    type: "RECALL",
    id: "evt_01JFDZ00000000000000000001",
    trace_id: "trc_01JFDZ00000000000000000000",
    exchange: "REQUEST",
    source: "worker",
    created_at: "2026-01-02T03:04:05.678Z",
    recall: {
      query: {
        text: "meaning of life",
        text_match: "ANY",
        ids: ["eng_01JFDZ00000000000000000000"],
        tags: ["qa"],
        where: { negation: { comparison: { path: "/year", op: "GTE", value: 2020 } } },
        since: "2026-01-02T03:04:05.678Z",
        top_k: 5,
        min_score: 0.5,
      },
      mode: "MERGE",
    },
  },
  recalled: {
    type: "RECALLED",
    id: "evt_01JFDZ00000000000000000001",
    trace_id: "trc_01JFDZ00000000000000000000",
    parent_id: "evt_01JFDZ00000000000000000000",
    exchange: "REPLY",
    source: "worker",
    created_at: "2026-01-02T03:04:05.678Z",
    recalled: {
      engram_id: "ctx",
      hits: [
        {
          entry: {
            id: "eng_01JFDZ00000000000000000000",
            merge_key: "q:42",
            content: { answer: 42 },
            tags: ["qa"],
            version: "9223372036854775807",
            created_at: "2026-01-02T03:04:05.678Z",
            updated_at: "2026-01-02T03:04:05.678Z",
            provenance: { source: "worker", trace_id: "trc_01JFDZ00000000000000000000", imprint_id: "i1" },
          },
          score: 0.75,
        },
      ],
      truncated: true,
      cursor: "c1",
    },
  },
  imprint: {
    type: "IMPRINT",
    id: "evt_01JFDZ00000000000000000001",
    trace_id: "trc_01JFDZ00000000000000000000",
    exchange: "REQUEST",
    source: "worker",
    created_at: "2026-01-02T03:04:05.678Z",
    imprint: {
      op: "MERGE",
      merge_key: "q:42",
      content: { answer: 42 },
      tags: ["qa"],
      if_version: 0,
      ttl: "60.000s",
      imprint_id: "i1",
      strategy: "DEEP_UNION",
    },
  },
  imprinted: {
    type: "IMPRINTED",
    id: "evt_01JFDZ00000000000000000001",
    trace_id: "trc_01JFDZ00000000000000000000",
    parent_id: "evt_01JFDZ00000000000000000000",
    exchange: "REPLY",
    source: "worker",
    created_at: "2026-01-02T03:04:05.678Z",
    imprinted: {
      engram_id: "ctx",
      id: "eng_01JFDZ00000000000000000000",
      merge_key: "",
      version: 7,
      seq: 3,
      created: true,
      replayed: true,
      durability: "DISK",
      op: "APPEND",
    },
  },
  error: {
    type: "ERROR",
    id: "evt_01JFDZ00000000000000000001",
    trace_id: "trc_01JFDZ00000000000000000000",
    parent_id: "evt_01JFDZ00000000000000000000",
    exchange: "REPLY",
    source: "worker",
    created_at: "2026-01-02T03:04:05.678Z",
    error: {
      detail: {
        code: "NEURON_FAILED",
        message: "it broke",
        retry_after: "2.000s",
        effect: "UNKNOWN",
        requirement: "COS-TASK-015",
        available: ["a", "b"],
        current_version: 0,
      },
    },
  },
  heartbeat: {
    type: "HEARTBEAT",
    id: "evt_01JFDZ00000000000000000001",
    exchange: "CONTROL",
    source: "worker",
    created_at: "2026-01-02T03:04:05.678Z",
    heartbeat: { ids: ["ctx", "researcher"] },
  },
  deregister: {
    type: "DEREGISTER",
    id: "evt_01JFDZ00000000000000000001",
    exchange: "CONTROL",
    source: "worker",
    created_at: "2026-01-02T03:04:05.678Z",
    deregister: { id: "ctx", reason: "DETACHED" },
  },
  discover: {
    type: "DISCOVER",
    id: "evt_01JFDZ00000000000000000001",
    exchange: "CONTROL",
    source: "worker",
    created_at: "2026-01-02T03:04:05.678Z",
    discover: {},
  },
  stop: {
    type: "STOP",
    id: "evt_01JFDZ00000000000000000001",
    trace_id: "trc_01JFDZ00000000000000000000",
    exchange: "CONTROL",
    source: "worker",
    created_at: "2026-01-02T03:04:05.678Z",
    stop: { request_id: "evt_01JFDZ00000000000000000000", reason: "enough" },
  },
  stopped: {
    type: "STOPPED",
    id: "evt_01JFDZ00000000000000000001",
    trace_id: "trc_01JFDZ00000000000000000000",
    parent_id: "evt_01JFDZ00000000000000000000",
    exchange: "EVENT",
    source: "worker",
    created_at: "2026-01-02T03:04:05.678Z",
    stopped: { request_id: "evt_01JFDZ00000000000000000000" },
  },
};
describe.each(Object.entries(samples))("the view of %s", (name, signal) => {
  test("shows every field that is not empty by its name in the schema", () => {
    expect(signalToJson(decodeSignal(encodeSignal(signal)))).toEqual(views[name]);
  });

  test("begins with the type", () => {
    expect(Object.keys(signalToJson(signal))[0]).toBe("type");
  });
});

/** A TASK whose input is as given. */
function viewOfInput(mediaType: string, data: Uint8Array): unknown {
  const value = { input: { mediaType, data, schema: "" }, context: undefined };
  const { task } = signalToJson(sampleSignal({ traceId: SAMPLE_TRACE, body: { $case: "task", value } }));
  return task;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("the view of a content", () => {
  test("is the JSON in it, null and falsy values too, whatever the case of the media type", () => {
    expect(viewOfInput("", utf8("null"))).toEqual({ input: null });
    expect(viewOfInput("Application/JSON; charset=utf-8", utf8("0"))).toEqual({ input: 0 });
  });

  test("is the bytes if the JSON is broken", () => {
    expect(viewOfInput("", utf8("{"))).toEqual({ input: { base64: "ew==", bytes: 1 } });
    expect(viewOfInput("", Uint8Array.of(0x22, 0xff, 0x22))).toEqual({ input: { base64: "Iv8i", bytes: 3 } });
  });

  test("is the bytes if the JSON is too deep to be printed", () => {
    const deep = (levels: number): Uint8Array => utf8("[".repeat(levels) + "]".repeat(levels));
    expect(viewOfInput("", deep(512))).toEqual({ input: JSON.parse("[".repeat(512) + "]".repeat(512)) });
    expect(viewOfInput("", deep(513))).toMatchObject({ input: { bytes: 1026 } });
    expect(viewOfInput("", deep(100_000))).toMatchObject({ input: { bytes: 200_000 } });
  });
});

describe("what a later version sends", () => {
  test("is listed by its numbers, and an unknown body is named by its own", () => {
    const known = encodeSignal(sampleSignal({ body: { $case: "discover", value: {} } }));
    const withoutBody = known.subarray(0, known.length - 3);
    // Body 31 with the bytes 08 01, then the header extension 1000 twice.
    const later = Uint8Array.from([...withoutBody, 0xfa, 1, 2, 8, 1, 0xc0, 0x3e, 1, 0xc0, 0x3e, 2]);
    const view = signalToJson(decodeSignal(later));
    expect(view).toMatchObject({ type: "TYPE_31", source: "worker", unknown_fields: [31, 1000] });
  });

  test("is shown as a number where it is a value of an enum", () => {
    const known = Buffer.from(encodeSignal(samples.deregister)).toString("hex");
    // deregister { id: "ctx", reason: 1 } with the reason 9
    const later = Buffer.from(known.replace(/0a03637478 *1001$/, "0a036374781009"), "hex");
    expect(signalToJson(decodeSignal(later))["deregister"]).toEqual({ id: "ctx", reason: 9 });
  });
});

describe("the view of instants, durations and numbers", () => {
  const viewOf = (seconds: bigint, nanos: number): unknown =>
    signalToJson(sampleSignal({ createdAt: { seconds, nanos }, body: { $case: "discover", value: {} } }))["created_at"];
  const durationOf = (seconds: bigint, nanos: number): unknown =>
    signalToJson(sampleSignal({ timeout: { seconds, nanos }, body: { $case: "discover", value: {} } }))["timeout"];

  test("is RFC 3339 with milliseconds, before 1970 too", () => {
    expect(viewOf(0n, 0)).toBe("1970-01-01T00:00:00.000Z");
    expect(viewOf(-1n, 999_000_000)).toBe("1969-12-31T23:59:59.999Z");
    expect(viewOf(-62_135_596_800n, 0)).toBe("0001-01-01T00:00:00.000Z");
    expect(viewOf(253_402_300_799n, 999_999_999)).toBe("9999-12-31T23:59:59.999Z");
  });

  test("is the parts of an instant that RFC 3339 cannot write", () => {
    expect(viewOf(2n ** 63n - 1n, 5)).toEqual({ seconds: "9223372036854775807", nanos: 5 });
    expect(viewOf(253_402_300_800n, 0)).toEqual({ seconds: 253_402_300_800 });
  });

  test("is seconds with three digits", () => {
    expect(durationOf(0n, 0)).toBe("0.000s");
    expect(durationOf(61n, 5_000_000)).toBe("61.005s");
    expect(durationOf(0n, -500_000_000)).toBe("-0.500s");
    expect(durationOf(-2n, -1_000_000)).toBe("-2.001s");
    expect(durationOf(2n ** 63n - 1n, 0)).toBe("9223372036854775807.000s");
  });
});

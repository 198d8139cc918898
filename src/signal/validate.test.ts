import { describe, expect, test } from "vitest";
import { ComparisonOp, ImprintOp, Query, type Filter } from "../../gen/cosmonapse/v1/memory.js";
import { Effect, Exchange, ParticipantRole } from "../../gen/cosmonapse/v1/options.js";
import { DeregisterReason } from "../../gen/cosmonapse/v1/participant.js";
import { Fanout, type Signal } from "../../gen/cosmonapse/v1/signal.js";
import { FinalStatus } from "../../gen/cosmonapse/v1/task.js";
import { decodeSignal, encodeSignal, resolveLimits, validateBody, validateSignal } from "./index.js";
import { SAMPLE_ID, SAMPLE_PARENT, SAMPLE_TRACE, samples } from "./test-samples.js";

type Body = NonNullable<Signal["body"]>;
type Value<Case extends Body["$case"]> = Extract<Body, { $case: Case }>["value"];

/** What is found, a line each: code, requirement, field. */
function found(signal: Signal): string[] {
  return validateSignal(signal).map(({ code, requirement, field }) => `${code} ${requirement} ${field}`);
}

/** The value of a sample's body. */
function valueOf<Case extends Body["$case"]>(name: Case, pick: (body: Body) => Value<Case> | undefined): Value<Case> {
  const { body } = samples[name];
  const value = body && pick(body);
  if (value === undefined) throw new RangeError(`The sample ${name} has another body`);
  return value;
}

const register = valueOf("register", (body) => (body.$case === "register" ? body.value : undefined));
const imprint = valueOf("imprint", (body) => (body.$case === "imprint" ? body.value : undefined));
const error = valueOf("error", (body) => (body.$case === "error" ? body.value : undefined));
const json = (text: string): { mediaType: string; data: Uint8Array; schema: string } => ({
  mediaType: "",
  data: new TextEncoder().encode(text),
  schema: "",
});

describe("a valid Signal", () => {
  test.each(Object.entries(samples))("of the type %s breaks no rule", (_name, signal) => {
    expect(validateSignal(signal)).toEqual([]);
    expect(validateSignal(decodeSignal(encodeSignal(signal)))).toEqual([]);
  });

  test("may have a body of a later version", () => {
    const known = encodeSignal({ ...samples.stopped, body: undefined });
    expect(found(decodeSignal(Uint8Array.of(...known, 0xfa, 1, 0)))).toEqual([]);
    expect(found({ ...samples.stopped, body: undefined })).toEqual(["MALFORMED COS-TYPE-002 body"]);
  });
});

const id65 = "x".repeat(65);
const address = { id: "a", type: "b", capabilities: ["c"], fanout: Fanout.ALL };
const hour = { seconds: 3600n, nanos: 0 };

const headers: readonly (readonly [string, Partial<Signal>])[] = [
  ["MALFORMED COS-ENV-001 id", { id: "evt_1" }],
  ["MALFORMED COS-ENV-001 id", { id: "" }],
  ["MALFORMED COS-ENV-003 trace_id", { traceId: SAMPLE_ID }],
  ["MALFORMED COS-ENV-004 trace_id", { traceId: "" }],
  ["MALFORMED COS-ENV-006 exchange", { exchange: Exchange.UNSPECIFIED }],
  ["MALFORMED COS-ENV-007 exchange", { exchange: Exchange.CONTROL }],
  ["MALFORMED COS-ENV-008 parent_id", { parentId: SAMPLE_TRACE }],
  ["MALFORMED COS-ENV-012 source", { source: "" }],
  ["MALFORMED COS-ENV-012 source", { source: "a b" }],
  ["MALFORMED COS-ENV-012 directed.id", { directed: { ...address, id: id65 } }],
  ["MALFORMED COS-ENV-012 directed.type", { directed: { ...address, type: id65 } }],
  ["MALFORMED COS-ENV-012 directed.capabilities", { directed: { ...address, capabilities: ["c", ""] } }],
  ["MALFORMED COS-ENV-013 directed", { directed: { id: "", type: "", capabilities: [], fanout: Fanout.ONE } }],
  [
    "TOO_LARGE COS-ENV-014 directed.capabilities",
    { directed: { ...address, capabilities: Array.from({ length: 65 }, () => "c") } },
  ],
  ["MALFORMED COS-ENV-016 created_at", { createdAt: undefined }],
  ["MALFORMED COS-ENV-016 created_at", { createdAt: { seconds: 1n, nanos: 1 } }],
  ["MALFORMED COS-ENV-018 timeout", { timeout: { seconds: 0n, nanos: 0 } }],
  ["MALFORMED COS-ENV-018 timeout", { timeout: { seconds: 0n, nanos: 1_500_000 } }],
  ["MALFORMED COS-ENV-018 timeout", { timeout: { seconds: -1n, nanos: 0 } }],
  ["MALFORMED COS-ENV-018 timeout", { timeout: { seconds: 3600n, nanos: 1_000_000 } }],
  ["MALFORMED COS-ENV-019 max_attempts", { maxAttempts: 11 }],
  ["MALFORMED COS-ENV-020 wait_for_route", { waitForRoute: { seconds: 0n, nanos: -1_000_000 } }],
  ["MALFORMED COS-ENV-020 wait_for_route", { waitForRoute: { seconds: 3600n, nanos: 1_000_000 } }],
  ["TOO_LARGE COS-ENV-022 traceparent", { traceparent: "x".repeat(4097) }],
  ["TOO_LARGE COS-ENV-022 tracestate", { tracestate: "é".repeat(2049) }],
  ["TOO_LARGE COS-ENV-023 meta", { meta: { [`${"x".repeat(4097)}`]: "" } }],
  ["TOO_LARGE COS-ENV-023 meta", { meta: { a: "🙂".repeat(1025) } }],
  ["TOO_LARGE COS-ENV-023 meta", { meta: Object.fromEntries(Array.from({ length: 65 }, (_, key) => [key, ""])) }],
];

describe("a header", () => {
  test.each(headers)("is found to break a rule: %s, %o", (expected, change) => {
    expect(found({ ...samples.task, ...change })).toEqual([expected]);
  });

  test("of a reply names its request, and that of a REGISTER no trace", () => {
    expect(found({ ...samples.imprinted, parentId: "" })).toEqual(["MALFORMED COS-ENV-034 parent_id"]);
    expect(found({ ...samples.register, traceId: SAMPLE_TRACE })).toEqual(["MALFORMED COS-ENV-009 trace_id"]);
  });

  test("is accepted at its limits", () => {
    const change = {
      timeout: hour,
      waitForRoute: { seconds: 0n, nanos: 0 },
      maxAttempts: 10,
      traceparent: "x".repeat(4096),
      meta: Object.fromEntries(Array.from({ length: 64 }, (_, key) => [key, "é".repeat(2048)])),
      directed: { ...address, capabilities: Array.from({ length: 64 }, () => "c") },
    };
    expect(found({ ...samples.task, ...change })).toEqual([]);
  });

  test("may ask for anything where it has no effect", () => {
    expect(found({ ...samples.error, timeout: { seconds: -1n, nanos: 0 }, maxAttempts: 99 })).toEqual([]);
  });
});

const query = (change: Partial<Query>): Body => ({
  $case: "recall",
  value: { query: Query.create(change), mode: 0 },
});
const where = (filter: Filter): Body => query({ where: filter });
const comparison = (path: string, op: ComparisonOp, value: string): Filter => ({
  node: { $case: "comparison", value: { path, op, value: new TextEncoder().encode(value) } },
});
function negations(levels: number): Filter {
  return levels === 1
    ? comparison("/a", ComparisonOp.EQ, "1")
    : { node: { $case: "negation", value: negations(levels - 1) } };
}
const put = (change: Partial<typeof imprint>): Body => ({ $case: "imprint", value: { ...imprint, ...change } });
const declare = (change: Partial<typeof register>): Body => ({ $case: "register", value: { ...register, ...change } });
const fail = (change: object): Body => ({
  $case: "error",
  value: { detail: error.detail && { ...error.detail, ...change } },
});
const output = (part: number, parts: number): Body => ({
  $case: "agentOutput",
  value: { output: undefined, part, parts },
});

const bodies: readonly (readonly [string, Body])[] = [
  ["MALFORMED COS-REG-002 register.id", declare({ id: "" })],
  ["MALFORMED COS-REG-002 register.id", declare({ id: "synapse" })],
  ["MALFORMED COS-REG-003 register.role", declare({ role: ParticipantRole.UNSPECIFIED, storeId: "" })],
  ["MALFORMED COS-REG-004 register.kind", declare({ kind: "a b" })],
  ["MALFORMED COS-REG-004 register.capabilities", declare({ capabilities: ["a", ""] })],
  ["MALFORMED COS-REG-004 register.capabilities", declare({ capabilities: ["a", "a"] })],
  [
    "TOO_LARGE COS-REG-004 register.capabilities",
    declare({ capabilities: Array.from({ length: 65 }, (_, i) => `c${i}`) }),
  ],
  ["MALFORMED COS-REG-017 register.store_id", declare({ storeId: "" })],
  ["MALFORMED COS-REG-017 register.store_id", declare({ role: ParticipantRole.NEURON })],
  ["TOO_LARGE COS-REG-022 register.version", declare({ version: "é".repeat(33) })],
  ["INVALID_INPUT COS-CONT-004 task.input", { $case: "task", value: { input: json("{"), context: undefined } }],
  ["INVALID_INPUT COS-CONT-004 task.context", { $case: "task", value: { input: undefined, context: json("") } }],
  ["INVALID_INPUT COS-CONT-005 task.context", { $case: "task", value: { input: undefined, context: json("[]") } }],
  ["INVALID_INPUT COS-CONT-005 task.context", { $case: "task", value: { input: undefined, context: json("null") } }],
  ["MALFORMED COS-TASK-008 agent_output.part", output(0, 0)],
  ["MALFORMED COS-TASK-008 agent_output.part", output(1, 1)],
  ["MALFORMED COS-TRACE-016 final.status", { $case: "final", value: { status: 0, detail: undefined } }],
  [
    "MALFORMED COS-TRACE-016 final.detail",
    { $case: "final", value: { status: FinalStatus.FAILED, detail: undefined } },
  ],
  ["INVALID_FILTER COS-RCL-008 recall.query.min_score", query({ minScore: 1.01 })],
  ["INVALID_FILTER COS-RCL-008 recall.query.min_score", query({ minScore: Number.NaN })],
  ["INVALID_FILTER COS-RCL-011 recall.query.where.path", where(comparison("a", ComparisonOp.EQ, "1"))],
  ["INVALID_FILTER COS-RCL-011 recall.query.where.path", where(comparison("/~2", ComparisonOp.EQ, "1"))],
  ["INVALID_FILTER COS-RCL-012 recall.query.where.op", where(comparison("/a", ComparisonOp.UNSPECIFIED, "1"))],
  ["INVALID_FILTER COS-RCL-012 recall.query.where.value", where(comparison("/a", ComparisonOp.EQ, ""))],
  ["INVALID_FILTER COS-RCL-012 recall.query.where.value", where(comparison("/a", ComparisonOp.IN, "1"))],
  ["INVALID_FILTER COS-RCL-012 recall.query.where.value", where(comparison("/a", ComparisonOp.EXISTS, "1"))],
  ["INVALID_FILTER COS-RCL-012 recall.query.where.value", where(comparison("/a", ComparisonOp.LT, "null"))],
  ["INVALID_FILTER COS-RCL-012 recall.query.where.value", where(comparison("/a", ComparisonOp.PREFIX, "1"))],
  ["INVALID_FILTER COS-RCL-013 recall.query.where", where(negations(17))],
  ["INVALID_FILTER COS-RCL-014 recall.query.where", where({ node: undefined })],
  ["INVALID_FILTER COS-RCL-014 recall.query.where", where({ node: { $case: "any", value: { filters: [] } } })],
  ["INVALID_FILTER COS-RCL-017 recall.query.top_k", query({ topK: 1001 })],
  ["INVALID_FILTER COS-RCL-022 recall.query.ids", query({ ids: ["eng_1"] })],
  ["INVALID_FILTER COS-RCL-022 recall.query.tags", query({ tags: Array.from({ length: 65 }, () => "t") })],
  [
    "MALFORMED COS-ENV-012 recalled.engram_id",
    { $case: "recalled", value: { engramId: "", hits: [], truncated: false, cursor: "" } },
  ],
  [
    "MALFORMED COS-RCL-018 recalled.cursor",
    { $case: "recalled", value: { engramId: "c", hits: [], truncated: true, cursor: "" } },
  ],
  ["INVALID_ENTRY COS-OP-030 imprint.op", put({ op: ImprintOp.UNSPECIFIED })],
  ["INVALID_ENTRY COS-OP-031 imprint.id", put({ op: ImprintOp.APPEND, id: "eng_01JFDZ00000000000000000000" })],
  ["INVALID_ENTRY COS-ENT-001 imprint.id", put({ id: "eng_1" })],
  ["INVALID_ENTRY COS-ENT-002 imprint.content", put({ content: json("[]") })],
  ["INVALID_ENTRY COS-ENT-002 imprint.content", put({ content: { ...json("{}"), mediaType: "text/plain" } })],
  ["INVALID_ENTRY COS-ENT-008 imprint.tags", put({ tags: ["a", ""] })],
  ["INVALID_ENTRY COS-ENT-008 imprint.tags", put({ tags: Array.from({ length: 65 }, () => "t") })],
  ["INVALID_ENTRY COS-ENT-009 imprint.merge_key", put({ mergeKey: "" })],
  ["INVALID_ENTRY COS-ENT-009 imprint.merge_key", put({ mergeKey: "é".repeat(513) })],
  ["INVALID_ENTRY COS-ENT-009 imprint.merge_key", put({ mergeKey: "a\0" })],
  ["INVALID_ENTRY COS-OP-013 imprint.merge_key", put({ mergeKey: undefined })],
  ["INVALID_ENTRY COS-OP-017 imprint.if_version", put({ op: ImprintOp.ADD, mergeKey: undefined })],
  ["INVALID_ENTRY COS-OP-019 imprint.ttl", put({ ttl: { seconds: 0n, nanos: 0 } })],
  ["INVALID_ENTRY COS-OP-019 imprint.ttl", put({ op: ImprintOp.DELETE })],
  ["INVALID_ENTRY COS-OP-021 imprint.imprint_id", put({ imprintId: "a b" })],
  ["INVALID_ENTRY COS-OP-032 imprint.content", put({ content: undefined })],
  ["MALFORMED COS-ERR-001 error.detail", { $case: "error", value: { detail: undefined } }],
  ["MALFORMED COS-ERR-001 error.detail", fail({ code: 0 })],
  ["MALFORMED COS-ERR-002 error.detail.retryable", fail({ retryable: true })],
  ["MALFORMED COS-ERR-003 error.detail.effect", fail({ effect: Effect.UNSPECIFIED })],
  ["MALFORMED COS-ERR-010 error.detail.participant", fail({ participant: "a" })],
  ["MALFORMED COS-ENV-012 heartbeat.ids", { $case: "heartbeat", value: { ids: ["a", ""] } }],
  ["MALFORMED COS-ENV-012 deregister.id", { $case: "deregister", value: { id: "", reason: 0 } }],
  [
    "MALFORMED COS-REG-023 deregister.reason",
    { $case: "deregister", value: { id: "a", reason: DeregisterReason.SESSION_ENDED } },
  ],
  ["MALFORMED COS-TYPE-013 stop.request_id", { $case: "stop", value: { requestId: "evt_1", reason: "" } }],
  ["MALFORMED COS-STOP-008 stopped.request_id", { $case: "stopped", value: { requestId: SAMPLE_TRACE } }],
];

describe("a body", () => {
  test.each(bodies)("is found to break a rule: %s, %o", (expected, body) => {
    expect(found({ ...samples[body.$case], body })).toEqual([expected]);
  });

  test.each<[string, Body]>([
    ["a filter of 16 levels", where(negations(16))],
    ["the whole content as the path of a comparison", where(comparison("", ComparisonOp.NE, "[null]"))],
    [
      "a content that is not JSON as input",
      { $case: "task", value: { input: { ...json("{"), mediaType: "text/plain" }, context: undefined } },
    ],
    ["a delete without content", put({ op: ImprintOp.DELETE, content: undefined, ttl: undefined })],
    ["a merge key at its limit", put({ mergeKey: "é".repeat(512) })],
    ["a version at its limit", declare({ version: "é".repeat(32) })],
    ["a STOP of a whole trace", { $case: "stop", value: { requestId: "", reason: "" } }],
    [
      "a FINAL without a detail that completed",
      { $case: "final", value: { status: FinalStatus.COMPLETED, detail: undefined } },
    ],
  ])("may be %s", (_name, body) => {
    expect(found({ ...samples[body.$case], body })).toEqual([]);
  });

  test("of a REPLY has no part, and its parts say how many came before", () => {
    const reply = { ...samples.agentOutput, exchange: Exchange.REPLY, parentId: SAMPLE_PARENT };
    expect(found({ ...reply, body: output(0, 3) })).toEqual([]);
    expect(found({ ...reply, body: output(1, 3) })).toEqual(["MALFORMED COS-TASK-008 agent_output.part"]);
  });

  test("of the Synapse may name a participant, and the end of a session", () => {
    expect(found({ ...samples.error, source: "synapse", body: fail({ participant: "a" }) })).toEqual([]);
    const value = { id: "a", reason: DeregisterReason.SESSION_ENDED };
    expect(found({ ...samples.deregister, source: "synapse", body: { $case: "deregister", value } })).toEqual([]);
  });

  test("is judged by the limits that hold, and alone if one asks for that", () => {
    const limits = resolveLimits({});
    const capabilities = ["a", "b"];
    const signal = { ...samples.register, id: "evt_1", body: declare({ capabilities }) };
    expect(validateBody(signal, limits)).toEqual([]);
    expect(validateBody(signal, { ...limits, capabilities: 1 })).toMatchObject([{ requirement: "COS-REG-004" }]);
  });

  test("may break several rules at once", () => {
    expect(found({ ...samples.register, body: declare({ id: "", kind: "a b" }) })).toEqual([
      "MALFORMED COS-REG-002 register.id",
      "MALFORMED COS-REG-004 register.kind",
    ]);
  });
});

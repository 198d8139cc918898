import { ErrorCode } from "../../gen/cosmonapse/v1/error.js";
import {
  ComparisonOp,
  Durability,
  ImprintOp,
  MergeStrategy,
  RecallMode,
  TextMatch,
  type Query,
} from "../../gen/cosmonapse/v1/memory.js";
import { Effect, Exchange, ParticipantRole } from "../../gen/cosmonapse/v1/options.js";
import { DeregisterReason } from "../../gen/cosmonapse/v1/participant.js";
import { Fanout, type Signal } from "../../gen/cosmonapse/v1/signal.js";
import { FinalStatus } from "../../gen/cosmonapse/v1/task.js";
import { systemClock } from "../foundation/index.js";
import { encodeJson } from "./content.js";
import { createSignal, type SignalDraft } from "./create.js";
import { createIdSource } from "./ids.js";

/** The id that samples have. */
export const SAMPLE_ID = "evt_01JFDZ00000000000000000001";
/** The id of its parent. */
export const SAMPLE_PARENT = "evt_01JFDZ00000000000000000000";
/** The id of its trace. */
export const SAMPLE_TRACE = "trc_01JFDZ00000000000000000000";

const clock = { ...systemClock, wallMs: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678) };
const at = { seconds: 1_767_323_045n, nanos: 678_000_000 };
const entryId = "eng_01JFDZ00000000000000000000";

/** A Signal with the sample's id, source and instant. */
export function sampleSignal(draft: Omit<SignalDraft, "source"> & { readonly source?: string }): Signal {
  return createSignal({ id: SAMPLE_ID, source: "worker", ...draft }, createIdSource(), clock);
}

const trace = { traceId: SAMPLE_TRACE };
const reply = { traceId: SAMPLE_TRACE, parentId: SAMPLE_PARENT };
const detail = {
  code: ErrorCode.NEURON_FAILED,
  message: "it broke",
  retryable: false,
  retryAfter: undefined,
  effect: Effect.UNKNOWN,
  requirement: "COS-TASK-015",
  field: "",
  available: [],
  currentVersion: undefined,
  replayed: false,
  participant: "",
};

const entry = {
  id: entryId,
  mergeKey: "q:42",
  content: encodeJson({ answer: 42 }, "INVALID_ENTRY"),
  tags: ["qa"],
  version: 2n ** 63n - 1n,
  createdAt: at,
  updatedAt: at,
  expiresAt: undefined,
  seq: undefined,
  provenance: { source: "worker", traceId: SAMPLE_TRACE, imprintId: "i1" },
};

const comparison = { path: "/year", op: ComparisonOp.GTE, value: encodeJson(2020, "INVALID_FILTER").data };
const query: Query = {
  text: "meaning of life",
  textMatch: TextMatch.ANY,
  ids: [entryId],
  mergeKey: undefined,
  tags: ["qa"],
  where: { node: { $case: "negation", value: { node: { $case: "comparison", value: comparison } } } },
  since: at,
  until: undefined,
  topK: 5,
  minScore: 0.5,
  cursor: "",
};

/** One valid Signal of each type, by the name of its body. */
export const samples: Readonly<Record<NonNullable<Signal["body"]>["$case"], Signal>> = {
  register: sampleSignal({
    body: {
      $case: "register",
      value: {
        id: "ctx",
        role: ParticipantRole.ENGRAM,
        kind: "context",
        capabilities: ["recall"],
        version: "1.2.0",
        maxInFlight: 4,
        retrySafe: true,
        storeId: "s1",
        description: "Shared memory",
      },
    },
  }),
  task: sampleSignal({
    ...trace,
    directed: { id: "researcher", type: "", capabilities: ["research", "cite"], fanout: Fanout.ONE },
    timeout: { seconds: 1n, nanos: 500_000_000 },
    maxAttempts: 3,
    closeTrace: true,
    traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    tracestate: "a=b",
    meta: { model: "großes" },
    waitForRoute: { seconds: 0n, nanos: 1_000_000 },
    body: {
      $case: "task",
      value: {
        input: encodeJson({ question: "why? 🙂" }, "INVALID_INPUT"),
        context: { mediaType: "application/json", data: encodeJson({}, "INVALID_INPUT").data, schema: "urn:c" },
      },
    },
  }),
  agentOutput: sampleSignal({
    ...reply,
    exchange: Exchange.PARTIAL,
    body: {
      $case: "agentOutput",
      value: { output: { mediaType: "image/png", data: Uint8Array.of(0x89, 0x50, 0), schema: "" }, part: 1, parts: 0 },
    },
  }),
  final: sampleSignal({ ...trace, body: { $case: "final", value: { status: FinalStatus.FAILED, detail } } }),
  recall: sampleSignal({ ...trace, body: { $case: "recall", value: { query, mode: RecallMode.MERGE } } }),
  recalled: sampleSignal({
    ...reply,
    body: {
      $case: "recalled",
      value: { engramId: "ctx", hits: [{ entry, score: 0.75 }], truncated: true, cursor: "c1" },
    },
  }),
  imprint: sampleSignal({
    ...trace,
    body: {
      $case: "imprint",
      value: {
        op: ImprintOp.MERGE,
        id: "",
        mergeKey: "q:42",
        content: encodeJson({ answer: 42 }, "INVALID_ENTRY"),
        tags: ["qa"],
        ifVersion: 0n,
        ttl: { seconds: 60n, nanos: 0 },
        imprintId: "i1",
        strategy: MergeStrategy.DEEP_UNION,
      },
    },
  }),
  imprinted: sampleSignal({
    ...reply,
    body: {
      $case: "imprinted",
      value: {
        engramId: "ctx",
        id: entryId,
        mergeKey: "",
        version: 7n,
        seq: 3n,
        created: true,
        deleted: false,
        replayed: true,
        durability: Durability.DISK,
        op: ImprintOp.APPEND,
      },
    },
  }),
  error: sampleSignal({
    ...reply,
    body: {
      $case: "error",
      value: {
        detail: { ...detail, retryAfter: { seconds: 2n, nanos: 0 }, available: ["a", "b"], currentVersion: 0n },
      },
    },
  }),
  heartbeat: sampleSignal({ body: { $case: "heartbeat", value: { ids: ["ctx", "researcher"] } } }),
  deregister: sampleSignal({
    body: { $case: "deregister", value: { id: "ctx", reason: DeregisterReason.DETACHED } },
  }),
  discover: sampleSignal({ body: { $case: "discover", value: {} } }),
  stop: sampleSignal({ ...trace, body: { $case: "stop", value: { requestId: SAMPLE_PARENT, reason: "enough" } } }),
  stopped: sampleSignal({
    ...trace,
    parentId: SAMPLE_PARENT,
    body: { $case: "stopped", value: { requestId: SAMPLE_PARENT } },
  }),
};

import type { ErrorDetail } from "../../../gen/cosmonapse/v1/error.js";
import { Exchange } from "../../../gen/cosmonapse/v1/options.js";
import { createErrorDetail, type ErrorName } from "../../errors/index.js";
import { systemClock } from "../../foundation/index.js";
import {
  bodyType,
  createIdSource,
  createSignal,
  decodeSignal,
  encodeJson,
  encodeSignal,
  type SignalDraft,
} from "../../signal/index.js";
import type { SignalRecord } from "../../doppler/index.js";

const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const clock = { ...systemClock, wallMs: () => at };
const ids = createIdSource(clock);
const traceId = "trc_01JFDZ00000000000000000000";
const request = "evt_01JFDZ00000000000000000000";

/** A record of a Signal; what is given stands in place of what a sample has. */
export function recordOf(draft: SignalDraft, parts: Partial<SignalRecord> = {}): SignalRecord {
  const bytes = encodeSignal(createSignal(draft, ids, clock));
  const signal = decodeSignal(bytes);
  return {
    kind: "signal",
    number: 1,
    at,
    namespace: "demo",
    signal,
    type: bodyType(signal.body),
    bytes,
    position: 5n,
    isSnapshot: false,
    asked: [],
    attempt: 1,
    ...parts,
  };
}

/** A TASK from `asker`, which says `hello world` and was given to `planner`. */
export function taskRecord(input: unknown = { question: "hello world" }): SignalRecord {
  const value = { input: encodeJson(input, "MALFORMED"), context: undefined };
  return recordOf({ id: request, traceId, source: "asker", body: { $case: "task", value } }, { asked: ["planner"] });
}

/** Its answer, so many milliseconds later. */
export function answerRecord(afterMs: number): SignalRecord {
  const value = { output: encodeJson(42, "MALFORMED"), part: 0, parts: 0 };
  const reply = { traceId, parentId: request, source: "planner", exchange: Exchange.REPLY };
  return recordOf({ ...reply, body: { $case: "agentOutput", value } }, { at: at + afterMs });
}

/** An ERROR in its place. */
export function errorRecord(code: ErrorName, message = "it broke"): SignalRecord {
  const detail: ErrorDetail = createErrorDetail(code, message);
  return recordOf({ traceId, parentId: request, source: "planner", body: { $case: "error", value: { detail } } });
}

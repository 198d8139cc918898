import { SIGNAL_FIELDS } from "../../../gen/cosmonapse/v1/tables.js";
import { Exchange } from "../../../gen/cosmonapse/v1/options.js";
import { Fanout, type Signal } from "../../../gen/cosmonapse/v1/signal.js";
import { TaskBody } from "../../../gen/cosmonapse/v1/task.js";
import { systemClock } from "../../foundation/index.js";
import {
  createIdSource,
  createSignal,
  decodeSignal,
  encodeSignal,
  peekSignal,
  SignalPeek,
} from "../../signal/index.js";

const ids = createIdSource(systemClock);

/** The type of the Signals that flow: a later one, whose body is that of a TASK. */
export const flowType = 100;
const bodyTag = (flowType << 3) | 2;
const lengthBytes = 2;

/** What an agent might say: JSON of about 500 bytes. */
const payload = {
  question: "Which of the three drafts answers the reviewer best, and why?",
  candidates: ["draft-1", "draft-2", "draft-3"].map((id, index) => ({
    id,
    score: 0.31 * (index + 1),
    tokens: 812 + index,
  })),
  context: { tenant: "research", model: "large", temperature: 0.2, tags: ["review", "q3", "internal"] },
  notes: "The second draft quotes the source; the third is shorter. ".repeat(3),
};

let traceId = ids.traceId();

/** What is made from now on belongs to a trace of its own: who opened the one before is gone. */
export function beginTrace(): void {
  traceId = ids.traceId();
}

/** Makes one Signal of about 650 bytes, payload and all. */
export function encodeFlow(source: string): Uint8Array {
  const data = new TextEncoder().encode(JSON.stringify(payload));
  const body = TaskBody.encode({ input: { mediaType: "", data, schema: "" }, context: undefined }).finish();
  const field = new Uint8Array(body.length + lengthBytes);
  field.set([(body.length & 0x7f) | 0x80, body.length >> 7]);
  field.set(body, lengthBytes);
  const header = encodeSignal({ ...draft(source), exchange: Exchange.EVENT });
  const tag = [(bodyTag & 0x7f) | 0x80, bodyTag >> 7];
  const whole = new Uint8Array(header.length + tag.length + field.length);
  whole.set(header);
  whole.set(tag, header.length);
  whole.set(field, header.length + tag.length);
  return whole;
}

/** Reads one, payload and all; gives something of it, so that no engine leaves the work out. */
export function decodeFlow(bytes: Uint8Array): number {
  const signal = decodeSignal(bytes);
  const [field] = signal._unknownFields?.[bodyTag] ?? [];
  const { input } = TaskBody.decode(field?.subarray(lengthBytes) ?? new Uint8Array());
  const value: unknown = JSON.parse(new TextDecoder().decode(input?.data));
  return Object.keys(Object(value)).length;
}

/** A TASK for one who answers. */
export function encodeTask(source: string, neuron: string): { id: string; bytes: Uint8Array } {
  const data = new TextEncoder().encode(JSON.stringify(payload));
  const signal: Signal = {
    ...draft(source),
    exchange: Exchange.REQUEST,
    directed: { id: neuron, type: "", capabilities: [], fanout: Fanout.ONE },
    body: { $case: "task", value: { input: { mediaType: "", data, schema: "" }, context: undefined } },
  };
  return { id: signal.id, bytes: encodeSignal(signal) };
}

/** The answer to one, with what it asked. */
export function encodeAnswer(task: Signal, source: string): Uint8Array {
  const output = task.body?.$case === "task" ? task.body.value.input : undefined;
  const header = { ...draft(source), traceId: task.traceId, parentId: task.id, exchange: Exchange.REPLY };
  return encodeSignal({ ...header, body: { $case: "agentOutput", value: { output, part: 0, parts: 0 } } });
}

const peek = new SignalPeek();
const decoder = new TextDecoder();

/** Whom a Signal answers, without decoding the rest of it. */
export function parentIdOf(bytes: Uint8Array): string {
  peekSignal(bytes, peek);
  return decoder.decode(bytes.subarray(peek.starts[SIGNAL_FIELDS.parentId], peek.ends[SIGNAL_FIELDS.parentId]));
}

function draft(source: string): Signal {
  // A body of any kind makes the draft whole; the Signal that is sent has its own.
  const whole = createSignal({ source, traceId, body: { $case: "discover", value: {} } }, ids, systemClock);
  return { ...whole, body: undefined };
}

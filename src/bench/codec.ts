import { Fanout, type Signal } from "../../gen/cosmonapse/v1/signal.js";
import {
  createIdSource,
  createSignal,
  decodeJson,
  decodeSignal,
  encodeJson,
  encodeSignal,
  peekSignal,
  scanSignal,
  SignalPeek,
  STANDARD_LIMITS,
} from "../signal/index.js";
import { systemClock } from "../foundation/index.js";
import { formatFigures, measure, ratio, type BenchCase } from "./measure.js";

const input = {
  question:
    "Which op fails if the entry exists, and what does the answer tell me about the entry that is there? " +
    "Answer in two sentences, and cite the file and the line of what you found.",
  passages: ["proto/README.md:431", "proto/cosmonapse/v1/memory.proto:58", "src/engram/decide.ts:41"],
  options: { language: "en", top: 5, cite: true, temperature: 0.2 },
};

const ids = createIdSource();

/** A TASK of about 650 bytes, as an agent sends one. */
function makeTask(): Signal {
  return createSignal(
    {
      traceId: ids.traceId(),
      parentId: ids.signalId(),
      source: "orchestrator-eu-1",
      directed: { id: "", type: "research", capabilities: ["search", "summarise", "cite"], fanout: Fanout.ONE },
      timeout: { seconds: 30n, nanos: 0 },
      traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      meta: { model: "large-3", tenant: "8f14e45f" },
      body: { $case: "task", value: { input: encodeJson(input, "INVALID_INPUT"), context: undefined } },
    },
    ids,
    systemClock,
  );
}

/** The same data as a plain object; the content as base64, or as JSON within JSON. */
function toPlain(signal: Signal, content: object): object {
  const { id, traceId, parentId, source, directed, traceparent, meta } = signal;
  return {
    ...{ id, traceId, parentId, exchange: "REQUEST", source, directed, traceparent, meta },
    createdAt: new Date().toISOString(),
    timeoutMs: 30_000,
    type: "TASK",
    body: { input: content },
  };
}

function taskData(signal: Signal): Uint8Array {
  return (signal.body?.$case === "task" && signal.body.value.input?.data) || new Uint8Array();
}

function codecCases(): BenchCase[] {
  const signal = makeTask();
  const bytes = encodeSignal(signal);
  const utf8 = new TextEncoder();
  const text = new TextDecoder();
  const ready = toPlain(signal, { data: Buffer.from(taskData(signal)).toString("base64") });
  const nested = toPlain(signal, input);
  const parse = (json: Uint8Array): number => (JSON.parse(text.decode(json)) === null ? 0 : 1);
  const peek = new SignalPeek();
  const withContent = (): Uint8Array => {
    const value = { input: encodeJson(input, "INVALID_INPUT"), context: undefined };
    return encodeSignal({ ...signal, body: { $case: "task", value } });
  };
  const readContent = (received: Uint8Array): number => {
    const { body } = decodeSignal(received);
    return body?.$case === "task" && decodeJson(body.value.input, null, "INVALID_INPUT") !== null ? 1 : 0;
  };
  const [readyLength, nestedLength] = [ready, nested].map((value) => JSON.stringify(value).length);
  process.stdout.write(`A TASK of ${bytes.length} bytes; JSON: ${readyLength} with base64, ${nestedLength} nested.\n`);
  return [
    { name: "peekSignal", run: () => (peekSignal(bytes, peek), peek.type) },
    { name: "scanSignal", run: () => scanSignal(bytes, STANDARD_LIMITS).bodyLength },
    { name: "decodeSignal", run: () => decodeSignal(bytes).id.length },
    { name: "encodeSignal", run: () => encodeSignal(signal).length },
    { name: "encode + decode", run: () => decodeSignal(encodeSignal(signal)).id.length },
    { name: "JSON, ready bytes", run: () => parse(utf8.encode(JSON.stringify(ready))) },
    { name: "encode with JSON content", run: () => withContent().length },
    { name: "decode with JSON content", run: () => readContent(bytes) },
    { name: "encode + decode with JSON content", run: () => readContent(withContent()) },
    { name: "JSON, nested", run: () => parse(utf8.encode(JSON.stringify(nested))) },
  ];
}

/** Prints what the codec costs, against JSON of the same data, and the ratios of one run. */
export function benchCodec(): void {
  const figures = measure(codecCases());
  const show = (name: string, slow: string, fast: string): string =>
    `${name}: ${ratio(figures, slow, fast).toFixed(2)}`;
  const lines = [
    formatFigures(figures),
    show("decode ÷ peek", "decodeSignal", "peekSignal"),
    show("decode ÷ scan", "decodeSignal", "scanSignal"),
    show("JSON ÷ ours, encode + decode, content as ready bytes", "JSON, ready bytes", "encode + decode"),
    show(
      "JSON ÷ ours, encode + decode, with the content's own JSON",
      "JSON, nested",
      "encode + decode with JSON content",
    ),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

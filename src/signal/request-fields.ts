import { Duration } from "../../gen/google/protobuf/duration.js";
import type { Limits } from "../../gen/cosmonapse/v1/limits.js";
import { SIGNAL_FIELDS } from "../../gen/cosmonapse/v1/tables.js";
import { describeThrown } from "../errors/index.js";
import { malformed, WireCursor } from "./wire.js";

declare class TextDecoder {
  constructor(label: string, options: { fatal: boolean; ignoreBOM: boolean });
  decode(bytes: Uint8Array): string;
}

/** What a request asks of the Synapse. Durations are milliseconds; NaN: not whole, or out of range. */
export interface RequestFields {
  readonly timeoutMs: number | undefined;
  readonly waitForRouteMs: number | undefined;
  readonly maxAttempts: number;
  readonly closeTrace: boolean;
}

/** A header without any of these. */
export const noRequest: RequestFields = {
  timeoutMs: undefined,
  waitForRouteMs: undefined,
  maxAttempts: 0,
  closeTrace: false,
};

const fields = SIGNAL_FIELDS;
const lastHeaderField = 15;

/** The header fields that `readRequestFields` reads or checks, a bit for each. */
export const requestFields = [
  fields.timeout,
  fields.waitForRoute,
  fields.maxAttempts,
  fields.closeTrace,
  fields.traceparent,
  fields.tracestate,
  fields.meta,
].reduce((bits, field) => bits | (1 << field), 0);

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const cursor = new WireCursor();

/** A piece of text in the bytes of a Signal. */
export interface TextPlace {
  readonly offset: number;
  readonly length: number;
  /** The field, in proto names. */
  readonly field: string;
}

/** Reads a string of the header. Throws MALFORMED for bad UTF-8. */
export function readText(bytes: Uint8Array, { offset, length, field }: TextPlace): string {
  if (length <= 0) return "";
  if (length > shortMax) return readLongText(bytes.subarray(offset, offset + length), field);
  let text = "";
  for (let at = offset; at < offset + length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte > 0x7f) return readLongText(bytes.subarray(offset, offset + length), field);
    text += String.fromCharCode(byte);
  }
  return text;
}

// Ids are short and ASCII: a loop reads them faster than a decoder starts.
const shortMax = 64;

function readLongText(bytes: Uint8Array, field: string): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return malformed("A string of the header is no UTF-8", "COS-ENV-015", field);
  }
}

/** Reads what a request asks of the Synapse, and checks the sizes of annotations. The bytes were peeked before. */
export function readRequestFields(bytes: Uint8Array, limits: Limits): RequestFields {
  let { timeoutMs, waitForRouteMs, maxAttempts, closeTrace } = noRequest;
  let metaKeys = 0;
  cursor.reset(bytes, 0, bytes.length);
  while (cursor.position < cursor.end) {
    const tag = cursor.uint32();
    const field = tag >>> 3;
    const start = cursor.position;
    cursor.skip(tag & 7);
    if (field > lastHeaderField) continue;
    const end = cursor.position;
    switch (field) {
      case fields.timeout:
        timeoutMs = readDurationMs(bytes, [start, end], "timeout");
        break;
      case fields.waitForRoute:
        waitForRouteMs = readDurationMs(bytes, [start, end], "wait_for_route");
        break;
      case fields.maxAttempts:
        maxAttempts = readNumber(bytes, [start, end]);
        break;
      case fields.closeTrace:
        closeTrace = readNumber(bytes, [start, end]) !== 0;
        break;
      case fields.traceparent:
        checkText(bytes, { span: [start, end], field: "traceparent", limits });
        break;
      case fields.tracestate:
        checkText(bytes, { span: [start, end], field: "tracestate", limits });
        break;
      case fields.meta:
        metaKeys += 1;
        checkMeta(bytes, { span: [start, end], field: "meta", limits });
        break;
      default:
    }
  }
  if (metaKeys > limits.metaKeys) malformed(`At most ${limits.metaKeys} keys of meta`, "COS-LIM-003", "meta");
  return { timeoutMs, waitForRouteMs, maxAttempts, closeTrace };
}

type Span = readonly [start: number, end: number];

interface CheckedText {
  readonly span: Span;
  readonly field: string;
  readonly limits: Limits;
}

const inner = new WireCursor();

function readNumber(bytes: Uint8Array, [start, end]: Span): number {
  inner.reset(bytes, start, end);
  return inner.varint();
}

/** The message or string that stands in a span, without its length. */
function contentOf(bytes: Uint8Array, [start, end]: Span): Uint8Array {
  inner.reset(bytes, start, end);
  const length = inner.length();
  return bytes.subarray(inner.position, inner.position + length);
}

function readDurationMs(bytes: Uint8Array, span: Span, field: string): number {
  try {
    return durationMs(Duration.decode(contentOf(bytes, span)));
  } catch (thrown) {
    return malformed(`The duration cannot be read: ${describeThrown(thrown)}`, "COS-ENV-001", field);
  }
}

/** A duration as whole milliseconds; NaN if it is none. */
export function durationMs({ seconds, nanos }: Duration): number {
  const isWhole = nanos % 1_000_000 === 0 && nanos >= 0 && nanos < 1_000_000_000;
  return isWhole ? Number(seconds) * 1000 + nanos / 1_000_000 : Number.NaN;
}

function checkText(bytes: Uint8Array, { span, field, limits }: CheckedText): void {
  const text = contentOf(bytes, span);
  if (text.length > limits.metaBytes) malformed(`At most ${limits.metaBytes} bytes`, "COS-LIM-003", field);
  readText(text, { offset: 0, length: text.length, field });
}

function checkMeta(bytes: Uint8Array, { span, field, limits }: CheckedText): void {
  const pairs = new WireCursor();
  const pair = contentOf(bytes, span);
  pairs.reset(pair, 0, pair.length);
  while (pairs.position < pairs.end) {
    const tag = pairs.uint32();
    const start = pairs.position;
    pairs.skip(tag & 7);
    if ((tag & 7) === 2 && tag >>> 3 <= 2) checkText(pair, { span: [start, pairs.position], field, limits });
  }
}

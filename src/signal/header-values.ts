import { SIGNAL_FIELDS } from "../../gen/cosmonapse/v1/tables.js";
import { Fanout, type Address } from "../../gen/cosmonapse/v1/signal.js";
import { wholeMs, type AnnotationSizes } from "./header-rules.js";
import type { SignalPeek } from "./peek.js";
import { malformed, WireCursor } from "./wire.js";

declare class TextDecoder {
  constructor(label: string, options: { fatal: boolean; ignoreBOM: boolean });
  decode(bytes: Uint8Array): string;
}

// Node cuts a string of ASCII out of bytes in half of the time that a decoder takes; elsewhere there is none of it.
declare const Buffer:
  { readonly prototype: { latin1Slice(this: Uint8Array, start: number, end: number): string } } | undefined;
const sliceAscii = typeof Buffer === "undefined" ? undefined : Buffer.prototype.latin1Slice;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const cursor = new WireCursor();
const outer = new WireCursor();

/** Bytes within a Signal. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

// Up to here a loop makes a flat string, faster than a decoder starts.
const loopMax = 12;

/** A string of the header. Throws MALFORMED for bad UTF-8, naming the field (COS-ENV-025). */
export function readText(bytes: Uint8Array, { start, end }: Span, field: string): string {
  if (!isAscii(bytes, start, end)) return decodeText(bytes.subarray(start, end), field);
  if (end - start > loopMax)
    return sliceAscii?.call(bytes, start, end) ?? decodeText(bytes.subarray(start, end), field);
  let text = "";
  for (let at = start; at < end; at += 1) text += String.fromCharCode(bytes[at] ?? 0);
  return text;
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  let all = 0;
  for (let at = start; at < end; at += 1) all |= bytes[at] ?? 0;
  return all < 0x80;
}

const keptBytes = 64;

/** Reads strings that are most often those of the Signal before: those of one session have one trace and one source. */
export class RecentText {
  readonly #bytes = new Uint8Array(keptBytes);
  #length = -1;
  #text = "";

  /** As `readText` does. */
  read(bytes: Uint8Array, span: Span, field: string): string {
    const { start, end } = span;
    const length = end - start;
    if (length === this.#length) {
      let at = length - 1;
      while (at >= 0 && bytes[start + at] === this.#bytes[at]) at -= 1;
      if (at < 0) return this.#text;
    }
    const text = readText(bytes, span, field);
    if (length <= keptBytes) {
      for (let at = 0; at < length; at += 1) this.#bytes[at] = bytes[start + at] ?? 0;
      this.#length = length;
      this.#text = text;
    }
    return text;
  }
}

function decodeText(text: Uint8Array, field: string): string {
  try {
    return decoder.decode(text);
  } catch {
    return malformed("A string of the header is no UTF-8", "COS-ENV-025", field);
  }
}

/** Throws MALFORMED unless the bytes are UTF-8. Makes no string of ASCII. */
function checkText(bytes: Uint8Array, span: Span, field: string): void {
  if (!isAscii(bytes, span.start, span.end)) decodeText(bytes.subarray(span.start, span.end), field);
}

/** A number of the header; inexact over 2^53, where every limit ends long before. */
export function readNumber(bytes: Uint8Array, { start, end }: Span): number {
  cursor.reset(bytes, start, end);
  return cursor.varint();
}

/**
 * A `google.protobuf.Duration` as milliseconds; NaN if they are not whole. One below zero is more than any limit. Throws
 * MALFORMED for bytes that are none; a Timestamp has the same fields.
 */
export function readDurationMs(bytes: Uint8Array, { start, end }: Span): number {
  let seconds = 0;
  let nanos = 0;
  cursor.reset(bytes, start, end);
  while (cursor.position < end) {
    const tag = cursor.uint32();
    if (tag === durationTags.seconds) seconds = cursor.varint();
    else if (tag === durationTags.nanos) nanos = cursor.varint();
    else skipUnknown(tag, durationTags.nanos);
  }
  return wholeMs(seconds, nanos);
}

/** Passes over a field that is not known; the number zero, and one that is known but of another wire type, are refused. */
function skipUnknown(tag: number, lastTag: number): void {
  if (tag >>> 3 <= lastTag >>> 3) malformed(`Field ${tag >>> 3} has the wire type ${tag & 7}`, "COS-ENV-028");
  cursor.skip(tag & 7);
}

const durationTags = { seconds: 8, nanos: 16 };
const addressTags = { id: 10, type: 18, capabilities: 26, fanout: 32 };
const fanouts: readonly Fanout[] = Object.values(Fanout);

/** An `Address`. Throws MALFORMED for bytes that are no protobuf, bad UTF-8, or an unknown fanout. */
export function readAddress(bytes: Uint8Array, { start, end }: Span): Address {
  const address: Address = { id: "", type: "", capabilities: [], fanout: Fanout.UNSPECIFIED };
  cursor.reset(bytes, start, end);
  while (cursor.position < end) {
    const tag = cursor.uint32();
    if (tag === addressTags.id) address.id = nextText("directed.id");
    else if (tag === addressTags.type) address.type = nextText("directed.type");
    else if (tag === addressTags.capabilities) address.capabilities.push(nextText("directed.capabilities"));
    else if (tag === addressTags.fanout) address.fanout = readFanout(cursor.varint());
    else skipUnknown(tag, addressTags.fanout);
  }
  return address;
}

function readFanout(value: number): Fanout {
  const known = fanouts.find((fanout) => fanout === value);
  return known ?? malformed(`The fanout ${value} is unknown`, "COS-ENV-015", "directed.fanout");
}

function nextText(field: string): string {
  const length = cursor.length();
  const start = cursor.position;
  cursor.position = start + length;
  return readText(cursor.bytes, { start, end: start + length }, field);
}

const none: AnnotationSizes = { traceparent: 0, tracestate: 0, metaKeys: 0, metaBytes: 0 };
const { traceparent, tracestate, meta } = SIGNAL_FIELDS;
const annotationBits = (1 << traceparent) | (1 << tracestate) | (1 << meta);

/** Measures the annotations of a Signal that was peeked, and checks their UTF-8. */
export function measureAnnotations(bytes: Uint8Array, peek: SignalPeek): AnnotationSizes {
  if ((peek.seen & annotationBits) === 0) return none;
  const { metaKeys, metaBytes } = (peek.seen & (1 << meta)) === 0 ? none : measureMeta(bytes);
  return {
    traceparent: measureText(bytes, peek, { number: traceparent, name: "traceparent" }),
    tracestate: measureText(bytes, peek, { number: tracestate, name: "tracestate" }),
    metaKeys,
    metaBytes,
  };
}

function measureText(bytes: Uint8Array, peek: SignalPeek, field: { number: number; name: string }): number {
  if ((peek.seen & (1 << field.number)) === 0) return 0;
  const start = peek.starts[field.number] ?? 0;
  const end = peek.ends[field.number] ?? 0;
  checkText(bytes, { start, end }, field.name);
  return end - start;
}

/** Walks the whole Signal again, since pairs may stand anywhere in it. */
function measureMeta(bytes: Uint8Array): { metaKeys: number; metaBytes: number } {
  outer.reset(bytes, 0, bytes.length);
  let metaKeys = 0;
  let metaBytes = 0;
  while (outer.position < outer.end) {
    const tag = outer.uint32();
    if (tag >>> 3 === meta) {
      metaKeys += 1;
      metaBytes = Math.max(metaBytes, measurePair(bytes));
    } else {
      outer.skip(tag & 7);
    }
  }
  return { metaKeys, metaBytes };
}

const pairTags = { key: 10, value: 18 };

/** The longer of the key and the value of a pair. */
function measurePair(bytes: Uint8Array): number {
  const end = outer.length() + outer.position;
  cursor.reset(bytes, outer.position, end);
  outer.position = end;
  let longest = 0;
  while (cursor.position < end) {
    const tag = cursor.uint32();
    if (tag === pairTags.key || tag === pairTags.value) {
      const length = cursor.length();
      checkText(bytes, { start: cursor.position, end: cursor.position + length }, "meta");
      cursor.position += length;
      longest = Math.max(longest, length);
    } else {
      skipUnknown(tag, pairTags.value);
    }
  }
  return longest;
}

import { SIGNAL_FIELDS } from "../../gen/cosmonapse/v1/tables.js";
import { signalFieldName } from "./types.js";
import { malformed, WireCursor } from "./wire.js";

const lastHeaderField = 15;
const lastBodyField = 999;
const lengthDelimited = 2;

const numberFields: readonly number[] = [SIGNAL_FIELDS.exchange, SIGNAL_FIELDS.maxAttempts, SIGNAL_FIELDS.closeTrace];

// What a first byte is the whole tag of: 0 nothing that is known, 1 a number, 2 a string or a message, 3 a pair of the
// one map, which alone may repeat.
const kinds = new Uint8Array(256);
const [aNumber, aSpan, aPair] = [1, 2, 3];
for (const field of Object.values(SIGNAL_FIELDS)) {
  if (field > lastHeaderField) continue;
  if (numberFields.includes(field)) kinds[field << 3] = aNumber;
  else kinds[(field << 3) | lengthDelimited] = field === SIGNAL_FIELDS.meta ? aPair : aSpan;
}

/**
 * Where the parts of a Signal stand in its bytes. `starts` and `ends` are indexed by the number of a header field and
 * hold for those whose bit is set in `seen`; for `meta` they are those of its last pair.
 */
export class SignalPeek {
  /** The number of the body's field: the type. */
  type = 0;
  /** The value of `exchange`; 0 if it is absent. */
  exchange = 0;
  /** A bit for each known header field that is there: `1 << number`. */
  seen = 0;
  /** Where the value of a field begins, behind its tag and length. */
  readonly starts = new Int32Array(lastHeaderField + 1);
  /** Where the value of a field ends. */
  readonly ends = new Int32Array(lastHeaderField + 1);
  /** Where the body's message begins. */
  bodyOffset = 0;
  /** How long it is, bytes. */
  bodyLength = 0;
}

/**
 * Reads what routing needs, in any order of the fields, without making strings or objects. Throws MALFORMED for bytes
 * that are no protobuf, a wrong wire type or a repetition of a known header field, and for anything but one body, and
 * that once (COS-ENV-026, COS-ENV-027, COS-ENV-028, COS-ENV-029, COS-TYPE-002, COS-TYPE-003).
 */
export function peekSignal(bytes: Uint8Array, into: SignalPeek): void {
  const { starts, ends } = into;
  const length = bytes.length;
  let at = 0;
  into.seen = 0;
  into.type = 0;
  into.exchange = 0;
  while (at < length) {
    const kind = kinds[bytes[at] ?? 0] ?? 0;
    const number = bytes[at + 1] ?? 0x80;
    // Nearly every field: a tag that is known, and a number or a length of one byte.
    if (kind === 0 || number >= 0x80) {
      at = kind === 0 ? peekBody(bytes, at, into) : peekUnusual(bytes, at, into);
      continue;
    }
    const field = (bytes[at] ?? 0) >>> 3;
    const bit = 1 << field;
    if ((into.seen & bit) !== 0 && kind !== aPair) refuseRepeated(field);
    into.seen |= bit;
    if (kind === aNumber) {
      starts[field] = at + 1;
      at += 2;
      if (field === SIGNAL_FIELDS.exchange) into.exchange = number;
    } else {
      starts[field] = at + 2;
      at += 2 + number;
    }
    ends[field] = at;
  }
  if (at > length) malformed("The bytes end within a field", "COS-ENV-028");
  if (into.type === 0) malformed("The Signal has no body", "COS-TYPE-002");
}

function refuseRepeated(field: number): never {
  return malformed(`Header field ${field} is there twice`, "COS-ENV-026", signalFieldName(field));
}

/** Reads a body whose tag has two bytes and its length one or two, as nearly all have; answers where the next begins. */
function peekBody(bytes: Uint8Array, at: number, into: SignalPeek): number {
  const first = bytes[at] ?? 0;
  const second = bytes[at + 1] ?? 0;
  const tag = (first & 0x7f) | (second << 7);
  const type = tag >>> 3;
  const low = bytes[at + 2] ?? 0x80;
  const high = low < 0x80 ? 0 : (bytes[at + 3] ?? 0x80);
  const isShort = first >= 0x80 && second > 0 && second < 0x80 && high < 0x80;
  const isPlain = isShort && (tag & 7) === lengthDelimited && type <= lastBodyField;
  if (!isPlain || into.type !== 0) return peekUnusual(bytes, at, into);
  into.type = type;
  into.bodyLength = (low & 0x7f) | (high << 7);
  into.bodyOffset = at + (low < 0x80 ? 3 : 4);
  return into.bodyOffset + into.bodyLength;
}

const cursor = new WireCursor();

/** Reads a field of any form, and refuses what is none; answers where the next begins. */
function peekUnusual(bytes: Uint8Array, at: number, into: SignalPeek): number {
  cursor.reset(bytes, at, bytes.length);
  const tag = cursor.uint32();
  const field = tag >>> 3;
  const wireType = tag & 7;
  if (field === 0) malformed("A field has the number 0", "COS-ENV-028");
  if (field <= lastHeaderField && signalFieldName(field) !== "") return peekHeader(tag, into);
  if (field <= lastHeaderField || field > lastBodyField) {
    cursor.skip(wireType);
    return cursor.position;
  }
  if (wireType !== lengthDelimited) malformed(`Body ${field} has the wire type ${wireType}`, "COS-TYPE-003");
  if (into.type !== 0) malformed(`The Signal has two bodies: ${into.type} and ${field}`, "COS-TYPE-002");
  into.type = field;
  into.bodyLength = cursor.length();
  into.bodyOffset = cursor.position;
  return into.bodyOffset + into.bodyLength;
}

function peekHeader(tag: number, into: SignalPeek): number {
  const field = tag >>> 3;
  const kind = kinds[tag] ?? 0;
  if (kind === 0)
    malformed(`Header field ${field} has the wire type ${tag & 7}`, "COS-ENV-028", signalFieldName(field));
  if ((into.seen & (1 << field)) !== 0 && kind !== aPair) refuseRepeated(field);
  into.seen |= 1 << field;
  if (kind === aNumber) {
    into.starts[field] = cursor.position;
    const number = cursor.varint();
    if (field === SIGNAL_FIELDS.exchange) into.exchange = number;
  } else {
    const length = cursor.length();
    into.starts[field] = cursor.position;
    cursor.position += length;
  }
  into.ends[field] = cursor.position;
  return cursor.position;
}

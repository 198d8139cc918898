import { SIGNAL_FIELDS } from "../../gen/cosmonapse/v1/tables.js";
import { signalFieldName } from "./types.js";
import { malformed, WireCursor } from "./wire.js";

const lastHeaderField = 15;
const lastBodyField = 999;
const lengthDelimited = 2;

const numberFields: readonly number[] = [SIGNAL_FIELDS.exchange, SIGNAL_FIELDS.maxAttempts, SIGNAL_FIELDS.closeTrace];

// The tag of each header field; 0 for one that this version does not know.
const headerTags = new Uint8Array(lastHeaderField + 1);
for (const field of Object.values(SIGNAL_FIELDS)) {
  const wireType = numberFields.includes(field) ? 0 : lengthDelimited;
  if (field <= lastHeaderField) headerTags[field] = (field << 3) | wireType;
}
// No byte below 8 is a tag.
headerTags[0] = 0xff;

// All but the one map.
const singularFields = ~(1 << SIGNAL_FIELDS.meta);

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
  let seen = 0;
  let at = 0;
  into.type = 0;
  into.exchange = 0;
  while (at < length) {
    // Nearly every header field: known, there for the first time, its tag and its number or length of one byte each.
    const tag = bytes[at] ?? 0;
    const field = tag >>> 3;
    const number = bytes[at + 1] ?? 0x80;
    if (number < 0x80 && headerTags[field] === tag && (seen & (1 << field) & singularFields) === 0) {
      seen |= 1 << field;
      at += 1;
      if ((tag & 7) === lengthDelimited) {
        starts[field] = at + 1;
        at += number;
      } else {
        starts[field] = at;
        if (field === SIGNAL_FIELDS.exchange) into.exchange = number;
      }
      at += 1;
      ends[field] = at;
    } else {
      into.seen = seen;
      at = peekUnusual(bytes, at, into);
      seen = into.seen;
    }
  }
  into.seen = seen;
  if (at > length) malformed("The bytes end within a field", "COS-ENV-028");
  if (into.type === 0) malformed("The Signal has no body", "COS-TYPE-002");
}

const cursor = new WireCursor();

/** Reads one field of any form; answers where the next begins. */
function peekUnusual(bytes: Uint8Array, at: number, into: SignalPeek): number {
  cursor.reset(bytes, at, bytes.length);
  const tag = cursor.uint32();
  const field = tag >>> 3;
  if (field > lastHeaderField && field <= lastBodyField) return peekBody(field, tag & 7, into);
  if (field === 0) malformed("A field has the number 0", "COS-ENV-028");
  const known = headerTags[field] ?? 0;
  if (known !== 0) return peekHeader(tag, known, into);
  cursor.skip(tag & 7);
  return cursor.position;
}

function peekBody(field: number, wireType: number, into: SignalPeek): number {
  if (wireType !== lengthDelimited) malformed(`Body ${field} has the wire type ${wireType}`, "COS-TYPE-003");
  if (into.type !== 0) malformed(`The Signal has two bodies: ${into.type} and ${field}`, "COS-TYPE-002");
  into.type = field;
  into.bodyLength = cursor.length();
  into.bodyOffset = cursor.position;
  return into.bodyOffset + into.bodyLength;
}

function peekHeader(tag: number, known: number, into: SignalPeek): number {
  const field = tag >>> 3;
  if (tag !== known)
    malformed(`Header field ${field} has the wire type ${tag & 7}`, "COS-ENV-028", signalFieldName(field));
  if ((into.seen & (1 << field) & singularFields) !== 0) {
    malformed(`Header field ${field} is there twice`, "COS-ENV-026", signalFieldName(field));
  }
  into.seen |= 1 << field;
  if ((tag & 7) === lengthDelimited) {
    const length = cursor.length();
    into.starts[field] = cursor.position;
    cursor.position += length;
  } else {
    into.starts[field] = cursor.position;
    const number = cursor.varint();
    if (field === SIGNAL_FIELDS.exchange) into.exchange = number;
  }
  into.ends[field] = cursor.position;
  return cursor.position;
}

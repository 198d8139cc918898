import { SIGNAL_FIELDS } from "../../gen/cosmonapse/v1/tables.js";
import { malformed, WireCursor } from "./wire.js";

const lastHeaderField = 15;
const lastBodyField = 999;

/** Where the parts of a Signal stand in its bytes. Offsets are 0 and lengths -1 for what is absent. */
export class SignalPeek {
  /** The number of the body's field. */
  type = 0;
  exchange = 0;
  /** A bit for each header field that is there, by field number. */
  seen = 0;
  idOffset = 0;
  idLength = -1;
  traceIdOffset = 0;
  traceIdLength = -1;
  parentIdOffset = 0;
  parentIdLength = -1;
  sourceOffset = 0;
  sourceLength = -1;
  directedOffset = 0;
  directedLength = -1;
  bodyOffset = 0;
  bodyLength = -1;

  /** Forgets what was read. */
  clear(): void {
    this.type = 0;
    this.exchange = 0;
    this.seen = 0;
    this.idLength = -1;
    this.traceIdLength = -1;
    this.parentIdLength = -1;
    this.sourceLength = -1;
    this.directedLength = -1;
    this.bodyLength = -1;
  }
}

const cursor = new WireCursor();

/**
 * Reads what routing needs, in any order of the fields, without making strings or objects. Throws MALFORMED for bytes
 * that are no protobuf, a repeated singular header field, and anything but one body, and that once (COS-ENV).
 */
export function peekSignal(bytes: Uint8Array, into: SignalPeek): void {
  into.clear();
  cursor.reset(bytes, 0, bytes.length);
  while (cursor.position < cursor.end) {
    // Tags of header fields take one byte, those of bodies two.
    const first = bytes[cursor.position] ?? 0;
    let tag = first;
    if (first < 0x80) cursor.position += 1;
    else tag = cursor.uint32();
    const field = tag >>> 3;
    if (field === 0) malformed("A field has the number 0", "COS-ENV-001");
    if (field <= lastHeaderField) peekHeader(field, tag & 7, into);
    else if (field <= lastBodyField) peekBody(field, tag & 7, into);
    else cursor.skip(tag & 7);
  }
  if (into.type === 0) malformed("The Signal has no body", "COS-ENV-002");
}

function peekBody(field: number, wireType: number, into: SignalPeek): void {
  if (wireType !== 2) malformed(`Body ${field} is no message`, "COS-ENV-001");
  if (into.type !== 0) malformed(`The Signal has two bodies, ${into.type} and ${field}`, "COS-ENV-002");
  const length = cursor.length();
  into.type = field;
  into.bodyOffset = cursor.position;
  into.bodyLength = length;
  cursor.position += length;
}

function peekHeader(field: number, wireType: number, into: SignalPeek): void {
  const bit = 1 << field;
  if ((into.seen & bit) !== 0 && field !== SIGNAL_FIELDS.meta) {
    malformed(`Header field ${field} is there twice`, "COS-ENV-003");
  }
  into.seen |= bit;
  if (field === SIGNAL_FIELDS.exchange && wireType === 0) {
    into.exchange = cursor.varint();
    return;
  }
  if (wireType !== 2) {
    skipOther(field, wireType);
    return;
  }
  const length = cursor.length();
  const offset = cursor.position;
  cursor.position = offset + length;
  switch (field) {
    case SIGNAL_FIELDS.id:
      into.idOffset = offset;
      into.idLength = length;
      break;
    case SIGNAL_FIELDS.traceId:
      into.traceIdOffset = offset;
      into.traceIdLength = length;
      break;
    case SIGNAL_FIELDS.parentId:
      into.parentIdOffset = offset;
      into.parentIdLength = length;
      break;
    case SIGNAL_FIELDS.source:
      into.sourceOffset = offset;
      into.sourceLength = length;
      break;
    case SIGNAL_FIELDS.directed:
      into.directedOffset = offset;
      into.directedLength = length;
      break;
    default:
  }
}

const varintFields = (1 << SIGNAL_FIELDS.exchange) | (1 << SIGNAL_FIELDS.maxAttempts) | (1 << SIGNAL_FIELDS.closeTrace);
const knownFields = Object.values(SIGNAL_FIELDS).filter((field) => field <= lastHeaderField);

function skipOther(field: number, wireType: number): void {
  const isVarint = (varintFields & (1 << field)) !== 0;
  const isKnown = knownFields.some((known) => known === field);
  if (isKnown && !(isVarint && wireType === 0)) malformed(`Header field ${field} has wire type ${wireType}`, "COS-ENV-001");
  cursor.skip(wireType);
}

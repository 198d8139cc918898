import type { Limits } from "../../gen/cosmonapse/v1/limits.js";
import { SIGNAL_FIELDS } from "../../gen/cosmonapse/v1/tables.js";
import { CosmoError } from "../errors/index.js";
import { checkAnnotations, checkHeader, tooLarge, type Finding, type HeaderView } from "./header-rules.js";
import {
  measureAnnotations,
  readAddress,
  readDurationMs,
  readNumber,
  readText,
  RecentText,
  type Span,
} from "./header-values.js";
import { peekSignal, SignalPeek } from "./peek.js";

/** All that a Synapse reads of a Signal. Strings are empty and durations undefined where they are absent. */
export interface SignalHeader extends HeaderView {
  readonly closeTrace: boolean;
  /** The whole Signal, as it was published. */
  readonly bytes: Uint8Array;
  /** Where the body's message begins in `bytes`. */
  readonly bodyOffset: number;
  /** How long it is. */
  readonly bodyLength: number;
}

const peek = new SignalPeek();
const recent = { traceId: new RecentText(), parentId: new RecentText(), source: new RecentText() };
const fields = SIGNAL_FIELDS;

/**
 * Reads and checks the header of an encoded Signal; the body stays unread (COS-ENV-031). Throws MALFORMED or TOO_LARGE
 * with the requirement that does not hold and the field, in proto names: COS-ENV-001 to COS-ENV-034 as far as they
 * bind one Signal alone, COS-TYPE-002 and COS-TYPE-003.
 */
export function scanSignal(bytes: Uint8Array, limits: Limits): SignalHeader {
  if (bytes.length > limits.signalBytes) {
    const message = `The Signal has ${bytes.length} bytes, where ${limits.signalBytes} are accepted`;
    return refuse(tooLarge("COS-ENV-032", "", message));
  }
  peekSignal(bytes, peek);
  const header = readHeader(bytes);
  const finding = checkHeader(header, limits) ?? checkAnnotations(measureAnnotations(bytes, peek), limits);
  return finding === undefined ? header : refuse(finding);
}

function refuse({ code, message, requirement, field }: Finding): never {
  throw new CosmoError(code, message, { requirement, field });
}

function readHeader(bytes: Uint8Array): SignalHeader {
  const { type, exchange, bodyOffset, bodyLength } = peek;
  // Nothing is decided by it (COS-ENV-017), but no codec could read a Signal in which it is no Timestamp.
  if (has(fields.createdAt)) readDurationMs(bytes, spanOf(fields.createdAt));
  return {
    type,
    exchange,
    id: has(fields.id) ? readText(bytes, spanOf(fields.id), "id") : "",
    traceId: has(fields.traceId) ? recent.traceId.read(bytes, spanOf(fields.traceId), "trace_id") : "",
    parentId: has(fields.parentId) ? recent.parentId.read(bytes, spanOf(fields.parentId), "parent_id") : "",
    source: has(fields.source) ? recent.source.read(bytes, spanOf(fields.source), "source") : "",
    directed: has(fields.directed) ? readAddress(bytes, spanOf(fields.directed)) : undefined,
    timeoutMs: has(fields.timeout) ? readDurationMs(bytes, spanOf(fields.timeout)) : undefined,
    waitForRouteMs: has(fields.waitForRoute) ? readDurationMs(bytes, spanOf(fields.waitForRoute)) : undefined,
    maxAttempts: has(fields.maxAttempts) ? readNumber(bytes, spanOf(fields.maxAttempts)) : 0,
    closeTrace: has(fields.closeTrace) && readNumber(bytes, spanOf(fields.closeTrace)) !== 0,
    bytes,
    bodyOffset,
    bodyLength,
  };
}

function has(field: number): boolean {
  return (peek.seen & (1 << field)) !== 0;
}

function spanOf(field: number): Span {
  return { start: peek.starts[field] ?? 0, end: peek.ends[field] ?? 0 };
}

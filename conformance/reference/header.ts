import { decodeMessage } from "../wire/decode.js";
import { readFields, WireError, wireTypes, type WireField } from "../wire/reader.js";
import { isList, type ValueObject } from "../wire/value.js";
import { encodeMessage } from "../wire/writer.js";
import { objectOf, textOf, toCount, toValue } from "../synapse/read-value.js";
import type { Book, Limits } from "./book.js";
import { wrong } from "./wrong.js";
import { Refused } from "./refused.js";

/** Whom an address means. Empty parts are not given. */
export interface Address {
  readonly id: string;
  readonly kind: string;
  readonly capabilities: readonly string[];
  readonly isToAll: boolean;
}

/** A Signal as far as a Synapse reads it. */
export interface Header {
  readonly bytes: Uint8Array;
  readonly type: number;
  /** The bytes of its body. */
  readonly body: Uint8Array;
  readonly id: string;
  readonly traceId: string;
  readonly parentId: string;
  readonly exchange: string;
  readonly source: string;
  readonly address: Address | undefined;
  /** Zero: none is stated. */
  readonly timeoutMs: number;
  readonly waitMs: number;
  readonly maxAttempts: number;
  readonly closesTrace: boolean;
}

const [firstBody, lastBody] = [16, 999];
const varints: readonly number[] = [4, 9, 10];
const metaNumber = 13;
const lastKnown = 14;
const ulid = "[0-7][0-9A-HJKMNP-TV-Z]{25}";
const idForm = new RegExp(`^evt_${ulid}$`);
const traceForm = new RegExp(`^trc_${ulid}$`);
const nameForm = /^[A-Za-z0-9_-]{1,64}$/;
const untraced: readonly string[] = ["REGISTER", "DEREGISTER", "HEARTBEAT", "DISCOVER"];

/** True for a name as the protocol has them. (COS-ENV-012) */
export function isName(text: string): boolean {
  return wrong("names-of-any-form") || nameForm.test(text);
}

/** True for the form of a Signal's id. (COS-ENV-001) */
export function isId(text: string): boolean {
  return wrong("ids-of-any-form") || idForm.test(text);
}

/** Reads a Signal and holds its header to every sentence that needs nothing but the Signal. Throws Refused. */
export function readHeader(book: Book, limits: Limits, given: Uint8Array): Header {
  const bytes = wrong("signals-as-json") && given[0] === openBrace ? readJson(book, given) : given;
  if (bytes.length > limits.of("signal_bytes") && !wrong("signals-of-any-size")) {
    throw new Refused("TOO_LARGE", "COS-ENV-032");
  }
  const fields = readTop(bytes);
  const bodies = fields.filter(({ number }) => number >= firstBody && number <= lastBody);
  const [body] = bodies;
  if (body === undefined || (bodies.length > 1 && !wrong("several-bodies")))
    throw new Refused("MALFORMED", "COS-TYPE-002");
  if (body.wireType !== wireTypes.bytes) throw new Refused("MALFORMED", "COS-TYPE-003");
  const known = fields.filter(({ number }) => number <= lastKnown);
  checkOddities(fields);
  checkOccurrence(known);
  const value = decodeStrictly(book, ["Signal", "COS-ENV-025"], Buffer.concat(known.map(({ raw }) => raw)));
  const header = toHeader(book, value, { bytes, type: body.number, body: body.content });
  checkForms(header);
  checkSizes(limits, value);
  checkTimes(limits, value, header);
  checkType(book, header);
  checkUnread(book, header, value);
  return header;
}

/** What a mutant takes for a Signal. (COS-JSON-001) */
function readJson({ schema }: Book, bytes: Uint8Array): Uint8Array {
  return encodeMessage(schema, "cosmonapse.v1.Signal", toValue(JSON.parse(Buffer.from(bytes).toString())));
}

/** The body of a Signal that the Synapse reads. Throws Refused for what is none. (COS-TYPE-013) */
export function decodeBody(book: Book, name: string, { body }: Header): ValueObject {
  return decodeStrictly(book, [name, "COS-TYPE-013"], body);
}

/** The detail of an ERROR that a participant sent. */
export function readDetail(book: Book, header: Header): ValueObject | undefined {
  try {
    const { detail } = decodeBody(book, "ErrorBody", header);
    return detail === undefined ? undefined : objectOf(detail);
  } catch (thrown) {
    if (thrown instanceof Refused) return undefined;
    throw thrown;
  }
}

/** The message that some bytes are. Throws Refused for what is none, with the requirement that says so. */
function decodeStrictly(book: Book, [name, requirement]: readonly [string, string], bytes: Uint8Array): ValueObject {
  try {
    return decodeMessage(book.schema, `cosmonapse.v1.${name}`, new Uint8Array(bytes));
  } catch (thrown) {
    if (thrown instanceof WireError || thrown instanceof TypeError) throw new Refused("MALFORMED", requirement);
    throw thrown;
  }
}

/** What may be odd, and is refused by a mutant. (COS-ENV-027, COS-ENV-029) */
function checkOddities(fields: readonly WireField[]): void {
  const numbers = fields.map(({ number }) => number);
  const isSorted = numbers.every((one, at) => at === 0 || one >= (numbers[at - 1] ?? 0));
  if (!isSorted && wrong("fields-in-order-only")) throw new Refused("MALFORMED", "COS-ENV-027");
  const isUnknown = numbers.some((one) => one === lastKnown + 1 || one > lastBody);
  if (isUnknown && wrong("unknown-fields-refused")) throw new Refused("MALFORMED", "COS-ENV-029");
}

function readTop(bytes: Uint8Array): readonly WireField[] {
  try {
    return readFields(bytes);
  } catch (thrown) {
    if (thrown instanceof WireError) throw new Refused("MALFORMED", "COS-ENV-028");
    throw thrown;
  }
}

function checkOccurrence(fields: readonly WireField[]): void {
  const seen = new Set<number>();
  for (const { number, wireType } of fields) {
    if (wireType !== (varints.includes(number) ? wireTypes.varint : wireTypes.bytes)) {
      throw new Refused("MALFORMED", "COS-ENV-028");
    }
    if (seen.has(number) && number !== metaNumber && !wrong("header-fields-twice")) {
      throw new Refused("MALFORMED", "COS-ENV-026");
    }
    seen.add(number);
  }
}

function toHeader(book: Book, value: ValueObject, signal: Pick<Header, "body" | "bytes" | "type">): Header {
  const { exchange, directed, timeout, wait_for_route: wait } = value;
  const address = directed === undefined ? undefined : readAddress(objectOf(directed));
  return {
    ...signal,
    id: textOf(value["id"]),
    traceId: textOf(value["trace_id"]),
    parentId: textOf(value["parent_id"]),
    exchange: textOf(exchange),
    source: textOf(value["source"]),
    address,
    timeoutMs: timeout === undefined ? 0 : toMs(objectOf(timeout), "COS-ENV-018"),
    waitMs: wait === undefined ? 0 : toMs(objectOf(wait), "COS-ENV-020"),
    maxAttempts: toCount(value["max_attempts"]),
    closesTrace: value["close_trace"] === true,
  };
}

function readAddress({ id, type, capabilities, fanout }: ValueObject): Address {
  const listed = isList(capabilities) ? capabilities.map((one) => textOf(one)) : [];
  if (fanout !== undefined && fanout !== "ONE" && fanout !== "ALL") throw new Refused("MALFORMED", "COS-ENV-015");
  if (id === undefined && type === undefined && listed.length === 0 && !wrong("empty-addresses")) {
    throw new Refused("MALFORMED", "COS-ENV-013");
  }
  return { id: textOf(id), kind: textOf(type), capabilities: listed, isToAll: fanout === "ALL" };
}

const [msOfSecond, nanosOfMs] = [1_000, 1_000_000];
const openBrace = 0x7b;
const secondsOfDay = 86_400;

function toMs({ seconds, nanos }: ValueObject, requirement: string): number {
  const [whole, part] = [toCount(seconds), toCount(nanos)];
  const ms = whole * msOfSecond + part / nanosOfMs;
  const isOne = Math.abs(part) < msOfSecond * nanosOfMs && whole * part >= 0;
  if (isOne && (Number.isInteger(ms) || wrong("parts-of-milliseconds"))) return ms;
  throw new Refused("MALFORMED", requirement);
}

function checkForms({ id, traceId, parentId, source, address, exchange }: Header): void {
  if (!isId(id)) throw new Refused("MALFORMED", "COS-ENV-001");
  if (traceId !== "" && !traceForm.test(traceId)) throw new Refused("MALFORMED", "COS-ENV-003");
  if (parentId !== "" && !isId(parentId)) throw new Refused("MALFORMED", "COS-ENV-008");
  const { id: to = "", kind = "", capabilities = [] } = address ?? {};
  const names = [source, ...[to, kind].filter((one) => one !== ""), ...capabilities];
  if (!names.every((one) => isName(one))) throw new Refused("MALFORMED", "COS-ENV-012");
  if (exchange === "" || exchange === "UNSPECIFIED") throw new Refused("MALFORMED", "COS-ENV-006");
}

function checkSizes(limits: Limits, { traceparent, tracestate, meta, directed }: ValueObject): void {
  const most = limits.of("meta_bytes");
  const isLong = (text: string): boolean => Buffer.byteLength(text) > most && !wrong("texts-of-any-length");
  if (isLong(textOf(traceparent)) || isLong(textOf(tracestate))) throw new Refused("TOO_LARGE", "COS-ENV-022");
  const pairs = Object.entries(objectOf(meta));
  if (pairs.length > limits.of("meta_keys") && !wrong("meta-of-any-number"))
    throw new Refused("TOO_LARGE", "COS-ENV-023");
  if (pairs.some(([key, one]) => isLong(key) || isLong(textOf(one)))) throw new Refused("TOO_LARGE", "COS-ENV-023");
  const { capabilities } = objectOf(directed);
  if (isList(capabilities) && capabilities.length > limits.of("capabilities")) {
    throw new Refused("TOO_LARGE", "COS-ENV-014");
  }
}

function checkTimes(limits: Limits, value: ValueObject, { exchange, timeoutMs, waitMs, maxAttempts }: Header): void {
  if (exchange !== "REQUEST") return;
  const most = limits.of("timeout_ms");
  if (value["timeout"] !== undefined && (timeoutMs <= 0 || timeoutMs > most) && !wrong("times-of-any-length")) {
    throw new Refused("MALFORMED", "COS-ENV-018");
  }
  if (maxAttempts > limits.of("max_attempts")) throw new Refused("MALFORMED", "COS-ENV-019");
  if (waitMs < 0 || waitMs > most) throw new Refused("MALFORMED", "COS-ENV-020");
}

/** What a Synapse does not look at, unless it is wrong in that. (COS-ENV-017, COS-ENV-024, COS-ENV-031) */
function checkUnread(book: Book, { exchange, type, body }: Header, value: ValueObject): void {
  const seconds = toCount(objectOf(value["created_at"])["seconds"]);
  const isFarOff = Math.abs(Date.now() / msOfSecond - seconds) > secondsOfDay;
  if (wrong("old-signals-refused") && isFarOff) throw new Refused("MALFORMED", "COS-ENV-017");
  if (wrong("meta-decides") && value["meta"] !== undefined) throw new Refused("MALFORMED", "COS-ENV-024");
  const isAppData = exchange !== "CONTROL" && book.types.get(type)?.name === "TASK";
  if (wrong("bodies-are-read") && isAppData) decodeStrictly(book, ["TaskBody", "COS-ENV-031"], body);
}

function checkType({ types }: Book, { type, exchange, traceId, parentId }: Header): void {
  const row = types.get(type);
  if (row === undefined && exchange === "CONTROL") {
    throw new Refused(wrong("control-of-the-future-malformed") ? "MALFORMED" : "UNIMPLEMENTED", "COS-TYPE-006");
  }
  if (row !== undefined && !row.exchanges.includes(exchange) && !wrong("types-in-any-exchange")) {
    throw new Refused("MALFORMED", "COS-ENV-007");
  }
  const isReply = exchange === "PARTIAL" || exchange === "REPLY";
  const isTraced = row?.isTraced === true || isReply || exchange === "REQUEST";
  if (isTraced && traceId === "") throw new Refused("MALFORMED", "COS-ENV-004");
  if (row !== undefined && untraced.includes(row.name) && traceId !== "" && !wrong("traced-registrations")) {
    throw new Refused("MALFORMED", "COS-ENV-009");
  }
  if (isReply && parentId === "") throw new Refused("MALFORMED", "COS-ENV-034");
}

import type { Duration } from "../../gen/google/protobuf/duration.js";
import type { Limits } from "../../gen/cosmonapse/v1/limits.js";
import { Exchange } from "../../gen/cosmonapse/v1/options.js";
import { Fanout, type Address } from "../../gen/cosmonapse/v1/signal.js";
import type { ErrorName } from "../errors/index.js";
import { isName, isSignalId, isTraceId } from "./ids.js";
import { signalTraits, signalTypeName } from "./types.js";

/** One rule that a Signal breaks. */
export interface Finding {
  /** The code of the refusal. */
  readonly code: ErrorName;
  /** The id of the requirement. */
  readonly requirement: string;
  /** The path of the field, in proto names. */
  readonly field: string;
  /** What is wrong. */
  readonly message: string;
}

/** The header of a Signal as the rules see it. Durations are milliseconds; NaN: not whole. */
export interface HeaderView {
  readonly type: number;
  readonly exchange: number;
  readonly id: string;
  readonly traceId: string;
  readonly parentId: string;
  readonly source: string;
  readonly directed: Address | undefined;
  readonly timeoutMs: number | undefined;
  readonly waitForRouteMs: number | undefined;
  readonly maxAttempts: number;
}

/** How much annotations hold, bytes of UTF-8; of `meta` the number of pairs, and the longest key or value. */
export interface AnnotationSizes {
  readonly traceparent: number;
  readonly tracestate: number;
  readonly metaKeys: number;
  readonly metaBytes: number;
}

const exchanges: ReadonlySet<number> = new Set(Object.values(Exchange).filter((value) => value !== 0));
const fanouts: ReadonlySet<number> = new Set(Object.values(Fanout));

/** The first rule of the header that does not hold; undefined if all do. */
export function checkHeader(header: HeaderView, limits: Limits): Finding | undefined {
  return (
    checkIds(header) ??
    checkExchange(header) ??
    checkTrace(header) ??
    checkAddress(header.directed, limits) ??
    checkRequest(header, limits)
  );
}

/** The first annotation that is too large; undefined if all fit. */
export function checkAnnotations(sizes: AnnotationSizes, { metaBytes, metaKeys }: Limits): Finding | undefined {
  if (sizes.traceparent > metaBytes) return tooLarge("COS-ENV-022", "traceparent", `At most ${metaBytes} bytes`);
  if (sizes.tracestate > metaBytes) return tooLarge("COS-ENV-022", "tracestate", `At most ${metaBytes} bytes`);
  if (sizes.metaKeys > metaKeys) return tooLarge("COS-ENV-023", "meta", `At most ${metaKeys} keys`);
  if (sizes.metaBytes > metaBytes) return tooLarge("COS-ENV-023", "meta", `At most ${metaBytes} bytes a key or value`);
  return undefined;
}

/** A duration as milliseconds; NaN if it is not a whole number of them. */
export function durationMs({ seconds, nanos }: Duration): number {
  return wholeMs(Number(seconds), nanos);
}

/** The same from its parts. */
export function wholeMs(seconds: number, nanos: number): number {
  const isWhole = nanos >= 0 && nanos < 1_000_000_000 && nanos % 1_000_000 === 0;
  return isWhole ? seconds * 1000 + nanos / 1_000_000 : Number.NaN;
}

/** A finding with the code MALFORMED. */
export function wrong(requirement: string, field: string, message: string): Finding {
  return { code: "MALFORMED", requirement, field, message };
}

/** A finding with the code TOO_LARGE. */
export function tooLarge(requirement: string, field: string, message: string): Finding {
  return { code: "TOO_LARGE", requirement, field, message };
}

/** Finds a name that is not of the form `[A-Za-z0-9_-]{1,64}`. */
export function checkName(name: string, field: string, requirement: string): Finding | undefined {
  return isName(name) ? undefined : wrong(requirement, field, `'${shorten(name)}' does not match [A-Za-z0-9_-]{1,64}`);
}

/** A text that fits in a message. */
export function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function checkIds({ id, traceId, parentId, source }: HeaderView): Finding | undefined {
  if (!isSignalId(id)) return wrong("COS-ENV-001", "id", `'${shorten(id)}' is not evt_ and a ULID`);
  if (traceId !== "" && !isTraceId(traceId)) {
    return wrong("COS-ENV-003", "trace_id", `'${shorten(traceId)}' is not trc_ and a ULID`);
  }
  if (parentId !== "" && !isSignalId(parentId)) {
    return wrong("COS-ENV-008", "parent_id", `'${shorten(parentId)}' is not evt_ and a ULID`);
  }
  return checkName(source, "source", "COS-ENV-012");
}

function checkExchange({ exchange, type, parentId }: HeaderView): Finding | undefined {
  if (!exchanges.has(exchange)) {
    return wrong("COS-ENV-006", "exchange", `The exchange is ${exchange}, where EVENT to CONTROL are 1 to 5`);
  }
  const allowed = signalTraits(type)?.exchanges;
  if (allowed !== undefined && !allowed.includes(exchange)) {
    return wrong("COS-ENV-007", "exchange", `A ${signalTypeName(type)} does not have the exchange ${exchange}`);
  }
  if (parentId === "" && (exchange === Exchange.PARTIAL || exchange === Exchange.REPLY)) {
    return wrong("COS-ENV-034", "parent_id", "A reply names its request as its parent");
  }
  return undefined;
}

function checkTrace({ exchange, type, traceId }: HeaderView): Finding | undefined {
  const traits = signalTraits(type);
  const converses = exchange === Exchange.REQUEST || exchange === Exchange.PARTIAL || exchange === Exchange.REPLY;
  if (traceId === "" && (converses || traits?.traced === true)) {
    return wrong("COS-ENV-004", "trace_id", `${signalTypeName(type)} belongs to a trace`);
  }
  if (traceId !== "" && traits?.traced === false) {
    return wrong("COS-ENV-009", "trace_id", `${signalTypeName(type)} belongs to no trace`);
  }
  return undefined;
}

function checkAddress(directed: Address | undefined, limits: Limits): Finding | undefined {
  if (directed === undefined) return undefined;
  const { id, type, capabilities, fanout } = directed;
  if (id === "" && type === "" && capabilities.length === 0) {
    return wrong("COS-ENV-013", "directed", "An address gives an id, a type or capabilities");
  }
  if (id !== "" && !isName(id)) return checkName(id, "directed.id", "COS-ENV-012");
  if (type !== "" && !isName(type)) return checkName(type, "directed.type", "COS-ENV-012");
  if (capabilities.length > limits.capabilities) {
    return tooLarge("COS-ENV-014", "directed.capabilities", `At most ${limits.capabilities} capabilities`);
  }
  for (const capability of capabilities) {
    if (!isName(capability)) return checkName(capability, "directed.capabilities", "COS-ENV-012");
  }
  return fanouts.has(fanout) ? undefined : wrong("COS-ENV-015", "directed.fanout", `The fanout ${fanout} is unknown`);
}

// On any other exchange these fields have no effect (COS-ENV-021), so a wrong one is no reason to refuse.
function checkRequest(header: HeaderView, limits: Limits): Finding | undefined {
  const { exchange, timeoutMs, waitForRouteMs, maxAttempts } = header;
  if (exchange !== Exchange.REQUEST) return undefined;
  if (timeoutMs !== undefined && !(timeoutMs >= 1 && timeoutMs <= limits.timeoutMs)) {
    return wrong("COS-ENV-018", "timeout", `A timeout is from 1 to ${limits.timeoutMs} whole milliseconds`);
  }
  if (maxAttempts > limits.maxAttempts) {
    return wrong("COS-ENV-019", "max_attempts", `At most ${limits.maxAttempts} attempts, not ${maxAttempts}`);
  }
  if (waitForRouteMs !== undefined && !(waitForRouteMs >= 0 && waitForRouteMs <= limits.timeoutMs)) {
    return wrong("COS-ENV-020", "wait_for_route", `It is from 0 to ${limits.timeoutMs} whole milliseconds`);
  }
  return undefined;
}

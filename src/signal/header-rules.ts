import type { Limits } from "../../gen/cosmonapse/v1/limits.js";
import { Exchange } from "../../gen/cosmonapse/v1/options.js";
import { Fanout, type Address } from "../../gen/cosmonapse/v1/signal.js";
import { isName, isSignalId, isTraceId } from "./ids.js";
import { signalTraits, signalTypeName } from "./types.js";

/** One rule that a Signal breaks. */
export interface Finding {
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

const exchangeMax = Math.max(...Object.values(Exchange));
const fanouts: ReadonlySet<number> = new Set(Object.values(Fanout));

/** The first rule of the header that does not hold; undefined if all do. */
export function checkHeader(header: HeaderView, limits: Limits): Finding | undefined {
  return (
    checkIds(header) ?? checkExchange(header) ?? checkTrace(header) ?? checkAddress(header.directed, limits) ?? checkRequest(header, limits)
  );
}

function finding(requirement: string, field: string, message: string): Finding {
  return { requirement, field, message };
}

function checkIds({ id, parentId, source }: HeaderView): Finding | undefined {
  if (!isSignalId(id)) return finding("COS-ENV-004", "id", `'${shorten(id)}' is no Signal id: evt_ and a ULID`);
  if (parentId !== "" && !isSignalId(parentId)) {
    return finding("COS-ENV-004", "parent_id", `'${shorten(parentId)}' is no Signal id: evt_ and a ULID`);
  }
  if (!isName(source)) return finding("COS-ENV-005", "source", `'${shorten(source)}' is no name: [A-Za-z0-9_-]{1,64}`);
  return undefined;
}

function checkExchange({ exchange, type, parentId }: HeaderView): Finding | undefined {
  if (!(exchange >= 1 && exchange <= exchangeMax)) {
    return finding("COS-ENV-006", "exchange", `The exchange is ${exchange}; it is one of EVENT to CONTROL`);
  }
  const traits = signalTraits(type);
  if (traits !== undefined && !traits.exchanges.includes(exchange)) {
    return finding("COS-ENV-007", "exchange", `${signalTypeName(type)} does not have the exchange ${exchange}`);
  }
  if ((exchange === Exchange.PARTIAL || exchange === Exchange.REPLY) && parentId === "") {
    return finding("COS-ENV-008", "parent_id", "A reply names its request as its parent");
  }
  return undefined;
}

function checkTrace({ exchange, type, traceId }: HeaderView): Finding | undefined {
  if (traceId !== "" && !isTraceId(traceId)) {
    return finding("COS-ENV-004", "trace_id", `'${shorten(traceId)}' is no trace id: trc_ and a ULID`);
  }
  const traits = signalTraits(type);
  const isConversation = exchange === Exchange.REQUEST || exchange === Exchange.PARTIAL || exchange === Exchange.REPLY;
  if (traceId === "" && (traits?.traced ?? isConversation)) {
    return finding("COS-ENV-009", "trace_id", `${signalTypeName(type)} belongs to a trace`);
  }
  if (traceId !== "" && traits?.traced === false) {
    return finding("COS-ENV-009", "trace_id", `${signalTypeName(type)} belongs to no trace`);
  }
  return undefined;
}

function checkAddress(directed: Address | undefined, limits: Limits): Finding | undefined {
  if (directed === undefined) return undefined;
  const { id, type, capabilities, fanout } = directed;
  if (id === "" && type === "" && capabilities.length === 0) {
    return finding("COS-ENV-011", "directed", "An address gives an id, a type or capabilities");
  }
  if (id !== "" && !isName(id)) return finding("COS-ENV-012", "directed.id", `'${shorten(id)}' is no name`);
  if (type !== "" && !isName(type)) return finding("COS-ENV-012", "directed.type", `'${shorten(type)}' is no name`);
  const wrong = capabilities.find((capability) => !isName(capability));
  if (wrong !== undefined) return finding("COS-ENV-012", "directed.capabilities", `'${shorten(wrong)}' is no name`);
  if (capabilities.length > limits.capabilities) {
    return finding("COS-LIM-003", "directed.capabilities", `At most ${limits.capabilities} capabilities`);
  }
  if (!fanouts.has(fanout)) return finding("COS-ENV-011", "directed.fanout", `The fanout ${fanout} is unknown`);
  return undefined;
}

function checkRequest(header: HeaderView, limits: Limits): Finding | undefined {
  const { timeoutMs, waitForRouteMs, maxAttempts } = header;
  if (timeoutMs !== undefined && !(timeoutMs >= 1 && timeoutMs <= limits.timeoutMs)) {
    return finding("COS-ENV-013", "timeout", `The timeout is from 1 to ${limits.timeoutMs} whole milliseconds`);
  }
  if (waitForRouteMs !== undefined && !(waitForRouteMs >= 0 && waitForRouteMs <= limits.timeoutMs)) {
    return finding("COS-ENV-013", "wait_for_route", `It is from 0 to ${limits.timeoutMs} whole milliseconds`);
  }
  if (maxAttempts > limits.maxAttempts) {
    return finding("COS-ENV-014", "max_attempts", `At most ${limits.maxAttempts} attempts, not ${maxAttempts}`);
  }
  return undefined;
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
